import { expect, test } from '@jest/globals';

import { endOfToken } from './token-end.js';

const NOW = new Date('2026-03-10T12:00:00Z');
const LATER = '2026-03-10T21:00:00Z';

test.each([
  ['does not end', 'oauth', 'connected', undefined, 'never'],
  ['ends', 'oauth', 'connected', LATER, 'renewed'],
  ['ends, with its connection in trouble', 'oauth', 'needs_attention', LATER, 'ends'],
  ['ends, with its connection lost', 'oauth', 'revoked', LATER, 'ends'],
  ['ends and was pasted', 'token', 'needs_attention', LATER, 'ends'],
  ['ends, was pasted and is not in trouble yet', 'token', 'connected', LATER, 'ends'],
  ['is over', 'oauth', 'connected', NOW.toISOString(), 'ended'],
] as const)('a token that %s (%s, %s, until %s): %s', (_, method, state, expiresAt, end) => {
  const since = '2026-03-01T12:00:00Z';
  expect(endOfToken({ method, health: { state, since }, token: { hint: 'abcd', updatedAt: since, ...(expiresAt !== undefined && { expiresAt }) } }, NOW)).toBe(end);
});
