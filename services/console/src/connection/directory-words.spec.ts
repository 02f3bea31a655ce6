import { expect, test } from '@jest/globals';

import { percentOf, progressWords, stateWords } from './directory-words.js';

test.each([
  [{ have: 12_400, estimated: 20_000, complete: false }, 'syncing', '12,400 of about 20,000 channels'],
  [{ have: 12_400, complete: false }, 'syncing', '12,400 channels so far'],
  [{ have: 20_001, estimated: 20_000, complete: false }, 'syncing', '20,001 channels so far'],
  [{ have: 20_000, estimated: 20_000, complete: true }, 'idle', '20,000 channels'],
  [{ have: 0, complete: false }, 'idle', '0 channels so far'],
  [{ have: 20_000, estimated: 21_000, complete: true }, 'syncing', '20,000 of about 21,000 channels'],
] as const)('%j while %s is: %s', (progress, state, words) => {
  expect(progressWords(progress, 'channels', state)).toBe(words);
});

test.each([
  [{ have: 5, estimated: 20, complete: false }, 25],
  [{ have: 25, estimated: 20, complete: false }, 99],
  [{ have: 5, complete: false }, undefined],
  [{ have: 0, estimated: 0, complete: false }, undefined],
  [{ have: 5, complete: true }, 100],
])('%j is %s percent', (progress, percent) => {
  expect(percentOf(progress)).toBe(percent);
});

test.each([
  ['idle', true, 'Up to date'],
  ['idle', false, 'Not read yet'],
  ['paused', false, 'Paused, goes on by itself'],
] as const)('%s (all read: %s) is: %s', (state, complete, words) => {
  expect(stateWords(state, complete)).toBe(words);
});
