/**
 * Issues as a file: CSV by RFC 4180, or one JSON object a line. A cell that a spreadsheet would run as a formula begins
 * with a quote, since titles and paths come from whoever wrote the scanned code.
 */
import type { Issue } from '@tocsin/domain';

export const CSV = 'text/csv';
export const NDJSON = 'application/x-ndjson';

const COLUMNS: readonly (readonly [string, (issue: Issue) => string | number | undefined])[] = [
  ['id', (issue) => issue.id],
  ['severity', (issue) => issue.severity],
  ['status', (issue) => issue.status],
  ['title', (issue) => issue.title],
  ['category', (issue) => issue.category],
  ['application', (issue) => issue.application],
  ['scope', (issue) => issue.scope],
  ['tool', (issue) => issue.tool],
  ['rule', (issue) => issue.rule],
  ['path', (issue) => issue.location?.path],
  ['line', (issue) => issue.location?.line],
  ['cves', (issue) => issue.cves.join(' ')],
  ['cwes', (issue) => issue.cwes.join(' ')],
  ['cvss', (issue) => issue.cvss],
  ['epss', (issue) => issue.epss],
  ['owners', (issue) => issue.owners.join(' ')],
  ['tags', (issue) => issue.tags.join(' ')],
  ['firstSeen', (issue) => issue.firstSeen],
  ['lastSeen', (issue) => issue.lastSeen],
  ['dueAt', (issue) => issue.dueAt],
  ['url', (issue) => issue.url ?? issue.location?.url],
];

/** One value as a cell of a CSV file. */
export function csvCell(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value ?? ''}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export async function* csvLines(issues: AsyncIterable<Issue>): AsyncGenerator<string> {
  yield `${COLUMNS.map(([name]) => name).join(',')}\r\n`;
  for await (const issue of issues) yield `${COLUMNS.map(([, value]) => csvCell(value(issue))).join(',')}\r\n`;
}

export async function* jsonLines(issues: AsyncIterable<Issue>): AsyncGenerator<string> {
  for await (const issue of issues) yield `${JSON.stringify(issue)}\n`;
}
