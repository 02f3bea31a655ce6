import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Checks by the clock, and how often in a row Slack refused what it says to accept. A connection without a time is due. */
const CHECKS = `
  alter table connections
    add column doubts int not null default 0,
    add column unanswered_checks int not null default 0,
    add column next_check_at timestamptz;
  update connections set doubts = case when health->>'state' = 'revoked' then 2 else 1 end where doubted is not null;
  create index connections_to_check on connections (next_check_at nulls first) where disconnected_at is null`;

export class Checks1764201600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CHECKS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
