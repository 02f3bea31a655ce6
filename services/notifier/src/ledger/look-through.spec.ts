import { describe, expect, test } from '@jest/globals';

import { lookThrough, type Look, type Place } from './look-through.js';

const ALL = Array.from({ length: 10_000 }, (_, index): Place => [String(10_000 - index).padStart(5, '0'), `d${index}`]);

/** Of all, every so many are wanted. */
function everyNth(nth: number, looks: number[] = []): Look {
  return (after, count, most) => {
    looks.push(count);
    const begin = after === null ? 0 : ALL.findIndex(([, id]) => id === after[1]) + 1;
    const seen = ALL.slice(begin, begin + count);
    const found = seen.filter((_, index) => (begin + index) % nth === nth - 1).slice(0, most);
    return Promise.resolve({ looked: seen.length, last: seen.at(-1) ?? null, found });
  };
}

const never = (): boolean => false;

describe('a look through many', () => {
  test('takes one step where all are wanted', async () => {
    const looks: number[] = [];
    const { found, next } = await lookThrough(everyNth(1, looks), 50, null, never);
    expect(found).toEqual(ALL.slice(0, 50));
    expect(next).toEqual(ALL[49]);
    expect(looks).toEqual([51]);
  });

  test.each([[1, 200], [7, 50], [1000, 3], [3000, 50], [20_000, 50]])('shows each that is wanted once, page by page: every %d., by %d', async (nth, limit) => {
    const wanted = ALL.filter((_, index) => index % nth === nth - 1);
    const shown: Place[] = [];
    let after: Place | null = null;
    do {
      const page = await lookThrough(everyNth(nth), limit, after, never);
      shown.push(...page.found);
      after = page.next;
    } while (after !== null);
    expect(shown).toEqual(wanted);
  });

  test('ends when its time is over, and the next one goes on where it ended', async () => {
    const shown: Place[] = [];
    let pages = 0;
    let after: Place | null = null;
    do {
      const page = await lookThrough(everyNth(3000), 50, after, () => true);
      shown.push(...page.found);
      after = page.next;
      pages++;
    } while (after !== null);
    expect(shown).toHaveLength(3);
    expect(pages).toBe(197);
  });

  test('of nothing is empty', async () => {
    expect(await lookThrough(() => Promise.resolve({ looked: 0, last: null, found: [] }), 50, null, never)).toEqual({ found: [], next: null });
  });
});
