import { describe, expect, test } from '@jest/globals';

import { anIssue } from '@tocsin/testing';

import { newsOf, storyAfter, type Heard } from './issue-news.js';

function heard(revision: number, overrides: Partial<Heard> = {}): Heard {
  return { organizationId: 'acme', issue: anIssue({ id: 'i1', revision }), change: 'updated', changes: [{ field: 'severity', from: `s${revision - 1}`, to: `s${revision}` }], ...overrides };
}

describe('what was heard of an issue', () => {
  test('is put in the order of its revisions, each once', () => {
    const [news] = newsOf([heard(4), heard(2), heard(4), heard(3)]);
    expect(news?.steps.map(({ issue }) => issue.revision)).toEqual([2, 3, 4]);
    expect(news?.newest.revision).toBe(4);
  });

  test('is kept apart by organization', () => {
    expect(newsOf([heard(2), heard(2, { organizationId: 'globex' })])).toHaveLength(2);
  });
});

describe('the story after a revision', () => {
  const [news = { steps: [] }] = newsOf([heard(2), heard(3, { scanId: 'scan-1' }), heard(4, { change: 'resolved', changes: [{ field: 'status', from: 'open', to: 'resolved' }] })]);

  test('tells everything newer as one', () => {
    expect(storyAfter(news, 2)).toMatchObject({ change: 'resolved', covers: [3, 4], scanId: 'scan-1', issue: { revision: 4 }, changes: [{ field: 'severity', from: 's2', to: 's3' }, { field: 'status', from: 'open', to: 'resolved' }] });
  });

  test('is none when nothing is newer', () => {
    expect(storyAfter(news, 4)).toBeUndefined();
  });

  test('of a silent refresh has nothing to tell, and shows the issue', () => {
    expect(storyAfter({ steps: [{ organizationId: 'acme', issue: anIssue({ revision: 5 }), changes: [] }] }, 4)).toMatchObject({ change: undefined, covers: [], issue: { revision: 5 } });
  });

  test('of a change there and back has nothing to tell either, unless more happened', () => {
    const there = heard(2, { changes: [{ field: 'severity', from: 'high', to: 'low' }] });
    const back = heard(3, { changes: [{ field: 'severity', from: 'low', to: 'high' }] });
    const [again = { steps: [] }] = newsOf([there, back]);
    expect(storyAfter(again, 1)).toMatchObject({ change: undefined, changes: [], covers: [2, 3], issue: { revision: 3 } });
    const [more = { steps: [] }] = newsOf([there, back, heard(4)]);
    expect(storyAfter(more, 1)).toMatchObject({ change: 'updated', covers: [2, 3, 4] });
    const [closed = { steps: [] }] = newsOf([heard(2, { change: 'resolved', changes: [{ field: 'status', from: 'open', to: 'resolved' }] }), heard(3, { change: 'reopened', changes: [{ field: 'status', from: 'resolved', to: 'open' }] })]);
    expect(storyAfter(closed, 1)).toMatchObject({ change: 'reopened' });
  });
});
