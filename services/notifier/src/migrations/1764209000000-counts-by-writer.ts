import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCEPT_FUNCTION, COUNTS_BY_WRITER } from './arrival.sql.js';

/** What was accepted is counted apart by who writes, so that replicas that take in commands of one organization do not wait for each other. */
export class CountsByWriter1764209000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COUNTS_BY_WRITER);
    await runner.query(ACCEPT_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
