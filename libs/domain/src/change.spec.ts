import { describe, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { decideChange } from './change.js';
import type { Issue } from './issue.js';

const before = anIssue({ id: 'i1', severity: 'high', owners: ['ada@acme.test', 'bob@acme.test'], cves: ['CVE-2026-1'], cvss: 7.5, epss: 0.2 });

describe('what happened to an issue', () => {
  test.each<[string, Partial<Issue> | undefined, Partial<Issue>, string, string[]]>([
    ['first seen', undefined, {}, 'new', []],
    ['first seen, dismissed in the source already', undefined, { status: 'excluded' }, 'excluded', []],
    ['back after it was resolved', { status: 'resolved' }, {}, 'reopened', ['status']],
    ['back after it was excluded', { status: 'excluded' }, {}, 'updated', ['status']],
    ['no longer found', {}, { status: 'resolved' }, 'resolved', ['status']],
    ['dismissed in the source', {}, { status: 'excluded' }, 'excluded', ['status']],
    ['seen again unchanged', {}, {}, 'existing', []],
    ['excluded and seen again with another severity', { status: 'excluded' }, { status: 'excluded', severity: 'low' }, 'existing', ['severity']],
    ['another severity', {}, { severity: 'critical' }, 'updated', ['severity']],
    ['another owner', {}, { owners: ['cleo@acme.test'] }, 'updated', ['owners']],
    ['the same owners in another order', {}, { owners: ['bob@acme.test', 'ada@acme.test'] }, 'existing', []],
    ['a CVE more', {}, { cves: ['CVE-2026-1', 'CVE-2026-2'] }, 'updated', ['cves']],
    ['a CVSS score that passes a border', {}, { cvss: 9.1 }, 'updated', ['cvss']],
    ['a CVSS score within its level', {}, { cvss: 8.9 }, 'existing', []],
    ['an EPSS that passes a border downwards', {}, { epss: 0.05 }, 'updated', ['epss']],
    ['an EPSS within its level', {}, { epss: 0.3 }, 'existing', []],
    ['a moved line', {}, { location: { path: 'src/main/java/Payments.java', line: 43 } }, 'existing', []],
    ['a new wording and title', {}, { title: 'SQL injection', description: 'said in another way' }, 'existing', []],
  ])('%s', (_, was, is, kind, fields) => {
    const decision = decideChange(was && { ...before, ...was }, { ...before, ...is });
    expect(decision.kind).toBe(kind);
    expect(decision.changes.map(({ field }) => field)).toEqual(fields);
  });

  test('tells a change with both values', () => {
    expect(decideChange(before, { ...before, severity: 'critical' }).changes).toEqual([{ field: 'severity', from: 'high', to: 'critical' }]);
  });

  test('a score that disappears falls below every border', () => {
    const { cvss: _, ...without } = before;
    expect(decideChange(before, without).changes).toEqual([{ field: 'cvss', from: 7.5, to: null }]);
  });
});
