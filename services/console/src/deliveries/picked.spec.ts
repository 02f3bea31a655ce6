import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';

import { allUpTo, isPicked, mayPickAll, mayRepeatAt, MOST_BY_ID, NOT_POSTED, pick, scopeOf, stillShown, totalOf, withoutUnconfirmed } from './picked.js';

const CREATED = '2026-03-01T09:00:00.000Z';
const LATER = '2026-03-01T09:00:00.001Z';
const ALL = { before: LATER };

function delivery(id: string, state: DeliveryState, createdAt = CREATED): Delivery {
  return { id, state, createdAt } as Delivery;
}

const SHOWN = [delivery('a', 'failed'), delivery('b', 'failed'), delivery('c', 'posted')];

describe('what something is done to', () => {
  test('selected rows are found by their ids, whatever the filter of the list is', () => {
    expect(scopeOf(['a', 'c'], SHOWN, { q: 'log4j' }, { failed: 900 })).toEqual({ filter: { id: ['a', 'c'] }, byState: { failed: 1, posted: 1 } });
  });

  test('all that match are found by the filter, and counted in the states that it names', () => {
    const scope = scopeOf(ALL, SHOWN, { state: ['failed', 'dead'], q: 'log4j' }, { failed: 900, dead: 2, posted: 40 });
    expect(scope).toEqual({ filter: { state: ['failed', 'dead'], q: 'log4j', before: LATER }, byState: { failed: 900, dead: 2 } });
    expect(scope && totalOf(scope)).toBe(902);
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
    ['up to the newest that is shown, wherever it stands', ['2026-03-01T08:00:00.000Z', CREATED], '', LATER],
    ['not past the moment that the list ends at', [CREATED], '2026-03-01T08:59:00.000Z', '2026-03-01T08:59:00.000Z'],
    ['not up to the end of a list that is still to come', [CREATED], '2026-04-01T00:00:00.000Z', LATER],
  ])('are those %s', (_, times, before, until) => {
    expect(allUpTo(times.map((createdAt) => ({ createdAt })), before)).toEqual({ before: until });
  });

  test('include what is not shown, and not what came after they were selected', () => {
    expect(isPicked(ALL, delivery('not shown', 'failed'))).toBe(true);
    expect(isPicked(ALL, delivery('came later', 'failed', LATER))).toBe(false);
    expect(isPicked(['a'], delivery('b', 'failed'))).toBe(false);
  });
});

test('whoever takes a row out of all that match is told that what is not shown went too, until nothing or all is selected again', () => {
  const all = pick({ list: 'l', picked: ['a', 'b'], narrowed: false }, 'l', ALL);
  const without = pick(all, 'l', ['a']);
  expect(all.narrowed).toBe(false);
  expect(without).toEqual({ list: 'l', picked: ['a'], narrowed: true });
  expect(pick(without, 'l', ['a', 'b']).narrowed).toBe(true);
  expect(pick(without, 'l', []).narrowed).toBe(false);
  expect(pick(without, 'l', ALL).narrowed).toBe(false);
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

  test('what nobody confirmed is left out of many, of every state or of some', () => {
    expect(withoutUnconfirmed({ id: ['a'] }).state).not.toContain('unconfirmed');
    expect(withoutUnconfirmed({ state: ['failed', 'unconfirmed'] })).toEqual({ state: ['failed'] });
  });
});
