import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever takes a message back finds what is in its thread. */
export class AnswersInThreads1764307000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index deliveries_in_thread on deliveries (parent_ts) where kind = 'reply'`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
