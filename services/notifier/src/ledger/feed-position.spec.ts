import { describe, expect, test } from '@jest/globals';

import { FeedPosition } from './feed-position.js';

const PATIENCE_MS = 5000;

function ranges(position: FeedPosition, now: number): [number, number][] {
  return position.missing(now).map(({ first, last }) => [first, last]);
}

describe('the position of the feed', () => {
  test('is behind what was read, as long as no id was passed over', () => {
    const position = new FeedPosition(10, PATIENCE_MS);
    position.read([11, 12], 0);
    expect([position.newest, position.safe, ranges(position, 0)]).toEqual([12, 12, []]);
  });

  test('keeps looking for ids that were passed over, and is safe only before them', () => {
    const position = new FeedPosition(10, PATIENCE_MS);
    position.read([13, 16], 0);
    expect([position.newest, position.safe, ranges(position, 100)]).toEqual([16, 10, [[11, 12], [14, 15]]]);
  });

  test('closes a gap from either end, and parts it in the middle', () => {
    const position = new FeedPosition(0, PATIENCE_MS);
    position.read([10], 0);
    position.read([1, 5, 9], 0);
    expect([position.safe, ranges(position, 0)]).toEqual([1, [[2, 4], [6, 8]]]);
    position.read([2, 3, 4, 6, 7, 8, 11], 0);
    expect([position.safe, position.newest, ranges(position, 0)]).toEqual([11, 11, []]);
  });

  test('gives up an id whose transaction was taken back', () => {
    const position = new FeedPosition(0, PATIENCE_MS);
    position.read([2], 0);
    position.read([4], 3000);
    expect(ranges(position, PATIENCE_MS)).toEqual([[3, 3]]);
    expect(position.safe).toBe(2);
    expect(ranges(position, 3000 + PATIENCE_MS)).toEqual([]);
    expect(position.safe).toBe(4);
  });
});
