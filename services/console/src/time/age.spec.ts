import { expect, test } from '@jest/globals';

import { age, ago } from './age.js';

const NOW = new Date('2026-03-10T12:00:00Z');

test.each([
  ['2026-03-10T11:59:30Z', 'now'],
  ['2026-03-10T12:00:30Z', 'now'],
  ['2026-03-10T11:59:00Z', '1 min'],
  ['2026-03-10T11:00:01Z', '59 min'],
  ['2026-03-10T10:00:00Z', '2 h'],
  ['2026-03-08T12:00:00Z', '2 d'],
  ['2026-01-05T12:00:00Z', '2 mo'],
  ['2024-03-01T12:00:00Z', '2 y'],
])('%s is %s old', (from, said) => {
  expect(age(new Date(from), NOW)).toBe(said);
});

test.each([
  ['2026-03-10T11:59:30Z', 'just now'],
  ['2026-03-10T10:00:00Z', '2 h ago'],
])('%s was %s', (from, said) => {
  expect(ago(new Date(from), NOW)).toBe(said);
});
