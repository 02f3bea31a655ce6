/** `tocsin import`: a scanner's report in, its counts out, and for CI whether what is open stays below a threshold. */
import type { Scan } from '@tocsin/contracts';
import { SEVERITIES, type Issue, type Severity } from '@tocsin/domain';

import { CliFailure, EXIT } from '../exit-code.js';
import { table } from '../output.js';
import { describeProblem } from '../tocsin.client.js';
import type { Command, Given } from './command.js';

export interface ImportOptions {
  /** File, or `-` for standard input. */
  report: string;
  application: string;
  scope?: string;
  ref?: string;
  commit?: string;
  repository?: string;
  runUrl?: string;
  scannedAt?: string;
  strict?: true;
  failOn?: Severity;
  idempotencyKey?: string;
}

const WAIT_SECONDS = 30;
const SHOWN = 10;
const ENDED: readonly Scan['state'][] = ['done', 'refused', 'cancelled'];

export const importReport: Command<ImportOptions> = async (given, options) => {
  const scan = await ended(given, await post(given, options));
  if (scan.state !== 'done') {
    given.output.answer({ scan }, () => [`The scan was ${scan.state}. ${describeProblem((scan.problem ?? {}))}`]);
    return EXIT.no;
  }
  const { failOn } = options;
  const above = failOn && (await openAtOrAbove(given, scan, failOn));
  given.output.answer({ scan, ...(above && { failOn, open: above }) }, () => [...countLines(scan), ...(above ? thresholdLines(failOn, above) : [])]);
  return above && above.length > 0 ? EXIT.no : EXIT.ok;
};

async function post({ client, read }: Given, { report, application, scope, ref, commit, repository, runUrl, scannedAt, strict, idempotencyKey }: ImportOptions): Promise<string> {
  const bytes = await read(report);
  const named = Object.entries({ application, scope, ref, commit, repository, runUrl, scannedAt, strict: strict && 'true' }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const { body } = await client.call<{ scanId: string }>('POST', `/v1/scans?${new URLSearchParams(named).toString()}`, {
    raw: bytes,
    headers: { ...(isGzip && { 'content-encoding': 'gzip' }), ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) },
    timeoutMs: 10 * 60_000,
  });
  return body.scanId;
}

async function ended({ client, output }: Given, scanId: string): Promise<Scan> {
  for (;;) {
    const scan = await client.get<Scan>(`/v1/scans/${encodeURIComponent(scanId)}?wait=${WAIT_SECONDS}`);
    if (ENDED.includes(scan.state)) return scan;
    output.note(`${scan.state}: ${scan.progress.done} of ${scan.progress.total}`);
  }
}

/** Open issues that this scan speaks for. */
async function openAtOrAbove({ client }: Given, scan: Scan, severity: Severity): Promise<Issue[]> {
  if (scan.comparedOnly) throw new CliFailure(EXIT.refused, '--fail-on looks at open issues, and a scan of another ref than the default branch opens none: its counts say what it would add and fix.');
  const query = new URLSearchParams({ application: scan.application, status: 'open', severity: SEVERITIES.slice(SEVERITIES.indexOf(severity)).join(','), sort: '-severity', limit: '200' });
  query.set('scope', scan.scope);
  if (scan.tool !== undefined) query.set('tool', scan.tool);
  return (await client.get<{ items: Issue[] }>(`/v1/issues?${query.toString()}`)).items;
}

function countLines({ application, tool, scope, baseline, comparedOnly, counts, dropped, odd }: Scan): string[] {
  const of = [tool, scope, baseline ? 'first scan' : undefined, comparedOnly ? 'compared only' : undefined].filter((part) => part !== undefined && part !== '');
  const numbers = (['new', 'updated', 'existing', 'resolved', 'reopened', 'excluded'] as const).map((name) => `${counts[name]} ${name}`);
  return [
    `${application}${of.length > 0 ? ` (${of.join(', ')})` : ''}: ${numbers.join(', ')}`,
    ...dropped.map(({ reason, count }) => `  left out: ${count} (${reason})`),
    ...odd.slice(0, SHOWN).map(({ pointer, message }) => `  odd: ${pointer} ${message}`),
  ];
}

function thresholdLines(severity: Severity | undefined, open: readonly Issue[]): string[] {
  if (open.length === 0) return [`No open issue is ${severity ?? ''} or higher.`];
  const count = open.length >= 200 ? '200 or more' : String(open.length);
  const rows = open.slice(0, SHOWN).map((issue) => [issue.severity, issue.title, issue.location?.path ?? '']);
  return [`${count} open issues are ${severity ?? ''} or higher:`, ...table(['SEVERITY', 'TITLE', 'PATH'], rows), ...(open.length > SHOWN ? ['…'] : [])];
}

/** @throws CliFailure naming the severities there are */
export function parseSeverity(text: string): Severity {
  const severity = SEVERITIES.find((known) => known === text.toLowerCase());
  if (!severity) throw new CliFailure(EXIT.refused, `"${text}" is no severity. Use one of: ${SEVERITIES.join(', ')}.`);
  return severity;
}
