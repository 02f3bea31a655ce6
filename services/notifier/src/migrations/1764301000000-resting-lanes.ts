import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCEPT_FUNCTION } from './arrival.sql.js';
import { RESTING_LANES } from './waking.sql.js';

/** A lane that rests for the time of one message is woken by what can go before. */
export class RestingLanes1764301000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RESTING_LANES);
    await runner.query(ACCEPT_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
