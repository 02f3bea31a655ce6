/** Scans as callers see them: put in line, found, listed, cancelled. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { DroppedResults, OddPlace, Scan } from '@tocsin/contracts';
import { badRequest, decodeCursor, toPage, type Caller, type Page } from '@tocsin/platform';

import { IssuesInSight } from '../issues/issue-conditions.js';
import type { ScanListQuery } from './scan-query.js';
import { SCAN_COLUMNS, scanOf, type ScanRow } from './scan-row.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface NewScan {
  id: string;
  organizationId: string;
  application: string;
  askedScope: string | undefined;
  ref: string | undefined;
  commit: string | undefined;
  repository: string | undefined;
  runUrl: string | undefined;
  scannedAt: Date | undefined;
  receivedAt: Date;
  comparedOnly: boolean;
  format: string;
  tool: string;
  scope: string;
  total: number;
  dropped: DroppedResults[];
  odd: OddPlace[];
  reportKey: string;
  bodyHash: string;
  /** The report, compressed. */
  report: Buffer;
}

@Injectable()
export class ScanRepository {
  constructor(private readonly database: DataSource) {}

  async add(tx: EntityManager, scan: NewScan): Promise<void> {
    await tx.query(
      `insert into scans (organization_id, id, application, asked_scope, ref, commit_id, repository, run_url, scanned_at, received_at,
         compared_only, format, tool, scope, total, dropped, odd, report_key, body_hash, report)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
      [
        scan.organizationId, scan.id, scan.application, scan.askedScope, scan.ref, scan.commit, scan.repository, scan.runUrl, scan.scannedAt, scan.receivedAt,
        scan.comparedOnly, scan.format, scan.tool, scan.scope, scan.total, JSON.stringify(scan.dropped), JSON.stringify(scan.odd), scan.reportKey, scan.bodyHash, scan.report,
      ],
    );
  }

  /** The latest scan of the same key, when it has the same bytes and is less than an hour old. */
  async findSame(tx: EntityManager, organizationId: string, reportKey: string, bodyHash: string): Promise<string | undefined> {
    const [latest] = await tx.query<{ id: string; same: boolean }[]>(
      `select id, body_hash = $3 and state not in ('refused', 'cancelled') and received_at > now() - interval '1 hour' as same
       from scans where organization_id = $1 and report_key = $2 order by received_at desc, id desc limit 1`,
      [organizationId, reportKey, bodyHash],
    );
    return latest?.same === true ? latest.id : undefined;
  }

  async find(caller: Caller, id: string): Promise<Scan | undefined> {
    const row = await this.row(caller, id);
    return row && scanOf(row);
  }

  async list(caller: Caller, { limit, cursor, application, state }: ScanListQuery): Promise<Page<Scan>> {
    const sight = new IssuesInSight(caller);
    if (application !== undefined) sight.and({ sql: 'application = any(?)', value: application });
    if (state !== undefined) sight.and({ sql: 'state = any(?)', value: state });
    const [before] = decodeCursor(cursor, 1) ?? [];
    if (before !== undefined) {
      if (!UUID.test(String(before))) throw badRequest('The cursor is not valid.', [{ parameter: 'cursor', code: 'bad_cursor', message: 'use nextCursor of the previous page as it is' }]);
      sight.and({ sql: 'id < ?', value: before });
    }
    const rows = await this.database.query<ScanRow[]>(`select ${SCAN_COLUMNS} from scans where ${sight.where} order by id desc limit ${sight.parameter(limit + 1)}`, sight.values);
    return toPage(rows, limit, scanOf, ({ id }) => [id]);
  }

  /** Ends a scan that has not ended. @returns what it did until then, or undefined when there is none to end */
  async cancel(tx: EntityManager, { organizationId }: Caller, id: string): Promise<ScanRow | undefined> {
    const [rows] = await tx.query<[ScanRow[], number]>(
      `update scans set state = 'cancelled', ended_at = now(), report = null, lease_id = null, lease_until = null
       where organization_id = $1 and id = $2 and state in ('received', 'validating', 'comparing') returning ${SCAN_COLUMNS}`,
      [organizationId, id],
    );
    return rows[0];
  }

  private async row(caller: Caller, id: string): Promise<ScanRow | undefined> {
    if (!UUID.test(id)) return undefined;
    const sight = new IssuesInSight(caller, [{ sql: 'id = ?', value: id }]);
    const [row] = await this.database.query<ScanRow[]>(`select ${SCAN_COLUMNS} from scans where ${sight.where}`, sight.values);
    return row;
  }
}
