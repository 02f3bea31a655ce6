import { describe, expect, test } from '@jest/globals';

import { readDeparture, type Departure } from './departure.js';

const NOA = { user: 'noa@acme.test', organization: 'acme' };
const LEFT: Departure = { ...NOA, at: '2026-03-01T09:00:00.000Z' };
const LATER = new Date('2026-03-03T09:00:00Z');

describe('who left for Slack and waits for an answer', () => {
  test('sees it days later', () => {
    expect(readDeparture(JSON.stringify(LEFT), NOA, LATER)).toEqual(LEFT);
  });

  test.each([
    ['another person in the same browser', { ...NOA, user: 'bob@acme.test' }],
    ['the same person for another organization', { ...NOA, organization: 'globex' }],
  ])('%s does not see it', (_who, claims) => {
    expect(readDeparture(JSON.stringify(LEFT), claims, LATER)).toBeUndefined();
  });

  test('after a month it is forgotten', () => {
    expect(readDeparture(JSON.stringify(LEFT), NOA, new Date('2026-04-02T09:00:00Z'))).toBeUndefined();
  });

  test.each([null, '', 'yes', 'null', '{}', '[]', JSON.stringify({ ...LEFT, at: 'yesterday' })])('%p tells of nobody', (kept) => {
    expect(readDeparture(kept, NOA, LATER)).toBeUndefined();
  });
});
