import { expect, test } from '@jest/globals';

import { isOneOfSeveral, placesOf } from './reason-places.js';

function to(...names: string[]) {
  return names.map((name) => ({ connectionId: 'c1', destination: { id: `C-${name}`, kind: 'channel' as const, name } }));
}

test.each([
  ['none', [], 0, ''],
  ['the only one', to('payments', 'payments'), 2, 'To #payments'],
  ['the most frequent first', to('general', 'payments', 'payments'), 3, 'To #payments (2), #general (1)'],
  ['of equal ones that of the latest delivery first', to('general', 'payments'), 2, 'To #general (1), #payments (1)'],
  ['the first three, and how many more', to('a', 'b', 'b', 'c', 'd', 'e'), 6, 'To #b (2), #a (1), #c (1) and 2 more destinations'],
  ['those of the latest, where there are more than are looked at', to('a', 'b', 'b'), 900, 'The latest 3 to #b (2), #a (1)'],
  ['an address that nobody has looked up', [{ connectionId: 'c1', destination: { name: 'bob@acme.test' } }], 1, 'To bob@acme.test'],
  ['the same name in two workspaces', [...to('general'), { connectionId: 'c2', destination: { id: 'C-2', kind: 'channel' as const, name: 'general' } }], 2, 'To #general (1), #general (1)'],
])('where deliveries were for: %s', (_, latest, count, said) => {
  expect(placesOf(latest, count)).toBe(said);
});

test('a sentence that names one of several things is known from one that all share', () => {
  const told = (message: string) => ({ error: { code: 'channel_not_found', message, remedy: '' } });
  expect(isOneOfSeveral('There is no #nowhere.', [told('There is no #nowhere.'), told('There is no #board.')])).toBe(true);
  expect(isOneOfSeveral('The channel is archived.', [told('The channel is archived.'), {}])).toBe(false);
});
