import type { MigrationInterface, QueryRunner } from 'typeorm';

import { indexOutboxByKind } from '@tocsin/platform';

/** What is due to be said is found among very many messages that wait for a full queue. */
export class OutboxByKind1764310510000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await indexOutboxByKind(runner);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
