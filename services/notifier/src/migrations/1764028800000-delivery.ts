import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createDeadLetterTable } from '@tocsin/platform';

import { DELIVERY_TABLES } from './delivery.sql.js';
import { DIGEST_TABLES } from './digests.sql.js';
import { LEDGER_TABLES } from './ledger.sql.js';
import { LIVING_TABLES } from './living.sql.js';

/** Digests, living messages, pauses, the circuit breaker. */
export class Delivery1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DELIVERY_TABLES);
    await runner.query(DIGEST_TABLES);
    await runner.query(LEDGER_TABLES);
    await runner.query(LIVING_TABLES);
    await createDeadLetterTable(runner);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
