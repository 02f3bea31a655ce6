import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';

import { NO_ISSUE, whyAnswer, type WhyFacts } from './why-answer.js';

function delivery(part: Partial<Delivery>): Delivery {
  return { id: 'd1', state: 'posted', destination: { id: 'C1', kind: 'channel', name: 'sec-alerts' }, ...part } as Delivery;
}

const NOTHING: WhyFacts = { issue: { status: 'open', title: 'SQL injection' }, to: '#sec-alerts', destination: { isArchived: false, canPost: true }, connection: undefined, here: [], elsewhere: [], pauses: [] };

describe('why a message did not come', () => {
  test.each([
    ['posted', delivery({}), 'It was posted to #sec-alerts.'],
    ['told by a digest', delivery({ digestId: 'd9' }), 'It was posted to #sec-alerts, inside a digest of several messages.'],
    ['waiting', delivery({ state: 'waiting', waitingFor: { reason: 'Slack asked us to slow down' } }), 'It waits for #sec-alerts: Slack asked us to slow down.'],
    ['refused', delivery({ state: 'failed', error: { code: 'is_archived', message: 'The channel is archived.', remedy: 'Choose another.' } }), 'Slack refused it for #sec-alerts. The channel is archived.'],
    ['suppressed', delivery({ state: 'suppressed', error: { code: 'already_told', message: 'It was told already.', remedy: '' } }), 'It was not sent to #sec-alerts on purpose. It was told already.'],
    ['unconfirmed', delivery({ state: 'unconfirmed' }), 'Slack may or may not have it: look into #sec-alerts. '],
  ])('%s', (_, newest, headline) => {
    expect(whyAnswer({ ...NOTHING, here: [newest] }).headline).toBe(headline);
  });

  test('the newest delivery answers, and an earlier one that was posted is not kept silent', () => {
    const failed = delivery({ state: 'failed', error: { code: 'is_archived', message: 'The channel is archived.', remedy: 'Choose another channel.' } });
    const answer = whyAnswer({ ...NOTHING, here: [failed, delivery({})] });
    expect(answer.good).toBe(false);
    expect(answer.next).toEqual(['Choose another channel.', 'An earlier message about it was posted: it is in the list below.']);
  });

  test('when nothing was ever sent there, what stands in the way comes first', () => {
    const answer = whyAnswer({
      ...NOTHING,
      destination: { isArchived: true, canPost: false },
      connection: { paused: false, health: { state: 'revoked', reason: 'token_revoked' } } as NonNullable<WhyFacts['connection']>,
      pauses: [{ pausedAt: '2026-03-01T09:00:00Z', pausedBy: 'noa@acme.test', waiting: 3 }],
    });
    expect(answer.headline).toBe('Nothing was ever sent about this issue to #sec-alerts.');
    expect(answer.next.slice(0, 3)).toEqual(['All sending is paused by noa@acme.test.', 'The connection to the workspace needs attention: token_revoked.', '#sec-alerts is archived: Slack takes no messages there.']);
  });

  test.each([
    ['its own workflow', { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' }, ['Workflow w1 is paused by noa@acme.test.']],
    ['the workflow of its digest', { kind: 'digest', workflowId: 'w1', of: 3 }, ['Workflow w1 is paused by noa@acme.test.']],
    ['another workflow', { kind: 'workflow', workflowId: 'w2', version: 1, stepId: 's1' }, []],
    ['no workflow', { kind: 'manual', user: 'noa@acme.test' }, []],
  ] as const)('what waits and is of %s is told of the pause of that workflow only', (_, source, next) => {
    const pauses = [{ workflowId: 'w1', pausedAt: '2026-03-01T09:00:00Z', pausedBy: 'noa@acme.test', waiting: 3 }];
    expect(whyAnswer({ ...NOTHING, here: [delivery({ state: 'waiting', source: source })], pauses }).next).toEqual(next);
  });

  test('when nothing was ever sent there, the pause of a workflow is no reason: what it keeps waits', () => {
    const pauses = [{ workflowId: 'w1', pausedAt: '2026-03-01T09:00:00Z', pausedBy: 'noa@acme.test', waiting: 3 }];
    expect(whyAnswer({ ...NOTHING, pauses }).next.join(' ')).not.toContain('paused');
  });

  test('when it went elsewhere, it says where', () => {
    const there = delivery({ destination: { id: 'C2', kind: 'channel', name: 'payments' } });
    expect(whyAnswer({ ...NOTHING, elsewhere: [there, there] }).next[0]).toBe('2 deliveries about it were for #payments instead: see below.');
  });

  test('an issue that does not exist is said not to exist, and how to find the right one', () => {
    const { headline, next } = whyAnswer({ ...NOTHING, issue: NO_ISSUE });
    expect(headline).toBe('There is no such issue in your organization.');
    expect(next[0]).toBe('Find it above by its title, CVE or rule.');
  });

  test('what was sent about an issue that is no longer there still answers', () => {
    expect(whyAnswer({ ...NOTHING, issue: NO_ISSUE, here: [delivery({})] }).headline).toBe('It was posted to #sec-alerts.');
    expect(whyAnswer({ ...NOTHING, issue: NO_ISSUE, elsewhere: [delivery({})] }).headline).toBe('Nothing was ever sent about this issue to #sec-alerts.');
  });

  test('a resolved issue is said to be resolved', () => {
    expect(whyAnswer({ ...NOTHING, issue: { status: 'resolved', title: 'x' } }).next[0]).toContain('The issue is resolved now');
  });
});
