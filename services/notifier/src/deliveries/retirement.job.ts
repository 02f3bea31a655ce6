/**
 * Removes settled deliveries when their organization's time for them is over. Their counts stay, so that the sum still
 * proves that none was lost; their ids stay a while, so that a command that comes again posts nothing. A message whose
 * delivery is not kept is not kept up to date either.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { DEFAULT_DELIVERY_SETTINGS } from '../settings/delivery-settings.repository.js';
import type { DeliveryKey } from './delivery-key.js';

const HOUR_MS = 3_600_000;
const BATCH = 1000;
const REMEMBERED_DAYS = 30;
/** A command that is older than the news of its issue comes within this time; what is still to be told of it may wait for longer. */
const NEWS_HOURS = 2;

@Injectable()
export class RetirementJob extends Job {
  constructor(
    private readonly database: DataSource,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('retirement', HOUR_MS, logger);
  }

  /** Removes one batch; after the last one also what need not be remembered any more. @returns true when there is more */
  async pass(): Promise<boolean> {
    if (await this.retireSome()) return true;
    await this.forget();
    return false;
  }

  private async forget(): Promise<void> {
    await this.database.query(`delete from retired_deliveries where retired_at < now() - make_interval(days => $1)`, [REMEMBERED_DAYS]);
    await this.database.query(
      `with still_told as materialized (
         select distinct d.organization_id, unnest(d.issue_ids) as issue_id from ledger d where d.state in ('waiting', 'posting'))
       delete from heard_issues h where h.heard_at < clock_timestamp() - make_interval(hours => $1)
         and not exists (select 1 from still_told s where s.organization_id = h.organization_id and s.issue_id = h.issue_id)`,
      [NEWS_HOURS],
    );
  }

  /** Each organization has a limit of its own, and one look at what is beyond it. @returns true when there is more */
  private async retireSome(): Promise<boolean> {
    // Before the transaction: in it deliveries are locked before their counts, as when they arrive.
    const organizations = await this.database.query<{ organization_id: string }[]>('select distinct organization_id from accepted_counts');
    return this.database.transaction(async (tx) => {
      const old = await tx.query<(DeliveryKey & { state: string })[]>(
        `select d.organization_id, d.delivery_id, d.state
         from unnest($3::text[]) o (organization_id) left join delivery_settings s using (organization_id)
         cross join lateral (
           select organization_id, delivery_id, state from deliveries
           where organization_id = o.organization_id and settled_at < now() - make_interval(days => coalesce((s.settings->>'retentionDays')::int, $1))
           order by settled_at limit $2 for update skip locked) d
         limit $2`,
        [DEFAULT_DELIVERY_SETTINGS.retentionDays, BATCH, organizations.map(({ organization_id }) => organization_id)],
      );
      if (old.length === 0) return false;
      const keys = JSON.stringify(old);
      const rows = 'jsonb_to_recordset($1::jsonb) o (organization_id text, delivery_id text, state text)';
      await tx.query(`insert into retired_deliveries (organization_id, delivery_id, state) select * from ${rows} on conflict do nothing`, [keys]);
      await tx.query(
        `insert into retired_counts (organization_id, state, count) select o.organization_id, o.state, count(*) from ${rows} group by 1, 2 order by 1, 2
         on conflict (organization_id, state) do update set count = retired_counts.count + excluded.count`,
        [keys],
      );
      await tx.query(
        `delete from told_issues t using ${rows}, ledger d where d.organization_id = o.organization_id and d.delivery_id = o.delivery_id
           and t.organization_id = d.organization_id and t.issue_id = any(d.issue_ids) and t.delivery_id in (d.delivery_id, d.digest_id)`,
        [keys],
      );
      await tx.query(`delete from timeline t using ${rows} where t.organization_id = o.organization_id and t.delivery_id = o.delivery_id`, [keys]);
      for (const table of ['deliveries', 'commands', 'retractions', 'last_edits']) await tx.query(`delete from ${table} d using ${rows} where d.organization_id = o.organization_id and d.delivery_id = o.delivery_id`, [keys]);
      return old.length === BATCH;
    });
  }
}
