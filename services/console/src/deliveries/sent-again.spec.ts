import { describe, expect, test } from '@jest/globals';

import { sentAlreadyOf, toldAgainWords } from './sent-again.js';

function refusal(code: string, deliveryId?: string): Parameters<typeof sentAlreadyOf>[0] {
  return { type: `urn:tocsin:problem:${code}`, detail: 'All of it was replayed.', ...(deliveryId !== undefined && { deliveryId }) };
}

describe('a replay that is refused', () => {
  test('as a replay was posted already names that one', () => {
    expect(sentAlreadyOf(refusal('sent_already', 'd2'))).toMatchObject({ title: 'It was replayed already', deliveryId: 'd2' });
  });

  test('as all of a digest was replayed says so in the words of the answer', () => {
    expect(sentAlreadyOf(refusal('sent_already'))).toEqual({ title: 'It was sent already', text: 'All of it was replayed.', deliveryId: undefined });
  });

  test('for another reason offers no way past it', () => {
    expect([sentAlreadyOf(refusal('wrong_state')), sentAlreadyOf(undefined)]).toEqual([undefined, undefined]);
  });
});

test('a digest of which some was replayed says how many of its messages are told once more', () => {
  expect(toldAgainWords({})).toBeUndefined();
  expect(toldAgainWords({ toldAgain: 1 })).toMatch(/^One of its messages was/);
  expect(toldAgainWords({ toldAgain: 12 })).toMatch(/^12 of its messages were/);
});
