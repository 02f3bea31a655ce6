import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCEPT_FUNCTION } from './arrival.sql.js';

/** Commands are handed over as the bytes of the events that brought them. */
export class CommandsAsTheyCame1764210000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCEPT_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
