import { describe, expect, test } from '@jest/globals';

import { CATEGORIES, SEVERITIES, type Category, type Severity } from './issue.js';
import { DEFAULT_LEAK_GUARD, guardLeaks, needsReadership, type LeakGuardRule } from './leak-guard.js';

const issue = (category: Category, severity: Severity = 'high'): { category: Category; severity: Severity } => ({ category, severity });
const PUBLIC = { isPrivate: false, isShared: false };
const PRIVATE = { isPrivate: true, isShared: false };
const SHARED = { isPrivate: false, isShared: true };
const PRIVATE_AND_SHARED = { isPrivate: true, isShared: true };

describe('the leak guard, unless told otherwise', () => {
  test.each([
    ['a secret', 'secret', 'a public channel', PUBLIC, false],
    ['a secret', 'secret', 'a shared channel', SHARED, false],
    ['a secret', 'secret', 'a private channel', PRIVATE, true],
    ['a secret', 'secret', 'a private channel that is shared', PRIVATE_AND_SHARED, false],
    ['an issue of unknown category', 'unknown', 'a public channel', PUBLIC, true],
    ['an issue of unknown category', 'unknown', 'a shared channel', SHARED, false],
    ['an issue of unknown category', 'unknown', 'a private channel', PRIVATE, true],
    ['an issue in code', 'code', 'a public channel', PUBLIC, true],
    ['an issue in code', 'code', 'a shared channel', SHARED, true],
  ] as const)('%s (%s) to %s', (_, category, __, channel, passes) => {
    expect(guardLeaks(DEFAULT_LEAK_GUARD, [issue(category)], channel) === undefined).toBe(passes);
  });

  test('one secret among many issues keeps the whole message back, and the refusal says which and what to do', () => {
    const refusal = guardLeaks(DEFAULT_LEAK_GUARD, [issue('code'), issue('secret', 'critical'), issue('api')], PUBLIC);
    expect(refusal).toMatchObject({ code: 'leak_guard', message: expect.stringContaining('secret'), remedy: expect.stringContaining('private channel') });
    expect(refusal?.message).toContain('critical');
  });

  test('nobody has to look at the channel for issues that may be told everywhere', () => {
    expect(CATEGORIES.filter((category) => needsReadership(DEFAULT_LEAK_GUARD, [issue(category)]))).toEqual(['secret', 'unknown']);
    expect(needsReadership(DEFAULT_LEAK_GUARD, [])).toBe(false);
  });
});

describe('an organization’s own leak guard', () => {
  const rule: LeakGuardRule = { public: { severities: ['low', 'info'], categories: CATEGORIES }, shared: { severities: [], categories: [] } };

  test('can keep severities out of public channels', () => {
    expect(SEVERITIES.filter((severity) => guardLeaks(rule, [issue('code', severity)], PUBLIC) === undefined)).toEqual(['info', 'low']);
  });

  test('can keep everything out of shared channels', () => {
    expect(SEVERITIES.filter((severity) => guardLeaks(rule, [issue('code', severity)], PRIVATE_AND_SHARED) === undefined)).toEqual([]);
  });
});
