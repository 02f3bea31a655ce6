import { describe, expect, test } from '@jest/globals';

import { REQUIRED_SCOPES } from '@tocsin/domain';

import { grantsOfChecks, grantsOfConnection, grantWord, scopesBeyond } from './scope-grants.js';

describe('which scopes are granted', () => {
  test('is not said before the checks came to them', () => {
    expect(grantsOfChecks(undefined)).toBeUndefined();
    expect(grantsOfChecks([{ id: 'token.kind', status: 'failed', message: 'This is a refresh token.' }])).toBeUndefined();
  });

  test.each([
    ['chat:write', 'passed', 'chat:write is granted: send messages as the app.', 'granted'],
    ['chat:write', 'failed', 'chat:write is missing: nothing can be sent.', 'missing'],
    ['chat:write', 'warning', 'Whether chat:write is granted could not be found out.', 'unknown'],
    ['chat:write.public', 'passed', 'chat:write.public is granted: post to public channels that the app is not in.', 'granted'],
    ['chat:write.public', 'warning', 'chat:write.public is not granted: the app must be invited.', 'missing'],
    ['chat:write.public', 'warning', 'Whether chat:write.public is granted could not be found out.', 'unknown'],
    ['chat:write.public', 'warning', 'Whether chat:write.public is granted could not be checked: Slack is busy.', 'unknown'],
  ] as const)('%s with the check %s (%s) is %s', (name, status, message, grant) => {
    expect(grantsOfChecks([{ id: `scope.${name}`, status, message }])?.get(name)).toBe(grant);
  });

  test('a connection has some, lacks some, and of others nobody knows', () => {
    const grants = grantsOfConnection({ scopes: ['chat:write', 'admin'], missingScopes: ['users:read'] });
    expect(Object.fromEntries(grants)).toEqual({
      'chat:write': 'granted', 'channels:read': 'unknown', 'groups:read': 'unknown', 'users:read': 'missing', 'users:read.email': 'unknown', 'chat:write.public': 'unknown',
    });
  });

  test.each([
    ['Slack told none', { scopes: [], missingScopes: [] }, 'unknown'],
    ['of a required one nobody knows', { scopes: REQUIRED_SCOPES.slice(1), missingScopes: [] }, 'unknown'],
    ['it is granted, whatever is known of others', { scopes: ['chat:write.public'], missingScopes: [] }, 'granted'],
    ['all required ones are granted', { scopes: [...REQUIRED_SCOPES], missingScopes: [] }, 'missing'],
    ['some are granted and the others missing', { scopes: REQUIRED_SCOPES.slice(1), missingScopes: REQUIRED_SCOPES.slice(0, 1) }, 'missing'],
  ] as const)('the optional scope of a connection, where %s', (_, { scopes, missingScopes }, grant) => {
    expect(grantsOfConnection({ scopes: [...scopes], missingScopes: [...missingScopes] }).get('chat:write.public')).toBe(grant);
  });

  test('what Tocsin does not need is told apart', () => {
    expect(scopesBeyond(['chat:write', 'admin', 'files:write'])).toEqual(['admin', 'files:write']);
  });

  test('only a required scope that is missing is a failure', () => {
    expect(grantWord('missing', true)).toMatchObject({ word: 'missing', status: 'failed' });
    expect(grantWord('missing', false)).toMatchObject({ word: 'not granted', status: 'warning' });
  });
});
