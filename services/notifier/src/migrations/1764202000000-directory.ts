import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createExtension } from '@tocsin/platform';

import { DIRECTORY_LISTS } from './directory-lists.sql.js';
import { DIRECTORY_SEARCH } from './directory-search.sql.js';

/** The directory by lists, and searched by an index that keeps workspaces apart. */
export class Directory1764202000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createExtension(runner, 'btree_gin');
    await runner.query(DIRECTORY_LISTS);
    await runner.query(DIRECTORY_SEARCH);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
