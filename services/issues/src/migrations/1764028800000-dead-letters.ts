import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createDeadLetterTable } from '@tocsin/platform';

export class DeadLetters1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createDeadLetterTable(runner);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
