import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCEPT_FUNCTION } from './arrival.sql.js';
import { CLAIM_FUNCTION, MARK_FUNCTION } from './claim.sql.js';
import { COMMAND_TABLES } from './commands.sql.js';
import { FINISH_FUNCTION } from './finish.sql.js';
import { CLAIM_EDITS_FUNCTION } from './living.sql.js';

/** Commands apart from the states of their deliveries; and the functions as they are now. */
export class Commands1764115200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COMMAND_TABLES);
    await runner.query(ACCEPT_FUNCTION);
    await runner.query(CLAIM_FUNCTION);
    await runner.query(MARK_FUNCTION);
    await runner.query(FINISH_FUNCTION);
    await runner.query(CLAIM_EDITS_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
