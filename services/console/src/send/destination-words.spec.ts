import { describe, expect, test } from '@jest/globals';

import { fits, labelOf, marksOf } from './destination-words.js';

const CHANNEL = { kind: 'channel', isPrivate: false, isShared: false, isArchived: false, isMember: true } as const;

describe('a destination in the picker', () => {
  test.each([
    ['a public channel that the app is in', CHANNEL, ['public']],
    ['a private one', { ...CHANNEL, isPrivate: true }, ['private']],
    ['one shared with another company', { ...CHANNEL, isShared: true }, ['public', 'shared']],
    ['one that the app is not in', { ...CHANNEL, isMember: false }, ['public', 'app is not a member']],
    ['an archived one says no more than that', { ...CHANNEL, isArchived: true, isMember: false }, ['public', 'archived']],
    ['a person has no marks', { ...CHANNEL, kind: 'user', isMember: false } as const, []],
  ])('%s', (_, item, marks) => {
    expect(marksOf(item)).toEqual(marks);
  });

  test.each([
    ['channel', 'sec-alerts', '#sec-alerts'],
    ['channel', '#sec-alerts', '#sec-alerts'],
    ['user', 'noa', '@noa'],
  ] as const)('a %s named %s reads %s', (kind, name, label) => {
    expect(labelOf({ kind, name })).toBe(label);
  });
});

describe('an earlier answer', () => {
  const ALERTS = { name: 'sec-alerts', email: 'alerts@acme.test', id: 'C0SECALERT' };
  test.each([
    ['#SEC', true],
    ['alerts@acme', true],
    ['c0seca', true],
    ['', true],
    ['general', false],
  ])('typed since: “%s”: stays %s', (typed, stays) => {
    expect(fits(ALERTS, typed)).toBe(stays);
  });
});
