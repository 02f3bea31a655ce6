import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CLAIM_FUNCTION } from './claim.sql.js';
import { FINISH_FUNCTION } from './finish.sql.js';

/** What was left behind is judged also where nothing can be sent, a connection's probe is one message, and what is waited for is said once. */
export class LeftBehindFirst1764213000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_FUNCTION);
    await runner.query(FINISH_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
