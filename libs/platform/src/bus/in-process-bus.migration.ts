import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BusTables1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table messages (
        id bigint generated always as identity primary key,
        queue text not null, message_id text not null, body text not null, headers jsonb not null,
        attempt int not null default 1,
        redelivered boolean not null default false,
        not_before timestamptz not null default '-infinity',
        leased_until timestamptz not null default '-infinity', lease_id uuid
      ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
      create index messages_of_queue on messages (queue, id);
      create table dead_letters (
        id bigint primary key, queue text not null, message_id text not null, body text not null, headers jsonb not null,
        attempt int not null, reason text not null, error text not null, died_at timestamptz not null default clock_timestamp())`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the first migration is not taken back: drop the schema instead'));
  }
}
