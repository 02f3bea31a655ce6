/** A report cut by what it speaks for: one part for each tool and scope, however many runs it came in. */
import type { DroppedResults } from '@tocsin/contracts';
import type { IssueLocation } from '@tocsin/domain';

import { locationLink } from '../intake/location-link.js';
import type { Statement } from '../intake/statement.js';
import type { Finding, ReportRun } from '../reports/report.js';

export interface ScanPart {
  tool: string;
  scope: string;
  /** When what it says was so. */
  at: Date;
  /** It found all that there is, so what it does not find is gone. */
  speaksForAll: boolean;
  statements: Statement[];
}

export interface ScanFacts {
  askedScope?: string | undefined;
  scannedAt?: Date | undefined;
  receivedAt: Date;
  repository?: string | undefined;
  commit?: string | undefined;
}

/** The same report and facts give the same parts in the same order: a scan that was interrupted goes on by position. */
export function partsOf(runs: readonly ReportRun[], facts: ScanFacts): { parts: ScanPart[]; dropped: DroppedResults[] } {
  const groups = new Map<string, ReportRun[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.tool, facts.askedScope ?? run.scope]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const parts = [...groups.values()].map((group) => partOf(group, facts));
  const found = runs.reduce((sum, { findings }) => sum + findings.filter(isThere).length, 0);
  const repeated = found - parts.reduce((sum, { statements }) => sum + statements.length, 0);
  return { parts, dropped: repeated > 0 ? [{ reason: 'the same issue again in the same report', count: repeated }] : [] };
}

function partOf(runs: readonly ReportRun[], facts: ScanFacts): ScanPart {
  const statements = new Map<string, Statement>();
  for (const finding of runs.flatMap(({ findings }) => findings).filter(isThere)) {
    if (!statements.has(finding.fingerprint)) statements.set(finding.fingerprint, statementOf(finding, facts));
  }
  return {
    tool: runs[0]?.tool ?? '',
    scope: facts.askedScope ?? runs[0]?.scope ?? '',
    at: timeOf(runs, facts),
    speaksForAll: runs.every(({ successful, complete }) => successful && complete),
    statements: [...statements.values()],
  };
}

/** What the source itself calls gone is not found; comparing resolves it. */
function isThere({ baselineState }: Finding): boolean {
  return baselineState !== 'absent';
}

/** The end of the run, else when it was scanned, else the arrival; a clock that runs ahead does not silence later scans. */
function timeOf(runs: readonly ReportRun[], { scannedAt, receivedAt }: ScanFacts): Date {
  const ends = runs.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [Date.parse(endedAt)])).filter((time) => !Number.isNaN(time));
  const said = ends.length > 0 ? Math.max(...ends) : (scannedAt?.getTime() ?? receivedAt.getTime());
  return new Date(Math.min(said, receivedAt.getTime()));
}

function statementOf(finding: Finding, { repository, commit }: ScanFacts): Statement {
  const statement = { ...finding };
  delete statement.baselineState;
  const link = finding.location && repository !== undefined && commit !== undefined && finding.location.url === undefined ? locationLink(repository, commit, finding.location) : undefined;
  return { ...statement, ...(link !== undefined && { location: { ...(finding.location as IssueLocation), url: link } }) };
}
