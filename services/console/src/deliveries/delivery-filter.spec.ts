import { describe, expect, test } from '@jest/globals';

import { chosenOf, fromField, isFiltered, NO_FILTER, readFilter, toField, writeFilter, type DeliveryFilter } from './delivery-filter.js';

const FULL: DeliveryFilter = {
  q: 'log4j, 1.2', after: '2026-03-01T00:00:00.000Z', before: '2026-03-02T00:00:00.000Z', replayed: 'false', state: ['failed', 'dead'], connectionId: ['c1'], destination: ['#sec-alerts', 'C0PAY'],
  issueId: ['i1'], workflowId: ['w1'], source: ['manual'], code: ['is_archived'], digestId: ['d1'],
};

describe('the filter in the address', () => {
  test('what was written is read back', () => {
    expect(readFilter(writeFilter(FULL))).toEqual(FULL);
  });

  test('an address without filters shows everything', () => {
    expect(readFilter(new URLSearchParams())).toEqual(NO_FILTER);
    expect(chosenOf(NO_FILTER)).toEqual({});
  });

  test.each([
    ['an unknown state', 'state=lost'],
    ['an unknown source', 'source=pigeon'],
    ['an empty value', 'destination='],
    ['a time that is none', 'after=yesterday'],
    ['neither yes nor no', 'replayed=perhaps'],
    ['a parameter of something else', 'cursor=abc'],
  ])('%s is left out', (_, query) => {
    expect(readFilter(new URLSearchParams(query))).toEqual(NO_FILTER);
  });

  test('the API is asked for what is chosen and nothing else', () => {
    expect(chosenOf({ ...NO_FILTER, state: ['failed'], q: 'log4j' })).toEqual({ state: ['failed'], q: 'log4j' });
  });

  test('a state is a tab, not a filter that can be cleared', () => {
    expect(isFiltered({ ...NO_FILTER, state: ['failed'] })).toBe(false);
    expect(isFiltered({ ...NO_FILTER, destination: ['#payments'] })).toBe(true);
  });
});

describe('a moment in a field', () => {
  test('comes back as it went in, to the minute', () => {
    expect(fromField(toField('2026-03-01T09:30:00.000Z'))).toBe('2026-03-01T09:30:00.000Z');
  });

  test('none stays none', () => {
    expect(fromField(toField(''))).toBe('');
  });

  test.each(['0002-03-01T09:30', '0202-03-01T09:30', '20261-03-01T09:30', '275761-03-01T09:30'])('a year that is being typed, or mistyped, is none yet: %s', (value) => {
    expect(fromField(value)).toBe('');
  });
});
