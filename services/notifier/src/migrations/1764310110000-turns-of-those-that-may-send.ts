import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_FUNCTION } from './claim.sql.js';

/** Destinations that are still looked for, or rest for a time of their own, make no other one fall behind. */
export class TurnsOfThoseThatMaySend1764310110000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
