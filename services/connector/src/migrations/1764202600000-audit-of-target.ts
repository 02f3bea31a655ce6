import type { MigrationInterface, QueryRunner } from 'typeorm';

import { indexAuditByTarget } from '@tocsin/platform';

export class AuditOfTarget1764202600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await indexAuditByTarget(runner);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
