import { expect, test } from '@jest/globals';

import { listWords, percentOf, resumeWords, stateWords, syncWords } from './directory-words.js';

test.each([
  [{ have: 12_400, estimated: 20_000, complete: false }, 'syncing', '12,400 of about 20,000 channels'],
  [{ have: 12_400, complete: false }, 'syncing', '12,400 channels so far'],
  [{ have: 20_001, estimated: 20_000, complete: false }, 'syncing', '20,001 channels so far'],
  [{ have: 20_000, estimated: 20_000, complete: true }, 'idle', '20,000 channels'],
  [{ have: 0, complete: false }, 'idle', '0 channels so far'],
  [{ have: 20_000, estimated: 21_000, complete: true }, 'syncing', '20,000 of about 21,000 channels'],
] as const)('%j while %s is: %s', (progress, state, words) => {
  expect(listWords(progress, 'channels', state)).toBe(words);
});

const NO_PEOPLE = { have: 0, complete: false };

test.each([
  ['no end can be seen', { have: 12_400, complete: false }, NO_PEOPLE, 'syncing', '12,400 channels, 0 people so far.'],
  ['the end of one can be seen', { have: 12_400, estimated: 20_000, complete: false }, NO_PEOPLE, 'syncing', '12,400 of about 20,000 channels, 0 people so far.'],
  ['one is there', { have: 19_999, estimated: 20_000, complete: true }, { have: 300, complete: false }, 'idle', '19,999 channels, 300 people so far.'],
] as const)('both lists, where %s', (_, channels, people, state, words) => {
  expect(syncWords({ channels, people, state })).toBe(words);
});

test.each([
  ['no end can be seen', { have: 12_400, complete: false }, NO_PEOPLE, undefined],
  ['one began', { have: 12_400, estimated: 20_000, complete: false }, NO_PEOPLE, 62],
  ['there are more than estimated', { have: 30_000, estimated: 20_000, complete: false }, NO_PEOPLE, 99],
  ['one is there', { have: 300, estimated: 300, complete: true }, { have: 100, estimated: 500, complete: false }, 50],
  ['both are there', { have: 300, complete: true }, { have: 0, complete: true }, 100],
] as const)('both lists in percent, where %s', (_, channels, people, percent) => {
  expect(percentOf(channels, people)).toBe(percent);
});

test('a pause says when it is over, where that is known', () => {
  expect(resumeWords({ resumesAt: '2026-03-01T12:00:30Z' })).toMatch(/^It goes on at .*:30/);
  expect(resumeWords({})).toBeUndefined();
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
