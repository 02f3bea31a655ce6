import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_EDITS_FUNCTION } from './living.sql.js';

/** What is out of date: a digest is written anew before it is posted, old failures are forgotten. Edits are claimed in the order in which news lock them. */
export class Renewals1764309600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table digests add column outdated boolean not null default false'); // issues of its members changed since it was written
    await runner.query('alter table breakers add column learned_at timestamptz not null default clock_timestamp()'); // when a result last changed it
    await runner.query(CLAIM_EDITS_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
