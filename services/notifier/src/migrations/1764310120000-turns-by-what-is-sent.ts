import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_FUNCTION } from './claim.sql.js';

/** Workspaces and organizations take turns also where one place is free at a time. */
export class TurnsByWhatIsSent1764310120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
