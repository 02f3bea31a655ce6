import { describe, expect, test } from '@jest/globals';

import { afterCall, afterRefusal, pacedAnew, UNKNOWN_PACE, type Pace } from './list-pace.js';

/** Slack's bucket: what it holds at once, and what comes back a minute. */
interface Tier {
  atOnce: number;
  perMinute: number;
}

/** Reads a list of so many pages from a bucket, each taking `callMs`. */
function read(pages: number, tier: Tier, callMs: number, begin: Pace = UNKNOWN_PACE, from = 1_000_000): { pace: Pace; took: number; refusals: number } {
  let [now, pace, left, refilled, refusals] = [from, begin, tier.atOnce, from, 0];
  for (let done = 0; done < pages; ) {
    left = Math.min(tier.atOnce, left + ((now - refilled) / 60_000) * tier.perMinute);
    refilled = now;
    if (left >= 1) {
      left -= 1;
      done += 1;
      pace = afterCall(pace, now);
      now = Math.max(now + callMs, pace.allowedAt);
    } else {
      refusals += 1;
      pace = afterRefusal(pace, now);
      now = Math.max(now + Math.ceil(((1 - left) / tier.perMinute) * 60) * 1000, pace.allowedAt);
    }
  }
  return { pace, took: now - from, refusals };
}

/** The least time in which so many calls are allowed. */
function bound(pages: number, { atOnce, perMinute }: Tier): number {
  return ((pages - atOnce) / perMinute) * 60_000;
}

describe('the pace of a list', () => {
  test.each<[string, number, Tier, number]>([
    ['people of a large workspace in Tier 2', 251, { atOnce: 20, perMinute: 20 }, 300],
    ['its channels', 102, { atOnce: 20, perMinute: 20 }, 600],
    ['where Slack allows more than it says', 251, { atOnce: 20, perMinute: 50 }, 300],
    ['twenty times as fast', 251, { atOnce: 20, perMinute: 400 }, 60],
    ['sixty times as fast', 251, { atOnce: 20, perMinute: 1200 }, 20],
  ])('%s: within 1.1 × what the tier allows, with few refusals', (_, pages, tier, callMs) => {
    const { took, refusals } = read(pages, tier, callMs);
    expect(took).toBeLessThan(1.1 * bound(pages, tier));
    expect(refusals).toBeLessThanOrEqual(4);
  });

  test('a short list comes at once and meets no limit', () => {
    expect(read(15, { atOnce: 20, perMinute: 20 }, 100)).toMatchObject({ took: 1500, refusals: 0, pace: { intervalMs: null } });
  });

  test('what was learnt serves the next pass: hardly a refusal in it', () => {
    const tier = { atOnce: 20, perMinute: 20 };
    let pace = read(251, tier, 300).pace;
    for (let pass = 2; pass < 12; pass += 1) {
      const next = read(251, tier, 300, pacedAnew(pace), 1_000_000 * pass);
      expect(next.refusals).toBeLessThanOrEqual(2);
      expect(next.took).toBeLessThan(1.1 * bound(251, tier));
      pace = next.pace;
    }
  });

  test('a limit that became lower is learnt as well', () => {
    const { pace } = read(251, { atOnce: 20, perMinute: 40 }, 300);
    const lower = { atOnce: 20, perMinute: 10 };
    const next = read(251, lower, 300, pacedAnew(pace));
    expect(next.refusals).toBeLessThanOrEqual(6);
    expect(next.took).toBeLessThan(1.3 * bound(251, lower));
  });

  test('where Slack takes nothing at once it is slower than allowed, but does not hammer', () => {
    const tier = { atOnce: 1, perMinute: 20 };
    const { took, refusals } = read(251, tier, 300);
    expect(took).toBeLessThan(1.4 * bound(251, tier));
    expect(refusals).toBeLessThan(20);
  });

  test('is never slower than a call in two minutes, whatever Slack answers', () => {
    let pace: Pace = { ...UNKNOWN_PACE, intervalMs: 3000 };
    for (let at = 1; at < 100; at += 1) pace = afterRefusal(afterCall(pace, at * 3_600_000), at * 3_600_000 + 1);
    expect(pace.intervalMs).toBe(120_000);
  });
});
