import { describe, expect, test } from '@jest/globals';

import { failureOfCode, failureOfStatus, notSent, type SlackFailure } from '@tocsin/domain';

import { afterFailure, type AfterFailure } from './after-failure.js';
import { UNKNOWN_PACE } from './list-pace.js';

const PLACE = { list: 'people' as const, restarts: 0, failures: 0, page: 3, pace: UNKNOWN_PACE };
const paused = (seconds: number): object => ({ standstill: { state: 'paused', seconds } });
const failed = (seconds: number): object => ({ standstill: { state: 'failed', seconds } });

describe('a page that did not come', () => {
  test.each<[string, SlackFailure | 'same cursor again', Partial<typeof PLACE>, object]>([
    ['too fast: waits as told, and the pace learns of it', failureOfCode('ratelimited', { retryAfterSeconds: 7 }), {}, { standstill: { state: 'paused', seconds: 7, failures: 0, pace: { refusedAt: 5000 } } }],
    ['an expired cursor: begins again at once', failureOfCode('invalid_cursor'), {}, { restartAfterSeconds: 0 }],
    ['a second one: begins again later', failureOfCode('invalid_cursor'), { restarts: 1 }, { restartAfterSeconds: 30 }],
    ['a fourth one: is not begun on and on', failureOfCode('invalid_cursor'), { restarts: 3 }, failed(3600)],
    ['the same place again: as an expired cursor', 'same cursor again', { restarts: 3 }, failed(3600)],
    ['a credential that is refused: everything with it stops', failureOfCode('token_revoked'), {}, { ...failed(60), isRevoked: true }],
    ['a missing scope: fails and names it, and what to do', failureOfCode('missing_scope', { needed: 'users:read' }), {}, { standstill: { state: 'failed', seconds: 3600, reason: expect.stringMatching(/users:read.*einstall/) as unknown } }],
    ['a code that nobody knows: fails', failureOfCode('brand_new_code'), {}, failed(3600)],
    ['Slack is away: soon again', failureOfStatus(503), {}, paused(15)],
    ['still away: ever later', notSent('ECONNREFUSED'), { failures: 3 }, paused(120)],
    ['away for long: every ten minutes', notSent('ECONNREFUSED'), { failures: 30 }, paused(600)],
  ])('%s', (_, failure, place, expected) => {
    const after: AfterFailure = afterFailure({ ...PLACE, ...place }, failure, 5000);
    expect(after).toMatchObject(expected);
    expect(after.isRevoked).toBe((expected as AfterFailure).isRevoked);
  });
});
