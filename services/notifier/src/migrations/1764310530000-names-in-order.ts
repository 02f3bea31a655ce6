import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What goes to a destination that is known by its name alone is found in the order in which it came. */
export class NamesInOrder1764310530000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('drop index commands_of_name');
    await runner.query(`create index commands_of_name on commands (organization_id, lower(ltrim(destination_name, '#@')), created_at desc, delivery_id desc) where destination_name is not null`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
