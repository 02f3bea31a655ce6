import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createAuditTable, createExtension, createIdempotencyTable, createOutboxTables } from '@tocsin/platform';

import { DIRECTORY_TABLES } from './directory.sql.js';
import { LANE_TABLES } from './lanes.sql.js';

export class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await createIdempotencyTable(runner);
    await createAuditTable(runner);
    await createExtension(runner, 'pg_trgm');
    await runner.query(LANE_TABLES);
    await runner.query(DIRECTORY_TABLES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the first migration is not taken back: drop the schema instead'));
  }
}
