/** Forgets what is remembered against repetition once it cannot be repeated any more: in batches, so that no lock is held long. */
import type { DataSource } from 'typeorm';

import type { Logger } from '../logging/logger.js';
import { Job } from '../service/job.js';

const HOUR_MS = 3_600_000;
const BATCH = 5_000;

/** Tables that a service may have, with the column and the age after which a row is of no use. */
const REMEMBERED = [
  { table: 'inbox', since: 'received_at', age: '14 days' },
  { table: 'idempotency_keys', since: 'created_at', age: '24 hours' },
] as const;

export class RetentionJob extends Job {
  constructor(
    private readonly database: DataSource,
    logger: Logger,
  ) {
    super('retention', HOUR_MS, logger);
  }

  /** Deletes one batch of each table. @returns true when there is more */
  async pass(): Promise<boolean> {
    let more = false;
    for (const { table, since, age } of REMEMBERED) {
      const [found] = await this.database.query<{ there: boolean }[]>('select to_regclass($1) is not null as there', [table]);
      if (found?.there !== true) continue;
      const [, deleted] = await this.database.query<[unknown[], number]>(
        `delete from ${table} where ctid = any(array(select ctid from ${table} where ${since} < now() - interval '${age}' limit ${BATCH}))`,
      );
      more ||= deleted === BATCH;
    }
    return more;
  }
}
