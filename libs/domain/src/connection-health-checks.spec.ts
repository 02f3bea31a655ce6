import { describe, expect, test } from '@jest/globals';

import { secondsToNextCheck, type CheckedConnection } from './connection-health-checks.js';

const NOW = '2026-11-26T10:00:00.000Z';
const QUARTER = 900;
const HOUR = 3600;

function inTrouble(state: 'needs_attention' | 'revoked', ageSeconds: number, changes: Partial<CheckedConnection> = {}): CheckedConnection {
  return { health: { state, since: new Date(Date.parse(NOW) - ageSeconds * 1000).toISOString() }, doubts: 0, unanswered: 0, ...changes };
}

const HEALTHY: CheckedConnection = { health: { state: 'connected', since: NOW }, doubts: 0, unanswered: 0 };

describe('the next check of a connection', () => {
  test.each<[string, CheckedConnection, number]>([
    ['all is well', HEALTHY, QUARTER],
    ['it needs attention since now', inTrouble('needs_attention', 0), 60],
    ['it needs attention for half an hour', inTrouble('needs_attention', HOUR / 2), 450],
    ['it needs attention for a day', inTrouble('needs_attention', 24 * HOUR), QUARTER],
    ['it was revoked now', inTrouble('revoked', 0), 300],
    ['it was revoked yesterday', inTrouble('revoked', 24 * HOUR), QUARTER],
    ['it is stopped for two refusals that nothing explains', inTrouble('revoked', 0, { doubts: 2 }), 300],
    ['it is stopped for four of them', inTrouble('revoked', 0, { doubts: 4 }), 1200],
    ['it is stopped for very many', inTrouble('revoked', 0, { doubts: 50 }), HOUR],
    ['it lacks chat:write and was refused for it', inTrouble('revoked', 0, { doubts: 1 }), 300],
    ['it is on trial', inTrouble('needs_attention', 0, { doubts: 4 }), 60],
    ['Slack gave no verdict', { ...HEALTHY, unanswered: 1 }, 2 * QUARTER],
    ['Slack gave none for long', { ...HEALTHY, unanswered: 100 }, 2 * QUARTER],
    ['Slack gave none while it needs attention', inTrouble('needs_attention', 0, { unanswered: 3 }), 480],
    ['a busy Slack asked for less', inTrouble('needs_attention', 0, { unanswered: 1, retryAfterSeconds: 9 }), 120],
    ['a busy Slack asked for more', inTrouble('needs_attention', 0, { unanswered: 1, retryAfterSeconds: 7200 }), 7200],
    ['its trouble began by a clock ahead of ours', inTrouble('needs_attention', -HOUR), 60],
  ])('%s', (_, checked, expected) => {
    expect(secondsToNextCheck(checked, { intervalSeconds: QUARTER, now: NOW, random: 0.5 })).toBe(expected);
  });

  test('is spread by a fifth to either side', () => {
    const at = (random: number): number => secondsToNextCheck(HEALTHY, { intervalSeconds: QUARTER, now: NOW, random });
    expect([at(0), at(0.25), at(0.75), at(1)]).toEqual([720, 810, 990, 1080]);
  });

  test('is never sooner in trouble than a shorter interval asks for, and never at once', () => {
    expect(secondsToNextCheck(inTrouble('revoked', 0), { intervalSeconds: 30, now: NOW, random: 0.5 })).toBe(30);
    expect(secondsToNextCheck(HEALTHY, { intervalSeconds: 1, now: NOW, random: 0 })).toBe(1);
  });
});
