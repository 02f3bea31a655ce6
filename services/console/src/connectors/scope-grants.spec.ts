import { describe, expect, test } from '@jest/globals';

import { grantsOfChecks, grantsOfConnection, grantWord, scopesBeyond } from './scope-grants.js';

describe('which scopes are granted', () => {
  test('is not said before the checks came to them', () => {
    expect(grantsOfChecks(undefined)).toBeUndefined();
    expect(grantsOfChecks([{ id: 'token.kind', status: 'failed' }])).toBeUndefined();
  });

  test.each([
    ['chat:write', 'passed', 'granted'],
    ['chat:write', 'failed', 'missing'],
    ['chat:write', 'warning', 'unknown'],
    ['chat:write.public', 'warning', 'missing'],
  ] as const)('%s that %s the check is %s', (name, status, grant) => {
    expect(grantsOfChecks([{ id: `scope.${name}`, status }])?.get(name)).toBe(grant);
  });

  test('a connection has some, lacks some, and of others nobody knows', () => {
    const grants = grantsOfConnection({ scopes: ['chat:write', 'admin'], missingScopes: ['users:read'] });
    expect(Object.fromEntries(grants)).toEqual({
      'chat:write': 'granted', 'channels:read': 'unknown', 'groups:read': 'unknown', 'users:read': 'missing', 'users:read.email': 'unknown', 'chat:write.public': 'missing',
    });
  });

  test('what Tocsin does not need is told apart', () => {
    expect(scopesBeyond(['chat:write', 'admin', 'files:write'])).toEqual(['admin', 'files:write']);
  });

  test('only a required scope that is missing is a failure', () => {
    expect(grantWord('missing', true)).toMatchObject({ word: 'missing', status: 'failed' });
    expect(grantWord('missing', false)).toMatchObject({ word: 'not granted', status: 'warning' });
  });
});
