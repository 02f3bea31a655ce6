import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who begins an installation, by the id of their token: a name may change, or be given twice. */
const INSTALLER = `alter table oauth_states add column user_id text`;

export class Installer1764310700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(INSTALLER);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
