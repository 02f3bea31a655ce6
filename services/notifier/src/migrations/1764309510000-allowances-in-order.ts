import type { MigrationInterface, QueryRunner } from 'typeorm';

import { FINISH_FUNCTION } from './finish.sql.js';

/** Results lock allowances in the order in which claims do. */
export class AllowancesInOrder1764309510000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FINISH_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
