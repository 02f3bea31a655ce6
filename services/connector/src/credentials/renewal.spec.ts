import { describe, expect, test } from '@jest/globals';

import { failureOfCode, failureOfStatus, noAnswer, notSent, REMEDIES, tooFast, type SlackFailure } from '@tocsin/domain';

import { judgeRenewal, lifeOf, type IssuedToken } from './renewal.js';

const NOW = new Date('2026-11-24T10:00:00.000Z');
const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const ROTATING = { token: 'xoxe.xoxb-1-abc', refreshToken: 'xoxe-1-abc' };

describe('the life of a token', () => {
  test('of the usual kind has no end', () => {
    expect(lifeOf({ token: 'xoxb-1-2-abc' }, NOW, 0)).toEqual({ now: NOW, expiresAt: undefined, renewAt: undefined, problem: undefined });
  });

  test.each([[0, 32_400], [1, 34_560]])('that is renewed: when between a quarter and a fifth is left, by chance %d', (chance, seconds) => {
    expect(lifeOf({ ...ROTATING, expiresInSeconds: 43_200 }, NOW, chance)).toEqual({ now: NOW, expiresAt: at(43_200), renewAt: at(seconds), problem: undefined });
  });

  test('that is renewed, where Slack does not say when it ends: as if it were twelve hours', () => {
    expect(lifeOf(ROTATING, NOW, 0)).toMatchObject({ expiresAt: undefined, renewAt: at(32_400) });
  });

  test.each([[0], [-5], [1]])('of %d seconds is not renewed in a hot loop', (expiresInSeconds) => {
    expect(lifeOf({ ...ROTATING, expiresInSeconds }, NOW, 0).renewAt).toEqual(at(5));
  });

  test.each<[string, IssuedToken, RegExp, RegExp]>([
    ['that was pasted, with its end told', { token: ROTATING.token, expiresInSeconds: 600 }, /pasted/, /IDENTITY PROVIDER/],
    ['that was pasted, without', { token: ROTATING.token }, /pasted/, /IDENTITY PROVIDER/],
    ['that ends, with nothing to renew it', { token: 'xoxb-1', expiresInSeconds: 600 }, /nothing to renew it/, /Connect/],
  ])('%s says why it is not renewed', (_, issued, message, remedy) => {
    const life = lifeOf(issued, NOW, 0);
    expect(life.renewAt).toBeUndefined();
    expect(life.problem?.message).toMatch(message);
    expect(life.problem?.remedy).toMatch(remedy);
  });
});

describe('a renewal that failed', () => {
  const cases: readonly (readonly [string, SlackFailure, { failures: number; hasEnded: boolean }, object])[] = [
    ['for the refresh token is given up', failureOfCode('invalid_refresh_token'), { failures: 0, hasEnded: false }, { then: 'give_up', problem: { message: 'The token could not be renewed: Slack does not accept the refresh token.', remedy: REMEDIES.reconnect } }],
    ['for an app that is gone is given up', failureOfCode('account_inactive'), { failures: 0, hasEnded: false }, { then: 'give_up' }],
    ['for our client secret is told, and tried on', failureOfCode('bad_client_secret'), { failures: 0, hasEnded: false }, { then: 'again', afterSeconds: 300, problem: { remedy: REMEDIES.clientSettings } }],
    ['for a reason that nobody knows is told, and tried on', failureOfCode('new_reason'), { failures: 0, hasEnded: false }, { then: 'again', afterSeconds: 300, problem: {} }],
    ['since Slack is busy waits as told', tooFast(17), { failures: 9, hasEnded: false }, { then: 'again', afterSeconds: 17, problem: undefined }],
    ['without an answer is soon tried again, while Slack still takes the same refresh token', noAnswer('timeout'), { failures: 0, hasEnded: false }, { then: 'again', afterSeconds: 2, problem: undefined }],
    ['again and again waits longer', failureOfStatus(503), { failures: 3, hasEnded: false }, { then: 'again', afterSeconds: 16, problem: undefined }],
    ['for hours is tried every five minutes', notSent('ENOTFOUND'), { failures: 400, hasEnded: false }, { then: 'again', afterSeconds: 300, problem: undefined }],
    ['after the end of the token is told', notSent('ENOTFOUND'), { failures: 400, hasEnded: true }, { then: 'again', afterSeconds: 300, problem: { remedy: REMEDIES.network } }],
  ];

  test.each(cases)('%s', (_, failure, known, verdict) => {
    expect({ problem: undefined, ...judgeRenewal(failure, known, 0) }).toMatchObject(verdict);
  });

  test('is spread by chance, never sooner than Slack says', () => {
    expect(judgeRenewal(tooFast(10), { failures: 0, hasEnded: false }, 1)).toMatchObject({ afterSeconds: 15 });
  });
});
