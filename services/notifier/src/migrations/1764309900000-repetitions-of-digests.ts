import type { MigrationInterface, QueryRunner } from 'typeorm';

import { REPETITIONS_FUNCTIONS } from './repetitions.sql.js';

/** What a digest told was repeated when the digest was; what of a digest was repeated by itself is known. */
export class RepetitionsOfDigests1764309900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REPETITIONS_FUNCTIONS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
