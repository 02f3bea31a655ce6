import { describe, expect, test } from '@jest/globals';

import { defect, failureOfCode, failureOfStatus, noAnswer, notSent, REMEDIES, tooFast, unreadableAnswer, type SlackFailure } from '@tocsin/domain';

import { afterDoubt, failed, judge, notYet, posted, suppressed, type Attempt } from './outcome.js';

const NOW = Date.parse('2026-11-25T08:00:00.000Z');
const FIRST: Attempt = { attempts: 0, ambiguous: 0, failStreak: 0, policy: 'resend', wasPlainText: false, isProbe: false };
const USED = { connectionId: 'connection-1', credentialVersion: 3 };

function outcome(failure: SlackFailure, attempt: Partial<Attempt> = {}) {
  return failed(failure, judge(failure, { ...FIRST, ...attempt }, 0.5), USED, NOW);
}

describe('what is recorded after a failure', () => {
  test.each([
    ['too fast: its destination waits as long as Slack says, uncharged', tooFast(7), {}, { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: 7125, rateLimited: true, waitingFor: { until: '2026-11-25T08:00:07.125Z' } }],
    ['too fast, as it seems for years: its destination waits for a day', tooFast(1_764_300_000), {}, { state: 'waiting', charge: 0, laneWaitMs: 86_400_125, rateLimited: true, waitingFor: { until: '2026-11-26T08:00:00.125Z' } }],
    ['too fast, until there is no date any more: the same', tooFast(20_261_125_080_000), {}, { state: 'waiting', charge: 0, laneWaitMs: 86_400_125, rateLimited: true }],
    ['quota used up: the workspace waits', failureOfCode('message_limit_exceeded'), {}, { state: 'waiting', charge: 0, rateLimited: true, workspaceWaitMs: 3_600_125 }],
    ['not sent: tried again, uncharged', notSent('connect timeout'), {}, { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: 500 }],
    ['no answer, resend: charged and unclear', noAnswer('timeout'), {}, { state: 'waiting', charge: 1, ambiguous: 1, laneWaitMs: 5000 }],
    ['no answer, for the second time: only the message waits', noAnswer('timeout'), { attempts: 1, ambiguous: 1 }, { state: 'waiting', laneWaitMs: 0, messageWaitMs: 30_000 }],
    ['no answer, hold: a person decides', noAnswer('timeout'), { policy: 'hold' as const }, { state: 'unconfirmed', ambiguous: 1, error: { code: 'no_answer' } }],
    ['the destination is refused', failureOfCode('channel_not_found'), {}, { state: 'failed', error: { code: 'channel_not_found' } }],
    ['the content is refused as plain text too', failureOfCode('invalid_blocks'), { wasPlainText: true }, { state: 'failed', error: { code: 'invalid_blocks' } }],
    ['the credential is refused: the connection is held and reported', failureOfCode('token_revoked'), {}, { state: 'waiting', charge: 0, hold: { ...USED, slackError: 'token_revoked' } }],
    ['a defect of ours, at last', defect('TypeError'), { attempts: 3 }, { state: 'dead', error: { code: 'internal' } }],
  ])('%s', (_, failure, attempt, expected) => {
    expect(outcome(failure, attempt)).toMatchObject(expected);
  });

  test('tells in the timeline what Slack said and when it goes on', () => {
    expect(outcome(tooFast(7)).story).toEqual({ kind: 'attempt', text: expect.stringContaining('Next attempt in 8 s'), slack: { error: 'ratelimited' } });
    expect(outcome(noAnswer('timeout'), { attempts: 1, ambiguous: 1 }).story?.text).toContain('later messages to this destination go first');
    expect(outcome(failureOfCode('is_archived')).story).toMatchObject({ kind: 'failed', slack: { error: 'is_archived' } });
  });

  test.each([failureOfStatus(502), failureOfCode('internal_error'), noAnswer('timeout'), unreadableAnswer()])('what a person decides about says in its timeline what happened and where to look: $code', (failure) => {
    const { story } = outcome(failure, { policy: 'hold' });
    expect(story).toMatchObject({ kind: 'unconfirmed', text: `${failure.message} ${REMEDIES.look}`, slack: { error: failure.code } });
  });

  test('holds no connection for what was found out without a request', () => {
    expect(failed(failureOfCode('token_revoked'), judge(failureOfCode('token_revoked'), FIRST, 0), undefined, NOW)).not.toHaveProperty('hold');
  });
});

describe('what is recorded otherwise', () => {
  test('a post keeps where it is, and says when it went as plain text', () => {
    expect(posted({ channel: 'C1', ts: '1.2' }, '#sec-alerts', false)).toMatchObject({ state: 'posted', charge: 1, channel: 'C1', ts: '1.2', story: { kind: 'posted', text: 'Posted to #sec-alerts' } });
    expect(posted({ channel: 'C1', ts: '1.2' }, '#sec-alerts', true).story?.text).toContain('plain text');
    expect(posted({ channel: 'C1', ts: '1.2' }, '#sec-alerts', false, undefined, 71_200).story?.text).toBe('Posted to #sec-alerts, after 71 s in line');
    expect(posted({ channel: 'C1', ts: '1.2' }, '#sec-alerts', false, undefined, 900).story?.text).toBe('Posted to #sec-alerts');
  });

  test('what is refused after an answer was lost says that it may be there all the same; what was lost just now, or waits, says so itself or need not', () => {
    const refused = outcome(failureOfCode('is_archived'));
    expect(afterDoubt({ ambiguous: 0 }, refused)).toBe(refused);
    const doubtful = afterDoubt({ ambiguous: 1 }, refused);
    expect(doubtful).toMatchObject({ state: 'failed', error: { code: 'is_archived', message: expect.stringContaining('It may have arrived'), remedy: expect.stringContaining(refused.error?.remedy ?? '') } });
    expect(doubtful.story).toMatchObject({ kind: 'failed', text: expect.stringContaining('It may have arrived') });
    for (const own of [outcome(noAnswer('timeout'), { policy: 'hold' }), outcome(noAnswer('timeout'), { attempts: 7, ambiguous: 7 }), outcome(tooFast(7))]) expect(afterDoubt({ ambiguous: 1 }, own)).toBe(own);
  });

  test('what is not ready waits uncharged, and what was kept back says why', () => {
    expect(notYet('No token.', 2000, NOW)).toMatchObject({ state: 'waiting', charge: 0, laneWaitMs: 2000, waitingFor: { reason: 'No token.', until: '2026-11-25T08:00:02.000Z' } });
    expect(suppressed({ code: 'leak_guard', message: 'Kept back', remedy: 'Elsewhere' })).toMatchObject({ state: 'suppressed', charge: 0, error: { code: 'leak_guard' } });
  });
});
