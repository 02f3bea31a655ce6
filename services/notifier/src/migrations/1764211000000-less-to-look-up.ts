import type { MigrationInterface, QueryRunner } from 'typeorm';

import { RECORD_TOLD_FUNCTION } from './told.sql.js';

/** What is known of issues is found by key, whatever the planner was told of tables that grow by thousands of rows a minute. */
export class LessToLookUp1764211000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RECORD_TOLD_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
