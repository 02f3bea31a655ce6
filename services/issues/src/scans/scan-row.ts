/** A scan as its row and as the API shows it. */
import type { DroppedResults, OddPlace, Scan, ScanCounts, ScanState } from '@tocsin/contracts';

export interface ScanRow {
  organization_id: string;
  id: string;
  application: string;
  asked_scope: string | null;
  ref: string | null;
  commit_id: string | null;
  repository: string | null;
  scanned_at: Date | null;
  state: ScanState;
  format: string;
  tool: string | null;
  scope: string;
  baseline: boolean;
  compared_only: boolean;
  done: number;
  total: number;
  changes: number;
  counts: ScanCounts;
  dropped: DroppedResults[];
  odd: OddPlace[];
  problem: object | null;
  received_at: Date;
}

export const SCAN_COLUMNS =
  'organization_id, id, application, asked_scope, ref, commit_id, repository, scanned_at, state, format, tool, scope, baseline, compared_only, done, total, changes, counts, dropped, odd, problem, received_at';

export const ENDED_STATES: readonly ScanState[] = ['done', 'refused', 'cancelled'];

/** The scan as the API shows it. */
export function scanOf(row: ScanRow): Scan {
  return {
    scanId: row.id,
    state: row.state,
    format: row.format,
    ...(row.tool !== null && row.tool !== '' && { tool: row.tool }),
    application: row.application,
    scope: row.scope,
    ...(row.ref !== null && { ref: row.ref }),
    baseline: row.baseline,
    comparedOnly: row.compared_only,
    progress: { done: row.done, total: row.total },
    counts: row.counts,
    dropped: row.dropped,
    odd: row.odd,
    ...(row.problem !== null && { problem: row.problem }),
  };
}
