import { describe, expect, test } from '@jest/globals';

import { changesText, mergeChanges, mergeKinds } from './what-changed.js';

describe('two stories told as one', () => {
  test.each([
    ['the same field: from what it was at first to what it is at last', [['severity', 'low', 'high']], [['severity', 'high', 'critical']], [['severity', 'low', 'critical']]],
    ['different fields: both', [['severity', 'low', 'high']], [['owners', [], ['noa']]], [['severity', 'low', 'high'], ['owners', [], ['noa']]]],
    ['a field that came back: nothing of it', [['severity', 'low', 'high'], ['cvss', 1, 9]], [['severity', 'high', 'low']], [['cvss', 1, 9]]],
    ['a list that came back likewise', [['owners', ['noa'], []]], [['owners', [], ['noa']]], []],
  ])('%s', (_, earlier, later, merged) => {
    const changes = (given: unknown[][]) => given.map(([field, from, to]) => ({ field: field as string, from, to }));
    expect(mergeChanges(changes(earlier), changes(later))).toEqual(changes(merged));
  });

  test.each([
    ['updated', 'updated', 'updated'],
    ['updated', 'resolved', 'resolved'],
    ['resolved', 'reopened', 'reopened'],
    ['reopened', 'updated', 'reopened'],
    ['reopened', 'resolved', 'resolved'],
  ] as const)('%s, then %s: %s', (earlier, later, told) => {
    expect(mergeKinds(earlier, later)).toBe(told);
  });
});

describe('changes in one line', () => {
  test('name each field with both values', () => {
    expect(changesText('updated', [{ field: 'severity', from: 'high', to: 'critical' }, { field: 'owners', from: [], to: ['noa@acme.test', 'bob@acme.test'] }])).toBe('severity high → critical, owners none → noa@acme.test, bob@acme.test');
  });

  test('leave out a status that the word for the change tells already', () => {
    expect(changesText('resolved', [{ field: 'status', from: 'open', to: 'resolved' }])).toBe('');
    expect(changesText('updated', [{ field: 'status', from: 'open', to: 'excluded' }])).toBe('status open → excluded');
  });

  test('values of any shape are told, also those that cannot be turned into text by themselves', () => {
    const change = { field: 'owners', from: [{ toString: 0 }, 1, null], to: { valueOf: 0, toString: 'x' } };
    expect(changesText('updated', [change])).toBe('owners {"toString":0}, 1, null → {"valueOf":0,"toString":"x"}');
  });
});
