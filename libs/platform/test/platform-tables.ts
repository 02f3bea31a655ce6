import type { QueryRunner } from 'typeorm';

import { createDeadLetterTable } from '../src/dead-letters/dead-letter.repository.js';
import { createIdempotencyTable } from '../src/http/idempotency.js';
import { createInboxTable } from '../src/outbox/inbox.js';
import { createOutboxTables, indexOutboxByKind } from '../src/outbox/outbox.js';

/** What the platform keeps in the schema of a service that hears and says something. */
export async function createPlatformTables(runner: QueryRunner): Promise<void> {
  await createOutboxTables(runner);
  await indexOutboxByKind(runner);
  await createInboxTable(runner);
  await createIdempotencyTable(runner);
  await createDeadLetterTable(runner);
}
