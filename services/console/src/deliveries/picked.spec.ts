import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';

import { allThen, areTooMany, isPicked, mayPick, mayPickAll, mayRepeatAt, MOST_BY_ID, MOST_EXCEPT, NOT_POSTED, onlyIn, scopeOf, stillShown, toggled, toggledAll, totalOf } from './picked.js';

const CREATED = '2026-03-01T09:00:00.000Z';
const LATER = '2026-03-01T09:00:00.001Z';
const ALL = { changedBefore: LATER, except: [] };
const ALL_BUT_A = { changedBefore: LATER, except: ['a'] };

function delivery(id: string, state: DeliveryState, createdAt = CREATED, settledAt?: string): Delivery {
  return { id, state, createdAt, ...(settledAt !== undefined && { settledAt }) } as Delivery;
}

const SHOWN = [delivery('a', 'failed'), delivery('b', 'failed'), delivery('c', 'posted')];

describe('what something is done to', () => {
  test('selected rows are found by their ids, whatever the filter of the list is, as they are shown', () => {
    expect(scopeOf(['a', 'c'], SHOWN, { q: 'log4j' }, { failed: 900 })).toEqual({ filter: { id: ['a', 'c'], changedBefore: LATER }, byState: { failed: 1, posted: 1 } });
    const ended = delivery('d', 'failed', CREATED, '2026-03-01T10:00:00.000Z');
    expect(scopeOf(['a', 'd'], [...SHOWN, ended], {}, undefined)?.filter).toEqual({ id: ['a', 'd'], changedBefore: '2026-03-01T10:00:00.001Z' });
  });

  test('all that match are found by the filter, and counted in the states that it names', () => {
    const scope = scopeOf(ALL, SHOWN, { state: ['failed', 'dead'], q: 'log4j' }, { failed: 900, dead: 2, posted: 40 });
    expect(scope).toEqual({ filter: { state: ['failed', 'dead'], q: 'log4j', changedBefore: LATER }, byState: { failed: 900, dead: 2 } });
    expect(scope && totalOf(scope)).toBe(902);
  });

  test('of all that match, what was taken out is named', () => {
    expect(scopeOf(ALL_BUT_A, SHOWN, { q: 'log4j' }, { failed: 899 })).toEqual({ filter: { q: 'log4j', changedBefore: LATER, exceptIds: ['a'] }, byState: { failed: 899 } });
  });

  test('without a state in the filter those of every state are meant', () => {
    expect(scopeOf(ALL, SHOWN, {}, { failed: 3, posted: 40 })?.byState).toEqual({ failed: 3, posted: 40 });
  });

  test('some states of it can be counted alone', () => {
    expect(totalOf({ byState: { failed: 2, posted: 1 } }, NOT_POSTED)).toBe(2);
  });

  test('all that match are not known to anybody before they are counted', () => {
    expect(scopeOf(ALL, SHOWN, {}, undefined)).toBeUndefined();
  });
});

describe('rows that have left the list', () => {
  test('are not selected any more, so that what is said is what is done', () => {
    expect(stillShown(['a', 'gone', 'c'], SHOWN)).toEqual(['a', 'c']);
  });

  test('stay selected while nobody knows what is shown', () => {
    expect(stillShown(['a'], undefined)).toEqual(['a']);
  });

  test('belong to all that match', () => {
    expect(stillShown(ALL, SHOWN)).toBe(ALL);
  });
});

const ROWS = Array.from({ length: MOST_BY_ID + 1 }, (_, at) => String(at));

test.each([
  ['more match than are shown', ['a', 'b'], 2, 3, true],
  ['all that match are shown', ['a', 'b'], 2, 2, false],
  ['all that match are shown, more than go by their ids', ROWS, ROWS.length, ROWS.length, true],
  ['not all that are shown are selected', ['a'], 2, 3, false],
  ['nothing is shown', [], 0, 3, false],
  ['nobody knows how many match', ['a'], 1, undefined, false],
  ['all are selected already', ALL, 2, 3, false],
] as const)('all that match is offered or not: %s', (_, picked, shown, matching, offered) => {
  expect(mayPickAll(picked, shown, matching)).toBe(offered);
});

