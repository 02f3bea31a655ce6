import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_FUNCTION } from './claim.sql.js';
import { FINISH_FUNCTION } from './finish.sql.js';

/** Allowances are reckoned from when they are held; a workspace waits for the longest that Slack told any of its destinations, and ever longer for a quota. */
export class LimitsAsTold1764304000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table budgets add column quota_streak int not null default 0');
    await runner.query(CLAIM_FUNCTION);
    await runner.query(FINISH_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
