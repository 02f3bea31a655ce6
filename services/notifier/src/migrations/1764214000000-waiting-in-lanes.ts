import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits in a lane is found by it, also what is held or waits for its digest. States what `WAITING_IN_LANE` does. */
export class WaitingInLanes1764214000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index deliveries_waiting_in_lane on deliveries (lane_id) where state = 'waiting' and arrival >= 0`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
