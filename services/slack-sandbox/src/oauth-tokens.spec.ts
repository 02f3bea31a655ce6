import { expect, test } from '@jest/globals';

import { makeToken, readToken } from './oauth-tokens.js';

test.each([
  [['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email', 'chat:write.public']],
  [['chat:write']],
  [['chat:write.public', 'users:read']],
  [[]],
])('a token tells what was granted: %j', (scopes) => {
  const content = readToken(makeToken({ domain: 'acme', scopes, madeAt: 1_700_000_000_123 }));
  expect(content).toEqual({ domain: 'acme', scopes: expect.arrayContaining(scopes), madeAt: 1_700_000_000_123 });
  expect(content?.scopes).toHaveLength(scopes.length);
});

test('two tokens for the same are not the same', () => {
  const content = { domain: 'acme', scopes: ['chat:write'], madeAt: 1 };
  expect(makeToken(content)).not.toBe(makeToken(content));
});

test.each(['xoxb-sandbox-acme', 'xoxb-sandbox-acme-no-email', 'xoxb-1-2-abc', '', 'xoxb-sandbox-acme-oauth-3f-'])('%j tells nothing', (token) => {
  expect(readToken(token)).toBeUndefined();
});
