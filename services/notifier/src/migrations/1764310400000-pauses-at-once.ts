import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_FUNCTION, MARK_FUNCTION } from './claim.sql.js';
import { FINISH_FUNCTION } from './finish.sql.js';
import { OWED_SINCE } from './owed.sql.js';

/** A pause takes effect before it is carried through, and a connection that comes back gives its lanes their time one by one. */
export class PausesAtOnce1764310400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OWED_SINCE);
    await runner.query('drop index deliveries_held'); // first: whoever writes would wait for the new one, and this for them
    await runner.query(`create index deliveries_held_in_lane on deliveries (lane_id, priority, said_at, arrival) where state = 'waiting' and held_since is not null`);
    await runner.query(CLAIM_FUNCTION);
    await runner.query(MARK_FUNCTION);
    await runner.query(FINISH_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
