import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createAuditTable, createExtension, createIdempotencyTable, createInboxTable, createOutboxTables } from '@tocsin/platform';

import { ISSUE_TABLES } from './issues.sql.js';
import { SCAN_TABLES } from './scans.sql.js';
import { SENDING_TABLES } from './sending.sql.js';

export class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createExtension(runner, 'pg_trgm');
    await createOutboxTables(runner);
    await createInboxTable(runner);
    await createIdempotencyTable(runner);
    await createAuditTable(runner);
    await runner.query(ISSUE_TABLES);
    await runner.query(SCAN_TABLES);
    await runner.query(SENDING_TABLES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the first migration is not taken back: drop the schema instead'));
  }
}
