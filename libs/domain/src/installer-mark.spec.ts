import { describe, expect, test } from '@jest/globals';

import { fnv1a, installerMark } from './installer-mark.js';

describe('who began an installation', () => {
  test('is told by a mark that names nobody', () => {
    expect(installerMark('acme', 'noa@acme.test')).toMatch(/^[0-9a-f]{16}$/);
    expect(installerMark('acme', 'noa@acme.test')).toBe(installerMark('acme', 'noa@acme.test'));
  });

  test.each([
    ['another person', 'acme', 'bob@acme.test'],
    ['the same person elsewhere', 'globex', 'noa@acme.test'],
    ['ids that run together', 'acmenoa', '@acme.test'],
    ['a name in another script', 'acme', 'Ноа'],
    ['half a character', 'acme', '\ud83d'],
    ['nobody', '', ''],
  ])('%s has another one', (_case, organizationId, user) => {
    expect(installerMark(organizationId, user)).toMatch(/^[0-9a-f]{16}$/);
    expect(installerMark(organizationId, user)).not.toBe(installerMark('acme', 'noa@acme.test'));
  });

  test.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('the hash of %j is the one that its authors publish', (text, hash) => {
    expect(fnv1a(text)).toBe(hash);
  });
});
