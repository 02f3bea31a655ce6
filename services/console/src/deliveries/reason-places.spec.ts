import { expect, test } from '@jest/globals';

import { placesOf } from './reason-places.js';

function to(name: string, count: number) {
  return { connectionId: 'c1', destination: { id: `C-${name}`, kind: 'channel' as const, name }, count };
}

test.each([
  ['none that is known', [], 0, ''],
  ['the only one', [to('payments', 2)], 0, 'To #payments'],
  ['several', [to('payments', 1200), to('general', 1)], 0, 'To #payments (1,200), #general (1)'],
  ['the most frequent, and how many more', [to('b', 2), to('a', 1), to('c', 1)], 2, 'To #b (2), #a (1), #c (1) and 2 more destinations'],
  ['an address that nobody has looked up', [{ connectionId: 'c1', destination: { name: 'bob@acme.test' }, count: 1 }], 0, 'To bob@acme.test'],
])('where deliveries were for: %s', (_, destinations, otherDestinations, said) => {
  expect(placesOf({ destinations, otherDestinations })).toBe(said);
});
