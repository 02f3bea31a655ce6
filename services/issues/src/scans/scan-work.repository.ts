/**
 * The line of scans to be worked through. A lease says whose work a scan is; it ends by itself, so the work of a process
 * that died goes on elsewhere, and a process that lost it finds out before it writes.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import type { ScanCounts } from '@tocsin/contracts';

import type { Lineage } from '../intake/statement.js';
import type { Tally } from '../intake/intake.js';
import { SCAN_COLUMNS, type ScanRow } from './scan-row.js';

const LEASE = `interval '60 seconds'`;

export interface ClaimedScan extends ScanRow {
  lease_id: string;
  attempts: number;
  report: Buffer;
}

/** What a step of the work adds to the scan. */
export interface Step {
  done: number;
  changes: number;
  tally: Tally;
}

/** The scan was cancelled, or another process goes on with it. */
export class LeaseLost extends Error {}

@Injectable()
export class ScanWorkRepository {
  constructor(private readonly database: DataSource) {}

  /** The next scan to work on, in order of arrival within each application. */
  async claim(): Promise<ClaimedScan | undefined> {
    const [rows] = await this.database.query<[ClaimedScan[], number]>(
      `update scans set lease_id = $1, lease_until = now() + ${LEASE}, attempts = attempts + 1, state = case state when 'received' then 'validating' else state end
       where (organization_id, id) in (
         select organization_id, id from scans as next
         where state in ('received', 'validating', 'comparing') and (lease_until is null or lease_until < now())
           and not exists (select from scans as earlier
             where earlier.organization_id = next.organization_id and earlier.application = next.application
               and earlier.state in ('received', 'validating', 'comparing') and (earlier.received_at, earlier.id) < (next.received_at, next.id))
         order by received_at limit 1 for update skip locked)
       returning ${SCAN_COLUMNS}, lease_id, attempts, report`,
      [uuid()],
    );
    return rows[0];
  }

  async beginComparing({ organization_id, id, lease_id }: ClaimedScan, baseline: boolean): Promise<void> {
    await this.owned(this.database, `update scans set state = 'comparing', baseline = $4 where organization_id = $1 and id = $2 and lease_id = $3 and state in ('validating', 'comparing') returning id`, [organization_id, id, lease_id, baseline]);
  }

  /** Part of the transaction of the step: a step whose lease was lost leaves nothing. */
  async advance(tx: EntityManager, { organization_id, id, lease_id }: ClaimedScan, { done, changes, tally }: Step): Promise<void> {
    const { stale = 0, ...counted } = tally;
    await this.owned(
      tx,
      `update scans set done = done + $4, changes = changes + $5, lease_until = now() + ${LEASE},
         counts = (select jsonb_object_agg(kind, value::int + coalesce(($6::jsonb->>kind)::int, 0)) from jsonb_each_text(counts) as counted (kind, value)),
         dropped = case when $7 = 0 then dropped else dropped || jsonb_build_array(jsonb_build_object('reason', 'a newer scan no longer finds it', 'count', $7::int)) end
       where organization_id = $1 and id = $2 and lease_id = $3 and state = 'comparing' returning id`,
      [organization_id, id, lease_id, done, changes, JSON.stringify(counted), stale],
    );
  }

  /** @returns what the scan did in all */
  async finish(tx: EntityManager, { organization_id, id, lease_id }: ClaimedScan): Promise<{ changes: number; counts: ScanCounts }> {
    return this.owned(
      tx,
      `update scans set state = 'done', done = total, report = null, ended_at = now(), lease_id = null, lease_until = null
       where organization_id = $1 and id = $2 and lease_id = $3 and state = 'comparing' returning changes, counts`,
      [organization_id, id, lease_id],
    );
  }

  /** Gives up on a scan: what it says can no longer be understood, or breaks us again and again. */
  async refuse({ organization_id, id, lease_id }: ClaimedScan, problem: object): Promise<void> {
    await this.database.query(
      `update scans set state = 'refused', problem = $4, report = null, ended_at = now(), lease_id = null, lease_until = null where organization_id = $1 and id = $2 and lease_id = $3`,
      [organization_id, id, lease_id, JSON.stringify(problem)],
    );
  }

  /** Leaves the scan to the next process, as if this one had not had it. */
  async handBack({ organization_id, id, lease_id }: ClaimedScan): Promise<void> {
    await this.database.query('update scans set lease_id = null, lease_until = null, attempts = attempts - 1 where organization_id = $1 and id = $2 and lease_id = $3', [organization_id, id, lease_id]);
  }

  /** Lets another try begin after a pause. */
  async release({ organization_id, id, lease_id }: ClaimedScan, pauseMs: number): Promise<void> {
    await this.database.query(`update scans set lease_id = null, lease_until = now() + $4 * interval '1 millisecond' where organization_id = $1 and id = $2 and lease_id = $3`, [organization_id, id, lease_id, pauseMs]);
  }

  /** When the last scan that spoke for all of the lineage was; undefined when no scan of it has ended yet. */
  async lineage(on: Pick<EntityManager, 'query'>, { organizationId, application, tool, scope }: Lineage): Promise<{ lastCompleteAt: Date | null } | undefined> {
    const [row] = await on.query<{ last_complete_at: Date | null }[]>(
      'select last_complete_at from lineages where organization_id = $1 and application = $2 and tool = $3 and scope = $4',
      [organizationId, application, tool, scope],
    );
    return row && { lastCompleteAt: row.last_complete_at };
  }

  /** @param completeAt when a scan spoke for all of the lineage; null for one that failed or was cut */
  async extendLineage(tx: EntityManager, { organizationId, application, tool, scope }: Lineage, completeAt: Date | null): Promise<void> {
    await tx.query(
      `insert into lineages (organization_id, application, tool, scope, last_complete_at) values ($1, $2, $3, $4, $5)
       on conflict (organization_id, application, tool, scope) do update set last_complete_at = greatest(lineages.last_complete_at, excluded.last_complete_at)`,
      [organizationId, application, tool, scope, completeAt],
    );
  }

  private async owned<T>(on: Pick<EntityManager, 'query'>, sql: string, values: unknown[]): Promise<T> {
    const [rows] = await on.query<[T[], number]>(sql, values);
    const [row] = rows;
    if (row === undefined) throw new LeaseLost();
    return row;
  }
}
