import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';

import { ALL, isPicked, mayPickAll, mayRepeatAt, MOST_BY_ID, NOT_POSTED, scopeOf, stillShown, totalOf, withoutUnconfirmed } from './picked.js';

function delivery(id: string, state: DeliveryState): Delivery {
  return { id, state } as Delivery;
}

const SHOWN = [delivery('a', 'failed'), delivery('b', 'failed'), delivery('c', 'posted')];

describe('what something is done to', () => {
  test('selected rows are found by their ids, whatever the filter of the list is', () => {
    expect(scopeOf(['a', 'c'], SHOWN, { q: 'log4j' }, { failed: 900 })).toEqual({ filter: { id: ['a', 'c'] }, byState: { failed: 1, posted: 1 } });
  });

  test('all that match are found by the filter, and counted in the states that it names', () => {
    const scope = scopeOf(ALL, SHOWN, { state: ['failed', 'dead'], q: 'log4j' }, { failed: 900, dead: 2, posted: 40 });
    expect(scope).toEqual({ filter: { state: ['failed', 'dead'], q: 'log4j' }, byState: { failed: 900, dead: 2 } });
    expect(totalOf(scope)).toBe(902);
  });

  test('without a state in the filter those of every state are meant', () => {
    expect(totalOf(scopeOf(ALL, SHOWN, {}, { failed: 3, posted: 40 }))).toBe(43);
  });

  test('some states of it can be counted alone', () => {
    expect(totalOf(scopeOf(['a', 'b', 'c'], SHOWN, {}, {}), NOT_POSTED)).toBe(2);
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

test('all that match includes what is not shown', () => {
  expect(isPicked(ALL, 'not shown')).toBe(true);
  expect(isPicked(['a'], 'b')).toBe(false);
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
