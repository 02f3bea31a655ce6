import { describe, expect, test } from '@jest/globals';

import { Batcher } from './batcher.js';

/** Doubles numbers, and fails on any batch that holds 13. */
function doubling(limit = 10): { batcher: Batcher<number, readonly number[]>; batches: number[][] } {
  const batches: number[][] = [];
  const batcher = new Batcher<number, readonly number[]>((items) => {
    batches.push([...items]);
    return items.includes(13) ? Promise.reject(new Error('unlucky')) : Promise.resolve(items.map((item) => 2 * item));
  }, limit, 0);
  return { batcher, batches };
}

describe('a batcher', () => {
  test('hands over together what comes together, and each caller gets its batch’s result', async () => {
    const { batcher, batches } = doubling();
    await expect(Promise.all([1, 2, 3].map((item) => batcher.add(item)))).resolves.toEqual([[2, 4, 6], [2, 4, 6], [2, 4, 6]]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  test('makes no batch larger than its limit', async () => {
    const { batcher, batches } = doubling(2);
    await Promise.all([1, 2, 3].map((item) => batcher.add(item)));
    expect(batches).toEqual([[1, 2], [3]]);
  });

  test('lets one bad item fail alone', async () => {
    const { batcher } = doubling();
    const results = await Promise.allSettled([1, 13, 3].map((item) => batcher.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('goes on after a failure', async () => {
    const { batcher } = doubling();
    await expect(batcher.add(13)).rejects.toThrow('unlucky');
    await expect(batcher.add(4)).resolves.toEqual([8]);
  });
});
