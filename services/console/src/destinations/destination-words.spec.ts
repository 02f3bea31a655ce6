import { describe, expect, test } from '@jest/globals';

import { inviteOf, labelOf, marksOf, useOf } from './destination-words.js';

const CHANNEL = { kind: 'channel', isPrivate: false, isShared: false, isArchived: false, isMember: true } as const;

describe('a destination in the picker', () => {
  test.each([
    ['a public channel that the app is in', CHANNEL, ['public']],
    ['a private one', { ...CHANNEL, isPrivate: true }, ['private']],
    ['one shared with another company', { ...CHANNEL, isShared: true }, ['public', 'shared']],
    ['one that the app is not in', { ...CHANNEL, isMember: false }, ['public', 'not-a-member']],
    ['an archived one says no more than that', { ...CHANNEL, isArchived: true, isMember: false }, ['public', 'archived']],
    ['a person has no marks', { ...CHANNEL, kind: 'user', isMember: false } as const, []],
  ])('%s', (_, item, marks) => {
    expect(marksOf(item)).toEqual(marks);
  });

  test.each([
    ['channel', 'sec-alerts', '#sec-alerts'],
    ['channel', '#sec-alerts', '#sec-alerts'],
    ['user', 'noa', '@noa'],
    ['user', 'נועה לוי', '@נועה לוי'],
    ['user', '👩‍🚒 Noa', '@👩‍🚒 Noa'],
    ['user', 'evil\u202Etxt.exe', '@eviltxt.exe'],
    ['user', 'two\nlines', '@two lines'],
    ['user', '\u200B\u2066', '@U0ANYBODY1'],
  ] as const)('a %s named %j reads %j', (kind, name, label) => {
    expect(labelOf({ kind, name, id: 'U0ANYBODY1' })).toBe(label);
  });

  test.each([
    ['is posted to', { canPost: true, isArchived: false }, 'post'],
    ['needs the app to be invited', { canPost: false, isArchived: false }, 'invite'],
    ['is never posted to while it is archived', { canPost: false, isArchived: true }, 'never'],
  ] as const)('a channel that %s', (_, item, use) => {
    expect(useOf(item)).toBe(use);
  });

  test('the invitation names the app as Slack knows it', () => {
    expect(inviteOf('tocsin-own')).toBe('/invite @tocsin-own');
  });
});
