import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIMED_ROWS } from './claimed-rows.sql.js';

/** How late a message is, is told by the clock of the database. */
export class ClaimedWhen1764310100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIMED_ROWS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
