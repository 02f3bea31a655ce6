/** The messages that real reports lead to, byte by byte. `UPDATE_GOLDEN=1` writes them anew; look at what changed. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { compareSeverity, renderMessage, type Issue } from '@tocsin/domain';

import { readReport } from './read-report.js';
import type { Finding } from './report.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const GOLDEN = new URL('golden/', FIXTURES);
const SHOWN = 3;

function issueFrom(tool: string, { baselineState: _, ...finding }: Finding, index: number): Issue {
  return { ...finding, id: `issue-${index + 1}`, revision: 1, application: 'payments-api', tool, firstSeen: '2026-11-24T08:00:00.000Z', lastSeen: '2026-11-24T08:00:00.000Z' };
}

function worstOf(report: string): Issue[] {
  const reading = readReport(readFileSync(new URL(report, FIXTURES)), { strict: false });
  if (!reading.ok) throw new Error(reading.problem.detail);
  const issues = reading.runs.flatMap((run) => run.findings.map((finding, index) => issueFrom(run.tool, finding, index)));
  return issues.sort((a, b) => compareSeverity(b.severity, a.severity)).slice(0, SHOWN);
}

const reports = [...readdirSync(FIXTURES), ...readdirSync(new URL('edge/', FIXTURES)).map((name) => `edge/${name}`)].filter((name) => /\.(sarif|json)$/.test(name) && !/broken|no-runs/.test(name));

test.each(reports)('the messages of %s', (report) => {
  const issues = worstOf(report);
  const said = { source: { kind: 'manual', user: 'ada@acme.test' }, sender: 'ada@acme.test', comment: 'Please look at this one before Thursday.', consoleUrl: 'https://tocsin.acme.test' } as const;
  const messages = [...issues.map((issue) => renderMessage({ ...said, issues: [issue] })), ...(issues.length > 1 ? [renderMessage({ ...said, issues })] : [])];
  const bytes = `${JSON.stringify(messages, null, 2)}\n`;
  const golden = new URL(`${report.replaceAll('/', '-').replace(/\.(sarif|json)$/, '')}.json`, GOLDEN);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(golden, bytes);
  }
  expect(bytes).toBe(readFileSync(golden, 'utf8'));
});
