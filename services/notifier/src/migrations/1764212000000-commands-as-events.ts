import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCEPT_FUNCTION } from './arrival.sql.js';
import { COMMANDS_AS_EVENTS } from './commands-as-events.sql.js';

/** Commands are stored and given back as the events that brought them, unread. */
export class CommandsAsEvents1764212000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COMMANDS_AS_EVENTS);
    await runner.query(ACCEPT_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
