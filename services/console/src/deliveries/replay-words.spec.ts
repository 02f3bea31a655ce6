import { expect, test } from '@jest/globals';

import { leftOutWords, soFarWords } from './replay-words.js';

test.each([
  [{ matched: 3000, done: 0, skipped: 0 }, '0 of 3,000: 0 sent again.'],
  [{ matched: 3000, done: 1150, skipped: 50 }, '1,200 of 3,000: 1,150 sent again, 50 left out: sent again already, or told by a digest.'],
])('what is left out is said while it goes on', (counts, words) => {
  expect(soFarWords(counts)).toBe(words);
});

test.each([
  [{ matched: 3, skipped: 0 }, 3, 'None was left out.'],
  [{ matched: 3, skipped: 0 }, undefined, 'None was left out.'],
  [{ matched: 3, skipped: 2 }, 5, '2 left out: changed meanwhile. 2 left out: sent again already, or told by a digest.'],
])('what was left out is said at the end', (counts, wanted, words) => {
  expect(leftOutWords(counts, wanted)).toBe(words);
});
