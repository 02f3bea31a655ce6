import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Commands that ended are found by when they did. */
export class EndedCommands1764309500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index commands_ended on commands (settled_at) where settled_at is not null');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
