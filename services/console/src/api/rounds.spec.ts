import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

import { rounds } from './rounds.js';

/** Work that ends when the test says so, and how often it was begun. */
function work(): { begun: () => number; end: (again?: boolean) => Promise<void>; begin: () => Promise<boolean> } {
  const open: ((again: boolean) => void)[] = [];
  let begun = 0;
  return {
    begun: () => begun,
    end: async (again = false) => { open.shift()?.(again); await jest.advanceTimersByTimeAsync(0); },
    begin: () => { begun += 1; return new Promise((resolve) => { open.push(resolve); }); },
  };
}

beforeEach(() => { jest.useFakeTimers(); });
afterEach(() => { jest.useRealTimers(); });

test('the first begins at once, and what is asked for meanwhile is one more round after it', async () => {
  const { begin, begun, end } = work();
  const { soon } = rounds(1_500, begin);
  soon();
  soon();
  soon();
  expect(begun()).toBe(1);
  await end();
  expect(begun()).toBe(1);
  await jest.advanceTimersByTimeAsync(1_500);
  expect(begun()).toBe(2);
  await end();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(begun()).toBe(2);
});

test.each([[4_000, 4_000], [60_000, 5_000]])('work that takes longer than a round, %d ms, is not overtaken, and rests for %d ms', async (took, rest) => {
  const { begin, begun, end } = work();
  const { soon } = rounds(1_500, begin);
  soon();
  soon();
  await jest.advanceTimersByTimeAsync(took);
  expect(begun()).toBe(1);
  await end();
  await jest.advanceTimersByTimeAsync(rest - 1);
  expect(begun()).toBe(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(begun()).toBe(2);
});

test('work that was not enough is done once more', async () => {
  const { begin, begun, end } = work();
  rounds(1_500, begin).soon();
  await end(true);
  await jest.advanceTimersByTimeAsync(1_500);
  expect(begun()).toBe(2);
});

test('nothing begins after the end', async () => {
  const { begin, begun, end } = work();
  const { soon, cancel } = rounds(1_500, begin);
  soon();
  soon();
  await jest.advanceTimersByTimeAsync(2_000);
  cancel();
  await end();
  soon();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(begun()).toBe(1);
});
