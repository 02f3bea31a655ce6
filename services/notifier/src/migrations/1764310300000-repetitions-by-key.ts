import type { MigrationInterface, QueryRunner } from 'typeorm';

import { REPETITIONS_FUNCTIONS } from './repetitions.sql.js';

/** What a delivery repeats, and what repeats it, is found as fast among very many repetitions as among few. */
export class RepetitionsByKey1764310300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REPETITIONS_FUNCTIONS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
