import { describe, expect, test } from '@jest/globals';

import { isFiltered, NO_FILTER, queryOf, readFilter, writeFilter, type IssueFilter } from './issue-filter.js';

describe('the filter in the address', () => {
  test('an address without filters shows open issues, the most severe first', () => {
    expect(readFilter(new URLSearchParams())).toEqual(NO_FILTER);
    expect(isFiltered(NO_FILTER)).toBe(false);
  });

  test('what was written is read back', () => {
    const filter: IssueFilter = { q: 'log4j, 1.2', severity: ['critical', 'high'], category: ['secret'], application: ['pay,ments'], tool: ['Grype'], status: ['open', 'resolved'], sort: 'title' };
    expect(readFilter(writeFilter(filter))).toEqual(filter);
    expect(isFiltered(filter)).toBe(true);
  });

  test('with no status chosen, issues of every status are asked for, and stay so in the address', () => {
    const filter: IssueFilter = { ...NO_FILTER, status: [] };
    expect(readFilter(writeFilter(filter))).toEqual(filter);
    expect(isFiltered(filter)).toBe(true);
    expect(queryOf(filter).status).toEqual(['open', 'resolved', 'excluded']);
    expect(queryOf(NO_FILTER).status).toEqual(['open']);
  });

  test.each([
    ['an unknown severity', 'severity=catastrophic'],
    ['an unknown order', 'sort=colour'],
    ['an empty value', 'application='],
    ['a parameter of something else', 'cursor=abc'],
  ])('%s is left out', (_, query) => {
    expect(readFilter(new URLSearchParams(query))).toEqual(NO_FILTER);
  });

  test('another order alone is no filter', () => {
    expect(isFiltered({ ...NO_FILTER, sort: 'title' })).toBe(false);
  });
});
