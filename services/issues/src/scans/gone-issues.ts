/** What a scan no longer finds: open issues that earlier scans of its tool, application and scope said, and it does not. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { ISSUE_COLUMNS, type IssueRow } from '../issues/issue-row.js';
import type { Lineage } from '../intake/statement.js';

const OPEN_OF_LINEAGE = `organization_id = $1 and application = $2 and tool = $3 and scope = $4 and status = 'open' and last_scan_id is not null and said_at <= $5`;

@Injectable()
export class GoneIssues {
  /** A batch of them, locked. What events reported is left alone: no scan said it. */
  async since(tx: EntityManager, { organizationId, application, tool, scope }: Lineage, { at, scanId, limit }: { at: Date; scanId: string; limit: number }): Promise<IssueRow[]> {
    return tx.query<IssueRow[]>(`select ${ISSUE_COLUMNS} from issues where ${OPEN_OF_LINEAGE} and last_scan_id <> $6 order by id limit $7 for update`, [organizationId, application, tool, scope, at, scanId, limit]);
  }

  /** How many there would be if only `seen` were still found. */
  async count(tx: EntityManager, { organizationId, application, tool, scope }: Lineage, { at, seen }: { at: Date; seen: readonly string[] }): Promise<number> {
    const [row] = await tx.query<{ count: number }[]>(`select count(*)::int as count from issues where ${OPEN_OF_LINEAGE} and not fingerprint = any($6)`, [organizationId, application, tool, scope, at, seen]);
    return row?.count ?? 0;
  }
}
