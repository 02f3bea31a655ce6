import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long deliveries are kept is each organization's own: what is too old is found by it. */
export class SettledByOrganization1764303000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('drop index deliveries_settled');
    await runner.query('create index deliveries_settled on deliveries (organization_id, settled_at) where settled_at is not null');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
