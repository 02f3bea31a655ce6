import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One at a time takes a message back, whichever replica it asks. */
export class Retractions1764306000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table retractions (organization_id text not null, delivery_id text not null, lease_id uuid not null, leased_until timestamptz not null, primary key (organization_id, delivery_id))');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
