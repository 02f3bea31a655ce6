import { describe, expect, test } from '@jest/globals';

import type { FoundDestination } from '../api/destinations.js';
import { fits, groupsOf } from './match.js';

function found(name: string, more: Partial<FoundDestination> = {}): FoundDestination {
  return { id: `C0${name.toUpperCase()}`, kind: 'channel', name, isPrivate: false, isShared: false, isArchived: false, isMember: true, canPost: true, connectionId: 'c1', workspace: 'Acme', ...more };
}

function person(name: string, email: string): FoundDestination {
  return found(name, { kind: 'user', id: `U0${name.toUpperCase()}`, email });
}

/** As somebody reads the list from top to bottom. */
function read(answers: readonly (readonly FoundDestination[])[], typed: string): string[] {
  return groupsOf(answers, typed).flatMap(({ label, items }) => [label, ...items.map(({ name }) => name)]);
}

describe('an earlier answer', () => {
  const ALERTS = { name: 'sec-alerts', email: 'alerts@acme.test', id: 'C0SECALERT' };
  test.each([
    ['#SEC', true],
    ['alerts@acme', true],
    ['c0seca', true],
    ['', true],
    ['general', false],
  ])('typed since: “%s”: stays %s', (typed, stays) => {
    expect(fits(ALERTS, typed)).toBe(stays);
  });

  test('accents make no difference', () => {
    expect(fits({ name: 'café', id: 'C0CAFE0001' }, 'CAFE')).toBe(true);
    expect(fits({ name: 'cafe', id: 'C0CAFE0001' }, 'café')).toBe(true);
  });
});

describe('the order of what was found', () => {
  test.each([
    ['one workspace: as it ranked, where nothing is typed', [[found('zoo'), found('alpha')]], '', ['Channels', 'zoo', 'alpha']],
    ['the most recent of each workspace first', [[found('a1'), found('a2')], [found('b1'), found('b2')]], '', ['Channels', 'a1', 'b1', 'a2', 'b2']],
    ['exact, beginning, beginning of a word, anywhere', [[found('xsec'), found('team-sec'), found('sec-alerts'), found('sec')]], 'sec', ['Channels', 'sec', 'sec-alerts', 'team-sec', 'xsec']],
    ['the exact one of the second workspace before the first’s', [[found('payments-eu')], [found('payments')]], '#Payments', ['Channels', 'payments', 'payments-eu']],
    ['what is archived last, however well it fits', [[found('sec', { isArchived: true }), found('my-sec')]], 'sec', ['Channels', 'my-sec', 'sec']],
    ['people first where they fit better', [[found('alice-team'), person('alice', 'alice@acme.test')]], '@alice', ['People', 'alice', 'Channels', 'alice-team']],
    ['channels first where both fit alike', [[person('sec', 's@acme.test'), found('sec')]], 'sec', ['Channels', 'sec', 'People', 'sec']],
    ['nothing', [[], []], 'x', []],
  ] as const)('%s', (_, answers, typed, order) => {
    expect(read(answers, typed)).toEqual(order);
  });
});
