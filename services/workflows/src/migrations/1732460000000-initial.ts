import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createAuditTable, createIdempotencyTable, createInboxTable, createOutboxTables } from '@tocsin/platform';

export class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await createInboxTable(runner);
    await createIdempotencyTable(runner);
    await createAuditTable(runner);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the first migration is not taken back: drop the schema instead'));
  }
}
