import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the last edit of a message showed, so that it can be shown again; a row for each message that was edited. The rest is in its delivery. */
export class LastEdits1764309340000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table last_edits (
      organization_id text not null, delivery_id text not null,
      issue jsonb not null,
      owner_ids text[] not null,             -- whom it mentions as owners
      was_plain_text boolean not null,
      edited_at timestamptz not null default clock_timestamp(),
      primary key (organization_id, delivery_id)
    )`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
