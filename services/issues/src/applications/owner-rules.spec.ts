import { describe, expect, test } from '@jest/globals';

import { matchesPath, ownersOfPath } from './owner-rules.js';

describe('owner rules by path', () => {
  test.each([
    ['*', 'src/a.ts', true],
    ['*.ts', 'src/deep/a.ts', true],
    ['*.ts', 'src/deep/a.tsx', false],
    ['/docs/', 'docs/readme.md', true],
    ['/docs/', 'src/docs/readme.md', false],
    ['docs/', 'src/docs/readme.md', true],
    ['docs/', 'docs', false],
    ['docs/*', 'docs/readme.md', true],
    ['docs/*', 'docs/deep/readme.md', false],
    ['src/**/secret.ts', 'src/a/b/secret.ts', true],
    ['src/**/secret.ts', 'src/secret.ts', true],
    ['/src', 'src/a/b.ts', true],
    ['/src', 'lib/src/a.ts', false],
    ['src/api', 'src/api/users.ts', true],
    ['/build/logs/?.txt', 'build/logs/7.txt', true],
    ['', 'src/a.ts', false],
  ])('the pattern %s and the path %s: %s', (pattern, path, covered) => {
    expect(matchesPath(pattern, path)).toBe(covered);
  });

  test('the last rule that matches decides, and it may name nobody', () => {
    const rules = [
      { pattern: '*', owners: ['all@acme.test'] },
      { pattern: '/src/', owners: ['src@acme.test'] },
      { pattern: '/src/generated/', owners: [] },
    ];
    expect(ownersOfPath(rules, 'README.md')).toEqual(['all@acme.test']);
    expect(ownersOfPath(rules, 'src/a.ts')).toEqual(['src@acme.test']);
    expect(ownersOfPath(rules, 'src/generated/a.ts')).toEqual([]);
    expect(ownersOfPath([], 'src/a.ts')).toBeUndefined();
  });

  test('a pattern made to be slow is as quick as any other', () => {
    expect(matchesPath(`/${'*a'.repeat(200)}b`, 'a'.repeat(1900))).toBe(false);
  });
});
