import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_EDITS_FUNCTION } from './living.sql.js';

/** Messages of what people paused are brought up to date when it is resumed. */
export class PausesOfEdits1764309800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_EDITS_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
