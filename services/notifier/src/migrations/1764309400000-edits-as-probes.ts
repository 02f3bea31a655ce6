import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_EDITS_FUNCTION } from './living.sql.js';

/** Where no message waits, an edit finds out whether Slack answers again. */
export class EditsAsProbes1764309400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table breakers
      add column edit_probe_at timestamptz not null default '-infinity', -- when an edit may be the next probe; probe_at has to have come as well
      add column edit_probe uuid                                         -- the lease of the edit that was the last one`);
    await runner.query(CLAIM_EDITS_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
