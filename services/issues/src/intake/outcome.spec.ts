import { describe, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { outcomeOfGone, outcomeOfKnown, outcomeOfNew } from './outcome.js';
import type { Statement } from './statement.js';

const LINEAGE = { organizationId: 'acme', application: 'payments', tool: 'semgrep', scope: '' };
const SAYING = { at: new Date('2026-05-02T00:00:00Z'), receivedAt: new Date('2026-05-02T00:01:00Z') };
const EARLIER = new Date('2026-05-01T00:00:00Z');
const LATER = new Date('2026-05-03T00:00:00Z');
const nobody = (): string[] => [];

function aStatement(overrides: Partial<Statement> = {}): Statement {
  return { fingerprint: 'f', title: 'T', severity: 'high', category: 'code', status: 'open', cves: [], cwes: [], owners: [], tags: [], ...overrides };
}

function known(overrides: Partial<Issue> = {}): Issue {
  return anIssue({ fingerprint: 'f', title: 'T', severity: 'high', category: 'code', cwes: [], owners: [], tags: [], application: 'payments', tool: 'semgrep', ...overrides });
}

describe('what a statement makes of an issue that is not known', () => {
  test('is a new one, first seen when it came in unless the source says when', () => {
    expect(outcomeOfNew('i', LINEAGE, aStatement(), SAYING, nobody)).toMatchObject({ kind: 'new', tells: 'new', issue: { id: 'i', revision: 1, firstSeen: '2026-05-02T00:01:00.000Z' } });
    expect(outcomeOfNew('i', LINEAGE, aStatement({ firstSeen: '2025-01-01T00:00:00.000Z' }), SAYING, nobody).issue.firstSeen).toBe('2025-01-01T00:00:00.000Z');
  });

  test('tells nobody when the source has dismissed it', () => {
    expect(outcomeOfNew('i', LINEAGE, aStatement({ status: 'excluded' }), SAYING, nobody)).toMatchObject({ kind: 'excluded', tells: undefined });
  });

  test('takes its owners from the application where the source names none', () => {
    const owners = (): string[] => ['Owner@acme.test'];
    expect(outcomeOfNew('i', LINEAGE, aStatement(), SAYING, owners).issue.owners).toEqual(['owner@acme.test']);
    expect(outcomeOfNew('i', LINEAGE, aStatement({ owners: ['named@acme.test'] }), SAYING, owners).issue.owners).toEqual(['named@acme.test']);
  });
});

describe('what a statement makes of a known issue', () => {
  test.each([
    ['the same again', {}, {}, { kind: 'existing', tells: undefined }],
    ['another severity', {}, { severity: 'critical' }, { kind: 'updated', tells: 'updated' }],
    ['back after being resolved', { status: 'resolved' }, {}, { kind: 'reopened', tells: 'reopened' }],
    ['dismissed in the source', {}, { status: 'excluded' }, { kind: 'excluded', tells: 'updated' }],
    ['other words', {}, { title: 'Other words' }, { kind: 'existing', tells: undefined, differs: true }],
    ['dismissed in the source no longer', { status: 'excluded' }, {}, { kind: 'updated', tells: 'updated' }],
  ] as const)('%s', (_, before, said, outcome) => {
    const issue = known(before);
    delete issue.rule;
    delete issue.location;
    expect(outcomeOfKnown({ issue, saidAt: EARLIER, byHand: [] }, aStatement(said), SAYING, nobody)).toMatchObject(outcome);
  });

  test('an older statement changes nothing', () => {
    const issue = known({ status: 'resolved' });
    expect(outcomeOfKnown({ issue, saidAt: LATER, byHand: [] }, aStatement({ severity: 'low' }), SAYING, nobody)).toEqual({ kind: 'existing', issue, differs: false, tells: undefined, changes: [] });
    expect(outcomeOfGone({ issue: known(), saidAt: LATER, byHand: [] }, SAYING.at)).toMatchObject({ kind: 'existing', differs: false });
  });

  test('what a person set stays', () => {
    const issue = known({ severity: 'low', owners: ['zoe@acme.test'], status: 'excluded' });
    const outcome = outcomeOfKnown({ issue, saidAt: EARLIER, byHand: ['severity', 'owners', 'status'] }, aStatement({ owners: ['bob@acme.test'] }), SAYING, nobody);
    expect(outcome).toMatchObject({ kind: 'existing', issue: { severity: 'low', owners: ['zoe@acme.test'], status: 'excluded' } });
  });

  test('is resolved when the source no longer has it, and only when it was open', () => {
    expect(outcomeOfGone({ issue: known(), saidAt: EARLIER, byHand: [] }, SAYING.at)).toMatchObject({ kind: 'resolved', tells: 'resolved', issue: { status: 'resolved', revision: 2 } });
    expect(outcomeOfGone({ issue: known({ status: 'excluded' }), saidAt: EARLIER, byHand: [] }, SAYING.at)).toMatchObject({ kind: 'existing', differs: false });
  });
});
