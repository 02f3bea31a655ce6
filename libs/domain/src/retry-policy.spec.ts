import { describe, expect, test } from '@jest/globals';

import { decideRetry, MAX_ATTEMPTS, type FailedAttempt } from './retry-policy.js';
import { REMEDIES } from './slack-error-codes.js';
import { defect, failureOfCode, failureOfStatus, noAnswer, notSent, tooFast, unreadableAnswer, type SlackFailure } from './slack-failure.js';

function attempt(failure: SlackFailure, overrides: Partial<FailedAttempt> = {}): FailedAttempt {
  return { failure, attempts: 0, failStreak: 0, ambiguous: 0, unconfirmedPolicy: 'resend', random: 1, ...overrides };
}

describe('after a failed attempt', () => {
  test.each<[string, FailedAttempt, object]>([
    ['a 429 waits as Slack says, with a little spread, and costs nothing', attempt(tooFast(7)), { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: 7250 }],
    ['a 429 without Retry-After waits half a minute', attempt(tooFast(undefined), { random: 0 }), { laneWaitMs: 30_000 }],
    ['the quota of a workspace stops all of its messages for an hour', attempt(failureOfCode('message_limit_exceeded'), { random: 0 }), { state: 'waiting', charge: 0, blockWorkspaceMs: 3_600_000 }],
    ['what was never sent is tried again soon', attempt(notSent('refused')), { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: 1000 }],
    ['and later and later', attempt(notSent('refused'), { failStreak: 3 }), { laneWaitMs: 8000 }],
    ['anywhere within that time', attempt(notSent('refused'), { failStreak: 3, random: 0.25 }), { laneWaitMs: 2000 }],
    ['though never in a hot loop', attempt(notSent('refused'), { failStreak: 3, random: 0 }), { laneWaitMs: 100 }],
    ['but at least every minute', attempt(notSent('refused'), { failStreak: 30 }), { laneWaitMs: 60_000 }],
    ['an unknown end is charged and the destination waits, to keep its order', attempt(noAnswer('timeout')), { state: 'waiting', charge: 1, ambiguous: 1, laneWaitMs: 5000 }],
    ['after two unknown ends the message waits alone', attempt(failureOfStatus(503), { attempts: 1, ambiguous: 1 }), { state: 'waiting', laneWaitMs: 0, messageWaitMs: 30_000 }],
    ...[30, 120, 600, 1800, 7200, 7200].map((seconds, index): [string, FailedAttempt, object] => [`unknown end ${index + 2} waits ${seconds} s`, attempt(noAnswer('timeout'), { attempts: index + 1, ambiguous: index + 1 }), { messageWaitMs: seconds * 1000 }]),
    ['unknown ends of probes are not held against it: its first one of another kind still keeps the order', attempt(noAnswer('timeout'), { ambiguous: 3 }), { charge: 1, laneWaitMs: 5000 }],
    ['after the second of another kind it waits alone, whatever probes came to', attempt(noAnswer('timeout'), { attempts: 1, ambiguous: 4 }), { laneWaitMs: 0, messageWaitMs: 30_000 }],
    ['a probe with an unknown end costs nothing, and may have posted it', attempt(noAnswer('timeout'), { isProbe: true }), { state: 'waiting', charge: 0, ambiguous: 1, laneWaitMs: 5000 }],
    ['a probe never makes it dead', attempt(failureOfStatus(503), { isProbe: true, attempts: MAX_ATTEMPTS - 1, ambiguous: 7 }), { state: 'waiting', charge: 0, laneWaitMs: 5000 }],
    ['nor does it take its destination’s order', attempt(failureOfStatus(503), { isProbe: true, attempts: 3, ambiguous: 3 }), { charge: 0, laneWaitMs: 5000 }],
    ['where the policy is to hold, a person decides about a probe as well', attempt(noAnswer('timeout'), { isProbe: true, unconfirmedPolicy: 'hold' }), { state: 'unconfirmed', charge: 1, ambiguous: 1 }],
    ['a probe that was refused is refused', attempt(failureOfCode('is_archived'), { isProbe: true }), { state: 'failed', charge: 1 }],
    ['after eight it is dead', attempt(noAnswer('timeout'), { attempts: MAX_ATTEMPTS - 1, ambiguous: 7 }), { state: 'dead', charge: 1, error: { code: 'no_answer' } }],
    ['where the policy is to hold, a person decides', attempt(noAnswer('timeout'), { unconfirmedPolicy: 'hold' }), { state: 'unconfirmed', ambiguous: 1 }],
    ['a dead token holds the connection, at no cost', attempt(failureOfCode('token_revoked')), { state: 'waiting', charge: 0, holdConnection: true }],
    ['so does the missing scope to write', attempt(failureOfCode('missing_scope', { needed: 'chat:write' })), { state: 'waiting', holdConnection: true }],
    ['another missing scope fails the one delivery', attempt(failureOfCode('missing_scope', { needed: 'users:read' })), { state: 'failed' }],
    ['an archived channel fails at once with the remedy', attempt(failureOfCode('is_archived')), { state: 'failed', error: { code: 'is_archived' } }],
    ['refused blocks go once more as plain text', attempt(failureOfCode('invalid_blocks')), { state: 'waiting', charge: 1, plainText: true }],
    ['and fail when that is refused too', attempt(failureOfCode('invalid_blocks'), { wasPlainText: true }), { state: 'failed' }],
    ['a code that nobody knows is final', attempt(failureOfCode('never_heard_of')), { state: 'failed', error: { code: 'never_heard_of' } }],
    ['a defect of ours is tried again by itself', attempt(defect(new Error('x'))), { state: 'waiting', charge: 1, messageWaitMs: 10_000 }],
    ...[10, 60, 300].map((seconds, attempts): [string, FailedAttempt, object] => [`defect ${attempts + 1} waits ${seconds} s`, attempt(defect(new Error('x')), { attempts }), { messageWaitMs: seconds * 1000 }]),
    ['and is dead after three more', attempt(defect(new Error('x')), { attempts: 3 }), { state: 'dead', error: { code: 'internal' } }],
  ])('%s', (_, given, verdict) => {
    expect(decideRetry(given)).toMatchObject(verdict);
  });

  const UNKNOWN_ENDS: readonly [string, SlackFailure][] = [
    ['an HTTP status', failureOfStatus(503)],
    ['an internal error of Slack', failureOfCode('internal_error')],
    ['a request that came cut off', failureOfCode('request_timeout')],
    ['no answer', noAnswer('timeout')],
    ['an answer that cannot be read', unreadableAnswer()],
  ];

  test.each(UNKNOWN_ENDS)('what a person decides about says what happened and sends them to look: %s', (_, failure) => {
    const { error } = decideRetry(attempt(failure, { unconfirmedPolicy: 'hold' }));
    expect(error).toEqual({ code: failure.code, message: failure.message, remedy: REMEDIES.look });
  });

  test.each(UNKNOWN_ENDS)('so does what was given up, for nothing tries it again: %s', (_, failure) => {
    expect(decideRetry(attempt(failure, { attempts: MAX_ATTEMPTS - 1, ambiguous: 7 })).error).toMatchObject({ code: failure.code, remedy: REMEDIES.look });
  });
});
