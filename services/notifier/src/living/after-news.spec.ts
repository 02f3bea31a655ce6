import { describe, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';
import { aSendToSlack, anIssue } from '@tocsin/testing';

import { afterNews, endAfterDigest, type WaitingDelivery } from './after-news.js';
import { newsOf, type Heard, type IssueNews } from './issue-news.js';
import type { KeptCommand } from './told.js';

const workflow = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;
const before = anIssue({ id: 'i1', revision: 1, severity: 'high' });

function news(...steps: (Partial<Heard> & { issue: Issue })[]): IssueNews {
  const [first] = newsOf(steps.map((step) => ({ organizationId: 'acme', changes: [], ...step })));
  if (!first) throw new Error('no news');
  return first;
}

const RAISED = news({ issue: { ...before, revision: 2, severity: 'critical' }, change: 'updated', changes: [{ field: 'severity', from: 'high', to: 'critical' }] });
const RESOLVED = news({ issue: { ...before, revision: 2, status: 'resolved' }, change: 'resolved', changes: [{ field: 'status', from: 'open', to: 'resolved' }] });
const BACK = news({ issue: { ...before, revision: 3 }, change: 'reopened', changes: [{ field: 'status', from: 'resolved', to: 'open' }] });
const EXCLUDED = news({ issue: { ...before, revision: 2, status: 'excluded' }, change: 'updated', changes: [{ field: 'status', from: 'open', to: 'excluded' }] });
const MOVED = news({ issue: { ...before, revision: 2, location: { path: 'a.ts', line: 9 } } });

function waiting(command: Partial<KeptCommand> = {}, overrides: Partial<WaitingDelivery> = {}): WaitingDelivery {
  return { command: Object.assign(aSendToSlack({ issues: [before], source: workflow, change: 'new' }), command), isMember: false, isAmbiguous: false, isReplay: false, ...overrides };
}

function commandAfter(delivery: WaitingDelivery, heard: IssueNews): KeptCommand | undefined {
  const aftermath = afterNews(delivery, heard);
  return aftermath && 'command' in aftermath ? aftermath.command : undefined;
}

describe('a message that waits', () => {
  test('shows the issue as it is now, and says that it changed', () => {
    expect(afterNews(waiting(), RAISED)).toMatchObject({ command: { issues: [{ revision: 2, severity: 'critical' }], change: 'new' }, line: 'The issue changed before it was told: severity high → critical' });
  });

  test('shows a moved line without a word', () => {
    expect(afterNews(waiting(), MOVED)).toEqual({ command: expect.objectContaining({ issues: [expect.objectContaining({ location: { path: 'a.ts', line: 9 } })] }) as unknown });
  });

  test('knows that its issue was open before it was excluded, and goes on waiting: that may be taken back', () => {
    const command = commandAfter(waiting(), EXCLUDED);
    expect(command).toMatchObject({ issues: [{ status: 'excluded' }], was: { status: 'open', change: 'new' } });
  });

  test('is left alone by what it knows already', () => {
    expect(afterNews(waiting({ issues: [{ ...before, revision: 2 }] }), RAISED)).toBeUndefined();
  });

  test('that tells a change tells all of it', () => {
    const command = commandAfter(waiting({ change: 'updated', changes: [{ field: 'severity', from: 'low', to: 'high' }, { field: 'cvss', from: 1, to: 5 }] }), RAISED);
    expect(command).toMatchObject({ change: 'updated', changes: [{ field: 'severity', from: 'low', to: 'critical' }, { field: 'cvss' }] });
  });

  test('that tells a change knows up to where it does, also when the issue only looks different', () => {
    const delivery = waiting({ change: 'updated', changes: [{ field: 'severity', from: 'low', to: 'high' }] });
    expect(commandAfter(delivery, MOVED)).toMatchObject({ issues: [{ revision: 2 }], change: 'updated', changes: [{ from: 'low', to: 'high' }], tells: 1 });
    expect(commandAfter(delivery, RAISED)).toMatchObject({ issues: [{ revision: 2 }], tells: 2 });
  });

  test('with several issues shows each as it is, and names the one that changed', () => {
    const other = anIssue({ id: 'i2', title: 'Another' });
    expect(afterNews(waiting({ issues: [other, before] }), RESOLVED)).toMatchObject({ command: { issues: [other, { status: 'resolved' }] }, line: `An issue changed before it was told (${before.title}): status open → resolved` });
  });

  test('as a digest shows it where it names it', () => {
    const digest = { kind: 'scan', title: 'Scan', totals: { high: 1 }, sections: [{ name: 'High', total: 1, issues: [before] }], link: 'https://tocsin.acme.test/issues' };
    expect(commandAfter(waiting({ issues: [], digest }), RESOLVED)?.digest).toEqual({ ...digest, sections: [{ name: 'High', total: 1, issues: RESOLVED.steps.map(({ issue }) => issue) }] });
  });
});

describe('a message that waits ends', () => {
  const existing = waiting();
  delete existing.command.change;

  test.each<[string, WaitingDelivery, IssueNews, string | undefined]>([
    ['when its new issue is resolved', waiting(), RESOLVED, 'resolved_before_sent'],
    ['when its updated issue is resolved', waiting({ change: 'updated' }), RESOLVED, 'resolved_before_sent'],
    ['when its existing issue is resolved', existing, RESOLVED, 'resolved_before_sent'],
    ['when it tells of the end of an issue that is back', waiting({ change: 'resolved', issues: [{ ...before, revision: 2, status: 'resolved' }] }), BACK, 'reopened_before_sent'],
    ['not when a person sent it', waiting({ source: { kind: 'manual', user: 'ada' } }), RESOLVED, undefined],
    ['not when a person asked for it again', waiting({}, { isReplay: true }), RESOLVED, undefined],
    ['not when it may be there already', waiting({}, { isAmbiguous: true }), RESOLVED, undefined],
    ['not when a digest tells it', waiting({}, { isMember: true }), RESOLVED, undefined],
    ['not when its issue is updated', waiting(), RAISED, undefined],
  ])('%s', (_, delivery, heard, code) => {
    const aftermath = afterNews(delivery, heard);
    expect(aftermath && 'end' in aftermath ? aftermath.end.code : undefined).toBe(code);
  });
});

describe('what a digest was to tell, and is to be told by itself', () => {
  const member = (command: Partial<KeptCommand>, ...heard: IssueNews[]): WaitingDelivery => {
    const waits = waiting(command, { isMember: true });
    return { ...waits, command: heard.reduce((kept, own) => commandAfter({ ...waits, command: kept }, own) ?? kept, waits.command) };
  };
  const over = { ...before, revision: 2, status: 'resolved' } as const;

  test.each<[string, WaitingDelivery, Issue | undefined, string | undefined]>([
    ['ends when its new issue was resolved', member({}, RESOLVED), undefined, 'resolved_before_sent'],
    ['ends when its updated issue was resolved', member({ change: 'updated' }, RESOLVED), undefined, 'resolved_before_sent'],
    ['ends when its issue was resolved while the digest was being posted', member({}), over, 'resolved_before_sent'],
    ['ends when it was to tell of the end of an issue that is back', member({ change: 'resolved', issues: [over] }, BACK), undefined, 'reopened_before_sent'],
    ['is told when its issue was resolved, and is back', member({}, RESOLVED, BACK), undefined, undefined],
    ['is told when it was to tell of the end', member({ change: 'resolved', issues: [over] }), undefined, undefined],
    ['is told when its issue was updated', member({}, RAISED), undefined, undefined],
    ['is told when it may be there already', { ...member({}, RESOLVED), isAmbiguous: true }, undefined, undefined],
  ])('%s', (_, delivery, newest, code) => {
    expect(endAfterDigest(delivery, newest)?.code).toBe(code);
  });
});

describe('an answer that waits', () => {
  const answer = waiting({ change: 'updated', issues: [{ ...before, revision: 3 }], changes: [{ field: 'severity', from: 'low', to: 'high' }], reply: { since: 1, covers: [3] } });
  const later = news({ issue: { ...before, revision: 4, status: 'resolved' }, change: 'resolved', changes: [{ field: 'severity', from: 'high', to: 'medium' }, { field: 'status', from: 'open', to: 'resolved' }] });
  const earlier = news({ issue: { ...before, revision: 2 }, change: 'updated', changes: [{ field: 'severity', from: 'info', to: 'low' }] });

  test('takes in what comes after it', () => {
    expect(commandAfter(answer, later)).toMatchObject({ change: 'resolved', issues: [{ revision: 4 }], changes: [{ field: 'severity', from: 'low', to: 'medium' }, { field: 'status' }], reply: { since: 1, covers: [3, 4] } });
  });

  test('takes in what was said before it and comes late', () => {
    expect(commandAfter(answer, earlier)).toMatchObject({ change: 'updated', issues: [{ revision: 3 }], changes: [{ field: 'severity', from: 'info', to: 'high' }], reply: { covers: [3, 2] } });
  });

  test.each<[string, IssueNews]>([
    ['what it tells already', news({ issue: { ...before, revision: 3 }, change: 'updated' })],
    ['what the thread knew before it', news({ issue: before, change: 'updated' })],
    ['another issue', news({ issue: anIssue({ id: 'i2', revision: 9 }), change: 'updated' })],
  ])('is left alone by %s', (_, heard) => {
    expect(afterNews(answer, heard)).toBeUndefined();
  });
});
