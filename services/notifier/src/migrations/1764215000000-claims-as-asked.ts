import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIMED_ROWS } from './claimed-rows.sql.js';

/** Claimed deliveries are read with what is asked of them, and nothing else. */
export class ClaimsAsAsked1764215000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIMED_ROWS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
