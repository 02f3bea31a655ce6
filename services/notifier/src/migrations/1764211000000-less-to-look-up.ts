import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCEPT_FUNCTION } from './arrival.sql.js';
import { CLAIMED_ROWS } from './claimed-rows.sql.js';
import { RECORD_TOLD_FUNCTION } from './told.sql.js';

/**
 * Lanes are looked up once for a batch of commands. Claimed deliveries, and what is known of their issues, are found by key,
 * whatever the planner was told of tables that grow by thousands of rows a minute.
 */
export class LessToLookUp1764211000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCEPT_FUNCTION);
    await runner.query(CLAIMED_ROWS);
    await runner.query(RECORD_TOLD_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
