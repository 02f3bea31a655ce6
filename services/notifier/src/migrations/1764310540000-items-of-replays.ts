import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a replay of very many names a delivery is found by its id. */
export class ItemsOfReplays1764310540000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index replay_items_of_delivery on replay_items (replay_id, delivery_id, place)');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
