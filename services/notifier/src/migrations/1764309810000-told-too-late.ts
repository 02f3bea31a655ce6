import type { MigrationInterface, QueryRunner } from 'typeorm';

import { RECORD_TOLD_FUNCTION } from './told.sql.js';

/** Whoever records what was told is told what had changed by then. The function of before stays: processes that know no other may still run. */
export class ToldTooLate1764309810000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RECORD_TOLD_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
