import type { MigrationInterface, QueryRunner } from 'typeorm';

import { RECORD_TOLD_FUNCTION } from './told.sql.js';

/** What a message shows of its issue is not told once more in its thread. */
export class KnownFromTheMessage1764310600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RECORD_TOLD_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
