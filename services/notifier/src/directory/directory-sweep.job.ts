/** Drops the copy of a workspace that has been disconnected for as long as its deliveries are held for a re-connection, and what addresses meant long ago. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

const HOUR_MS = 3_600_000;
const KEPT_DAYS = 7;
/** As many rows at a time, so that nobody waits for a lock. */
const BATCH = 5000;

@Injectable()
export class DirectorySweepJob extends Job {
  constructor(
    private readonly database: DataSource,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('directory sweep', HOUR_MS, logger);
  }

  /** Drops a batch. @returns true when there is more */
  async pass(): Promise<boolean> {
    await this.database.query(`delete from addresses where checked_at < clock_timestamp() - interval '1 day'`);
    const [gone] = await this.database.query<{ connection_id: string }[]>(
      `select connection_id from connections c where state = 'disconnected' and held_since < clock_timestamp() - make_interval(days => $1)
         and exists (select 1 from directory_lists l where l.connection_id = c.connection_id) limit 1`,
      [KEPT_DAYS],
    );
    if (!gone) return false;
    for (const table of ['channels', 'people', 'addresses']) {
      const [dropped] = await this.database.query<[unknown[], number]>(
        `delete from ${table} where ctid = any(array(select ctid from ${table} where connection_id = $1 limit ${BATCH})) and connection_id = $1 returning 1`,
        [gone.connection_id],
      );
      if (dropped.length > 0) return true;
    }
    for (const table of ['directory_seen', 'directory_sizes', 'directory_lists']) await this.database.query(`delete from ${table} where connection_id = $1`, [gone.connection_id]);
    return true;
  }
}
