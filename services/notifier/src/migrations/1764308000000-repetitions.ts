import type { MigrationInterface, QueryRunner } from 'typeorm';

import { REPETITIONS_FUNCTIONS } from './repetitions.sql.js';

/** Whether a delivery was repeated already is asked of replays of replays as well. */
export class Repetitions1764308000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REPETITIONS_FUNCTIONS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
