import { describe, expect, test } from '@jest/globals';

import { readClaims } from './claims.js';

/** In the alphabet of URLs, as tokens are. */
function encoded(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function tokenWith(claims: unknown): string {
  return `e30.${encoded(JSON.stringify(claims))}.signature`;
}

describe('the claims of a bearer token', () => {
  test('tell user, organization and roles', () => {
    expect(readClaims(tokenWith({ sub: 'u1', email: 'noa@acme.test', organization: 'acme', roles: ['admin'] }))).toEqual({ user: 'noa@acme.test', organization: 'acme', roles: ['admin'] });
  });

  test('a name outside ASCII stays what it is', () => {
    expect(readClaims(tokenWith({ sub: 'zoë?' }))?.user).toBe('zoë?');
  });

  test('without e-mail the subject is the user, without roles there are none', () => {
    expect(readClaims(tokenWith({ sub: 'u1' }))).toEqual({ user: 'u1', organization: '', roles: [] });
  });

  test.each([
    ['no JWT', 'hello'],
    ['no base64', 'a.%%%.c'],
    ['no JSON', `a.${encoded('{')}.c`],
    ['no subject', tokenWith({ email: 'noa@acme.test' })],
  ])('%s: nobody', (_, token) => {
    expect(readClaims(token)).toBeUndefined();
  });
});
