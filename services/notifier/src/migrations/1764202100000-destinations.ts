import type { MigrationInterface, QueryRunner } from 'typeorm';

import { DESTINATION_TABLES } from './destinations.sql.js';

/** Destinations that messages go to, and how they are. */
export class Destinations1764202100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DESTINATION_TABLES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
