import { describe, expect, test } from '@jest/globals';

import type { Finding, ReportRun } from '../reports/report.js';
import { partsOf } from './scan-parts.js';

const RECEIVED = new Date('2026-05-02T12:00:00Z');

function aFinding(fingerprint: string, overrides: Partial<Finding> = {}): Finding {
  return { fingerprint, title: 'T', severity: 'high', category: 'code', status: 'open', cves: [], cwes: [], owners: [], tags: [], ...overrides };
}

function aRun(overrides: Partial<ReportRun> = {}): ReportRun {
  return { tool: 'semgrep', scope: '', successful: true, complete: true, findings: [], ...overrides };
}

describe('the parts of a report', () => {
  test('are one for each tool and scope, however many runs there are', () => {
    const { parts } = partsOf([aRun({ findings: [aFinding('a')] }), aRun({ tool: 'trivy' }), aRun({ scope: 'web' }), aRun({ findings: [aFinding('b')] })], { receivedAt: RECEIVED });
    expect(parts.map(({ tool, scope, statements }) => [tool, scope, statements.map(({ fingerprint }) => fingerprint)])).toEqual([['semgrep', '', ['a', 'b']], ['trivy', '', []], ['semgrep', 'web', []]]);
  });

  test('have the scope that was asked for before the report’s own', () => {
    expect(partsOf([aRun({ scope: 'own' })], { receivedAt: RECEIVED, askedScope: 'asked' }).parts[0]?.scope).toBe('asked');
  });

  test('name each issue once and say how many were left out', () => {
    const { parts, dropped } = partsOf([aRun({ findings: [aFinding('a')] }), aRun({ findings: [aFinding('a', { title: 'again' }), aFinding('b')] })], { receivedAt: RECEIVED });
    expect(parts[0]?.statements.map(({ title }) => title)).toEqual(['T', 'T']);
    expect(dropped).toEqual([{ reason: 'the same issue again in the same report', count: 1 }]);
  });

  test('do not hold what the source calls absent', () => {
    const { parts, dropped } = partsOf([aRun({ findings: [aFinding('a', { baselineState: 'absent' }), aFinding('b', { baselineState: 'new' })] })], { receivedAt: RECEIVED });
    expect([parts[0]?.statements.map(({ fingerprint }) => fingerprint), dropped]).toEqual([['b'], []]);
  });

  test.each([
    ['every run succeeded and is whole', [aRun(), aRun()], true],
    ['one run failed', [aRun(), aRun({ successful: false })], false],
    ['one run was cut at a limit', [aRun({ complete: false })], false],
  ])('speak for all when %s: %#', (_, runs, speaksForAll) => {
    expect(partsOf(runs, { receivedAt: RECEIVED }).parts[0]?.speaksForAll).toBe(speaksForAll);
  });

  test.each([
    ['the end of the last run', [aRun({ endedAt: '2026-05-01T10:00:00Z' }), aRun({ endedAt: '2026-05-01T11:00:00Z' })], new Date('2026-04-01T00:00:00Z'), '2026-05-01T11:00:00.000Z'],
    ['when it was scanned', [aRun()], new Date('2026-04-01T00:00:00Z'), '2026-04-01T00:00:00.000Z'],
    ['its arrival', [aRun()], undefined, '2026-05-02T12:00:00.000Z'],
    ['its arrival, when the scanner’s clock runs ahead', [aRun({ endedAt: '2031-01-01T00:00:00Z' })], undefined, '2026-05-02T12:00:00.000Z'],
    ['its arrival, when the end is no time', [aRun({ endedAt: 'yesterday' })], undefined, '2026-05-02T12:00:00.000Z'],
  ])('are as of %s', (_, runs, scannedAt, at) => {
    expect(partsOf(runs, { receivedAt: RECEIVED, scannedAt }).parts[0]?.at.toISOString()).toBe(at);
  });

  test('link locations to the commit, unless the source has a link or the commit is not known', () => {
    const findings = [aFinding('a', { location: { path: 'a.ts', line: 3 } }), aFinding('b', { location: { path: 'b.ts', url: 'https://its.own/link' } }), aFinding('c')];
    const links = (facts: { repository?: string; commit?: string }): (string | undefined)[] => partsOf([aRun({ findings })], { receivedAt: RECEIVED, ...facts }).parts[0]?.statements.map(({ location }) => location?.url) ?? [];
    expect(links({ repository: 'https://github.com/acme/p', commit: 'c0ffee0' })).toEqual(['https://github.com/acme/p/blob/c0ffee0/a.ts#L3', 'https://its.own/link', undefined]);
    expect(links({ repository: 'https://github.com/acme/p' })).toEqual([undefined, 'https://its.own/link', undefined]);
  });
});