describe('all that match', () => {
  test.each([
    ['as they were counted', [{ createdAt: CREATED }], '2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.000Z'],
    ['with what has been shown since', [{ createdAt: '2026-03-01T08:00:00.000Z', settledAt: CREATED }, { createdAt: '2026-03-01T08:30:00.000Z' }], '2026-03-01T08:59:00.000Z', LATER],
    ['as they were counted, where none is shown', [], CREATED, CREATED],
  ])('are those %s', (_, shown, countedAt, changedBefore) => {
    expect(allThen(shown, countedAt)).toEqual({ changedBefore, except: [] });
  });

  test('include what is not shown, and not what came after they were selected', () => {
    expect(isPicked(ALL, delivery('not shown', 'failed'))).toBe(true);
    expect(isPicked(ALL, delivery('came later', 'failed', LATER))).toBe(false);
    expect(isPicked(['a'], delivery('b', 'failed'))).toBe(false);
  });

  test('do not include what ended after they were selected, though it had been accepted before', () => {
    const failedLater = delivery('failed later', 'failed', CREATED, LATER);
    expect(isPicked(ALL, failedLater)).toBe(false);
    expect(mayPick(ALL, failedLater)).toBe(false);
    expect(mayPick(['a'], failedLater)).toBe(true);
    expect(isPicked(ALL, delivery('failed before', 'failed', '2026-03-01T08:00:00.000Z', CREATED))).toBe(true);
  });
});

describe('a row that is taken out of all that match', () => {
  test('leaves all others selected, shown or not, and can be taken in again', () => {
    expect(toggled(ALL, 'a')).toEqual(ALL_BUT_A);
    expect(SHOWN.map((row) => isPicked(ALL_BUT_A, row))).toEqual([false, true, true]);
    expect(isPicked(ALL_BUT_A, delivery('not shown', 'failed'))).toBe(true);
    expect(toggled(ALL_BUT_A, 'a')).toEqual(ALL);
  });

  test('comes back with all that are shown; then nothing is selected any more', () => {
    const withLate = [...SHOWN, delivery('came later', 'failed', LATER)];
    expect(toggledAll({ ...ALL, except: ['a', 'not shown'] }, withLate)).toEqual({ ...ALL, except: ['not shown'] });
    expect(toggledAll(ALL, withLate)).toEqual([]);
  });

  test('is one of so many at most', () => {
    const many = Array.from({ length: MOST_EXCEPT }, (_, at) => String(at));
    expect(areTooMany({ ...ALL, except: many })).toBe(false);
    expect(areTooMany({ ...ALL, except: [...many, 'one more'] })).toBe(true);
    expect(areTooMany(ROWS)).toBe(true);
    expect(areTooMany(ROWS.slice(1))).toBe(false);
  });
});

test('a row is selected and no longer; all that are shown, and none', () => {
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  expect(toggledAll(['a'], SHOWN)).toEqual(['a', 'b', 'c']);
  expect(toggledAll(['a', 'b', 'c'], SHOWN)).toEqual([]);
});

describe('a message that may come twice', () => {
  test.each([
    ['posted, to the same as before', 'posted', undefined, true],
    ['posted, to the same chosen as another', 'posted', { id: 'C1' }, true],
    ['unconfirmed, to the same chosen as another', 'unconfirmed', { id: 'C1' }, true],
    ['posted, to another', 'posted', { id: 'C2' }, false],
    ['failed, to the same', 'failed', undefined, false],
  ] as [string, DeliveryState, { id: string } | undefined, boolean][])('%s', (_, state, to, expected) => {
    expect(mayRepeatAt({ state, destination: { id: 'C1' } }, to)).toBe(expected);
  });

  test('is left out of many by its state, of every state or of some', () => {
    expect(onlyIn(NOT_POSTED, { id: ['a'] })).toEqual({ id: ['a'], state: NOT_POSTED });
    expect(onlyIn(NOT_POSTED, { state: ['failed', 'unconfirmed'], q: 'log4j' })).toEqual({ state: ['failed'], q: 'log4j' });
    expect(onlyIn(NOT_POSTED, { state: 'posted' })).toEqual({ state: [] });
  });
});
