import { describe, expect, test } from '@jest/globals';

import { locationLink, repositoryUrl } from './location-link.js';

test.each([
  ['https://github.com/acme/payments', 'https://github.com/acme/payments'],
  ['https://github.com/acme/payments.git', 'https://github.com/acme/payments'],
  ['git@github.com:acme/payments.git', 'https://github.com/acme/payments'],
  ['ssh://git@gitlab.acme.test/group/sub/payments.git', 'https://gitlab.acme.test/group/sub/payments'],
  ['http://github.com/acme/payments', undefined],
  ['https://user:secret@github.com/acme/payments', undefined],
  ['javascript:alert(1)', undefined],
  ['https://github.com/', undefined],
  ['payments', undefined],
])('the repository %s is at %s', (repository, url) => {
  expect(repositoryUrl(repository)).toBe(url);
});

describe('a link to a line at the scanned commit', () => {
  test.each([
    ['https://github.com/acme/p', { path: 'src/a b.ts', line: 7 }, 'https://github.com/acme/p/blob/c0ffee/src/a%20b.ts#L7'],
    ['https://github.com/acme/p', { path: './README.md' }, 'https://github.com/acme/p/blob/c0ffee/README.md'],
    ['https://gitlab.acme.test/g/p', { path: 'a.ts', line: 7 }, 'https://gitlab.acme.test/g/p/-/blob/c0ffee/a.ts#L7'],
    ['https://bitbucket.org/acme/p', { path: 'a.ts', line: 7 }, 'https://bitbucket.org/acme/p/src/c0ffee/a.ts#lines-7'],
    ['https://github.com/acme/p', { path: 'git::https://example.test/module' }, undefined],
    ['https://github.com/acme/p', { path: '/usr/lib/libc.so' }, undefined],
    ['https://github.com/acme/p', { path: '../outside.ts' }, undefined],
  ])('in %s to %j is %s', (repository, location, link) => {
    expect(locationLink(repository, 'c0ffee', location)).toBe(link);
  });
});
