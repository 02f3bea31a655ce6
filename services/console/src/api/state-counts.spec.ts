import { describe, expect, test } from '@jest/globals';

import type { DeliveryCounts } from '@tocsin/contracts';

import { countsOf, haveCountsFailed } from './state-counts.js';

const NUMBERS = { byState: { posted: 3 }, at: '2026-03-01T09:00:00.000Z' } as DeliveryCounts;
const FINE = { data: NUMBERS, isError: false, isPlaceholderData: false, failureCount: 0, errorUpdateCount: 0 };

describe('how many there are in each state', () => {
  test.each([
    ['as the server told it', {}, NUMBERS, false],
    ['those of the filter before, while the next are on their way', { isPlaceholderData: true }, NUMBERS, false],
    ['none of the filter before, once the next have failed to come', { isPlaceholderData: true, failureCount: 1 }, undefined, false],
    ['none of the filter before, while they are asked for again after a failure', { isPlaceholderData: true, errorUpdateCount: 1 }, undefined, true],
    ['none of before a failure', { isError: true, errorUpdateCount: 1 }, undefined, true],
    ['none before they have come', { data: undefined }, undefined, false],
    ['none while they are asked for again and never came', { data: undefined, errorUpdateCount: 1 }, undefined, true],
    ['as told again after a failure', { errorUpdateCount: 1 }, NUMBERS, false],
  ])('is shown: %s', (_, answer, shown, failed) => {
    expect(countsOf({ ...FINE, ...answer })).toBe(shown);
    expect(haveCountsFailed({ ...FINE, ...answer })).toBe(failed);
  });
});
