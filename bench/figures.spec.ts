import { describe, expect, test } from '@jest/globals';

import { idealCount, idealDuration, idealTimes } from './ideal.js';
import { figure, showReport } from './report.js';
import { median, mostWithin, percentile, spreadOf } from './statistics.js';
import { TokenBucket } from './token-bucket.js';
import { Traffic } from './traffic.js';

describe('an ideal pacer', () => {
  test('sends at once to a quiet channel and an interval later to a busy one', () => {
    const arrivals = [['a', 0], ['a', 10], ['b', 20], ['a', 30], ['a', 5000]].map(([channel, at]) => ({ channel: String(channel), at: Number(at) }));
    expect(idealTimes(arrivals, 1000)).toEqual([0, 1000, 20, 2000, 5000]);
  });

  test('needs an interval less than it has messages', () => {
    expect([idealDuration(20, 1000), idealDuration(1, 1000), idealDuration(0, 1000)]).toEqual([19_000, 0, 0]);
  });

  test('sends the burst and then at the rate', () => {
    expect(idealCount({ perSecond: 20, burst: 10 }, 40_000)).toBe(810);
  });
});

describe('figures', () => {
  test.each([[[1, 2, 3, 4], 0.5, 3], [[5], 0.99, 5], [[3, 1, 2], 0.5, 2], [Array.from({ length: 100 }, (_, index) => index), 0.99, 99]])('percentile of %j at %d is %d', (values, part, expected) => {
    expect(percentile(values, part)).toBe(expected);
  });

  test('a spread names the median and both ends', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  });

  test('nothing has no median', () => {
    expect(median([])).toBeNaN();
    expect(figure(median([]))).toBe('–');
  });

  test('the most within any second, wherever it begins', () => {
    expect(mostWithin([0, 900, 1000, 1100, 1899, 1900, 5000], 1000)).toBe(4);
    expect(mostWithin([], 1000)).toBe(0);
  });

  test.each([[1234.5, '1,235'], [12.34, '12.3'], [1.234, '1.23'], [0.12345, '0.123'], [undefined, '–']])('%d reads as %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });

  test('a goal that is missed is said to be', () => {
    const report = { name: 'pacing', told: ['Nothing.'], settings: [{ name: 'Tocsin', settings: { A: '1' } }], columns: ['part'], rows: [{ name: 'Tocsin', cells: ['0.5'] }], goals: [{ text: 'part ≥ 0.99', measured: '0.5', met: false }] };
    expect(showReport(report)).toBe('\npacing\n  Nothing.\n  Tocsin: A=1\n\n          part\n  Tocsin   0.5\n\n  goal part ≥ 0.99: 0.5 not met\n');
  });
});

describe("Slack's limit in the stand-in", () => {
  test('takes the burst at once, then one a second, and says when', () => {
    const bucket = new TokenBucket(1, 2);
    expect([0, 0, 0, 250, 1000, 1000].map((now) => bucket.take(now))).toEqual([0, 0, 1000, 750, 0, 1000]);
  });
});

describe('traffic', () => {
  const some = (seed: number): string[] => {
    const traffic = new Traffic(seed);
    return Array.from({ length: 50 }, () => JSON.stringify(traffic.commandTo({ channel: 3 })));
  };

  test('is the same for the same seed, and no two commands or issues have one id', () => {
    expect(some(1)).toEqual(some(1));
    expect(some(1)).not.toEqual(some(2));
    const ids = some(1).flatMap((text) => /"commandId":"([^"]+)"/.exec(text)?.[1] ?? []);
    expect(new Set(ids).size).toBe(50);
  });

  test('is of the size of real issues', () => {
    for (const { length } of some(1)) {
      expect(length).toBeGreaterThan(2000);
      expect(length).toBeLessThan(4200);
    }
  });
});
