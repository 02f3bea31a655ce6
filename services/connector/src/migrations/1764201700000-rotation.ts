import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens that end: the refresh token, when the next renewal is due, and who is at it. */
const RENEWAL = `
  alter table connections
    add column token_expires_at timestamptz, add column renewal_problem jsonb,
    add column refresh_key_id text, add column refresh_box bytea, add column renew_at timestamptz,
    add column renewal_leased_until timestamptz, add column renewal_failures int not null default 0,
    add check ((refresh_box is null) = (renew_at is null)),
    add check (refresh_box is null or disconnected_at is null);
  create index connections_to_renew on connections (renew_at) where renew_at is not null`;

/** Which key each running process seals with: a key that none uses any more is one to get away from. */
const SEALERS = 'create table sealers (process_id uuid primary key, key_id text not null, seen_at timestamptz not null)';

export class Rotation1764201700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RENEWAL);
    await runner.query(SEALERS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
