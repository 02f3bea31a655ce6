import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages whose timeline says that their connection keeps them waiting: once for each state of it, until it can send again. */
export class ToldHolds1764310000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table told_holds (
        organization_id text not null,
        delivery_id text not null,
        id bigint generated always as identity,
        connection_id text not null,
        state text not null, -- of the connection, when it was told
        primary key (organization_id, delivery_id)
      )`);
    await runner.query('create index told_holds_of_connection on told_holds (connection_id, id)');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
