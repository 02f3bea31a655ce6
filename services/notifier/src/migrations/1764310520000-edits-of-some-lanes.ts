import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_EDITS_FUNCTION } from './living.sql.js';

/** Looking for messages to edit takes as long among very many of them as among few. */
export class EditsOfSomeLanes1764310520000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_EDITS_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
