import { describe, expect, test } from '@jest/globals';

import { decideRetry, MAX_ATTEMPTS, type FailedAttempt } from './retry-policy.js';
import { defect, failureOfCode, failureOfStatus, noAnswer, notSent, tooFast, type SlackFailure } from './slack-failure.js';

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
    ...[5, 30, 120, 600, 1800, 7200, 7200].map((seconds, attempts): [string, FailedAttempt, object] => [`unknown end ${attempts + 1} waits ${seconds} s`, attempt(noAnswer('timeout'), { attempts, ambiguous: 2 }), { messageWaitMs: seconds * 1000 }]),
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
});
