import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_FUNCTION } from './claim.sql.js';

/** What a lease left behind unsent is held when it was paused meanwhile. */
export class PausesOfWhatWasLeftBehind1764309500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
