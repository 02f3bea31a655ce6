import { describe, expect, test } from '@jest/globals';

import { Limits, type LimitSettings, type Tier } from './limits.js';

function limitsAt(settings: Partial<LimitSettings> = {}): { limits: Limits; pass: (seconds: number) => void } {
  let now = 1_000_000;
  const limits = new Limits(() => now);
  limits.configure(settings);
  return { limits, pass: (seconds) => { now += seconds * 1000; } };
}

/** How many calls in a row are let through. */
function letThrough(ask: () => number): number {
  let count = 0;
  while (count < 10_000 && ask() === 0) count += 1;
  return count;
}

describe('a method is limited by its tier, per app and workspace', () => {
  test.each<[Tier, number]>([[1, 1], [2, 20], [3, 50], [4, 100], ['special', 600]])('tier %s: %d calls a minute', (tier, perMinute) => {
    const { limits, pass } = limitsAt();
    expect(letThrough(() => limits.forMethod('users.list', 'A1 T1', tier))).toBe(perMinute);
    pass(60);
    expect(letThrough(() => limits.forMethod('users.list', 'A1 T1', tier))).toBe(perMinute);
  });

  test('another method and another workspace go on', () => {
    const { limits } = limitsAt();
    letThrough(() => limits.forMethod('users.list', 'A1 T1', 2));
    expect(limits.forMethod('users.list', 'A1 T1', 2)).toBeGreaterThan(0);
    expect(limits.forMethod('conversations.list', 'A1 T1', 2)).toBe(0);
    expect(limits.forMethod('users.list', 'A1 T2', 2)).toBe(0);
  });

  test('tiers can be switched off', () => {
    const { limits } = limitsAt({ tiers: false });
    expect(letThrough(() => limits.forMethod('users.list', 'A1 T1', 1))).toBe(10_000);
  });
});

describe('a channel takes about one message a second, after a short burst', () => {
  test('the wait that is told is long enough, and in whole seconds', () => {
    const { limits, pass } = limitsAt();
    expect(letThrough(() => limits.forChannel('C1', 'A1'))).toBe(3);
    const wait = limits.forChannel('C1', 'A1');
    expect(wait).toBe(1);
    expect(limits.forChannel('C2', 'A1')).toBe(0);
    pass(wait);
    expect(letThrough(() => limits.forChannel('C1', 'A1'))).toBe(1);
  });

  test.each<[string, Partial<LimitSettings>, number, number]>([
    ['slower', { channelRate: 0.1 }, 3, 10],
    ['no burst', { channelBurst: 1 }, 1, 1],
    ['burst 0 still lets one through', { channelBurst: 0 }, 1, 1],
    ['time passes sixty times as fast', { channelRate: 0.05, timeScale: 60 }, 3, 1],
    ['time passes twice as fast', { channelRate: 0.1, timeScale: 2 }, 3, 5],
    ['rate 0: not limited', { channelRate: 0 }, 10_000, 0],
  ])('%s', (_case, settings, burst, wait) => {
    const { limits } = limitsAt(settings);
    expect(letThrough(() => limits.forChannel('C1', 'A1'))).toBe(burst);
    expect(limits.forChannel('C1', 'A1')).toBe(wait);
  });
});
