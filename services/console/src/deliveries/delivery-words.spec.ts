import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';

import { destinationName } from './delivery-words.js';

function to(destination: Delivery['destination']): Delivery {
  return { destination } as Delivery;
}

describe('the name of a destination', () => {
  test.each([
    ['a channel', { kind: 'channel', id: 'C1', name: 'sec-alerts' } as const, '#sec-alerts'],
    ['a channel named with its sign', { kind: 'channel', id: 'C1', name: '#sec-alerts' } as const, '#sec-alerts'],
    ['a person', { kind: 'user', id: 'U1', name: 'noa' } as const, '@noa'],
    ['an id without a name', { id: 'C1' }, 'C1'],
    ['what was asked for, before it is resolved', { name: '#sec-alerts' }, '#sec-alerts'],
    ['nothing yet', {}, 'not resolved yet'],
  ])('%s', (_, destination, name) => {
    expect(destinationName(to(destination))).toBe(name);
  });
});
