import type { MigrationInterface, QueryRunner } from 'typeorm';

import { RECORD_TOLD_FUNCTION } from './told.sql.js';

/** It is known which messages could not be brought up to date: another one may say what they cannot. */
export class OutdatedMessages1764309820000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table told_issues add column outdated boolean not null default false'); // an edit was refused: that message shows the issue as it was
    await runner.query(RECORD_TOLD_FUNCTION);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
