import { expect, test } from '@jest/globals';

import { waitingWords, worstOf } from './connection-words.js';

test.each([
  [[], undefined],
  [['connected', 'connected'], 'connected'],
  [['connected', 'needs_attention'], 'needs_attention'],
  [['needs_attention', 'revoked', 'connected'], 'revoked'],
] as const)('of %j the worst is %s', (states, worst) => {
  expect(worstOf(states)).toBe(worst);
});

test.each([
  [0, '0 messages wait'],
  [1, '1 message waits'],
  [1_214, '1,214 messages wait'],
])('%d is said as: %s', (count, words) => {
  expect(waitingWords(count)).toBe(words);
});
