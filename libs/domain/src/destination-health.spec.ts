import { describe, expect, test } from '@jest/globals';

import { hearOfDestination, speaksOfDestination, type DestinationNews, type DestinationTrouble, type KnownDestination } from './destination-health.js';

const channel: KnownDestination = { id: 'C0SECALERT', kind: 'channel', name: '#sec-alerts', isShared: false, since: 0, healthAt: 100, nameAt: 100, sharedAt: 100 };
const person: KnownDestination = { ...channel, id: 'U0ALICE001', kind: 'user', name: '@alice' };
const listed = { kind: 'seen', name: '#sec-alerts', isShared: false, isArchived: false, canPost: true } as const;

function trouble(code: string): DestinationTrouble {
  return { code, reason: 'why', remedy: 'what to do' };
}

function troubled(code: string, known = channel): KnownDestination {
  return { ...known, trouble: trouble(code), since: 50 };
}

describe('news of a healthy destination', () => {
  test.each<[string, KnownDestination, DestinationNews, string, string]>([
    ['archived', channel, { kind: 'archived', at: 200 }, 'archived', 'is_archived'],
    ['deleted', channel, { kind: 'deleted', at: 200 }, 'lost', 'channel_deleted'],
    ['left by our app, which may not post from outside', channel, { kind: 'left', canStillPost: false, at: 200 }, 'lost', 'app_left'],
    ['refused as not found', channel, { kind: 'refused', ...trouble('channel_not_found'), at: 200 }, 'lost', 'channel_not_found'],
    ['refused as archived', channel, { kind: 'refused', ...trouble('is_archived'), at: 200 }, 'archived', 'is_archived'],
    ['refused by a setting', channel, { kind: 'refused', ...trouble('restricted_action'), at: 200 }, 'lost', 'restricted_action'],
    ['listed as archived', channel, { ...listed, isArchived: true, at: 200 }, 'archived', 'is_archived'],
    ['listed without us in it', channel, { ...listed, canPost: false, at: 200 }, 'lost', 'not_in_channel'],
    ['not listed', channel, { kind: 'gone', at: 200 }, 'lost', 'channel_not_found'],
    ['a person who is not listed', person, { kind: 'gone', at: 200 }, 'lost', 'user_not_found'],
    ['a person who has left', person, { kind: 'deactivated', at: 200 }, 'lost', 'user_disabled'],
  ])('%s: it needs attention, since then, and says what to do', (_, known, news, change, code) => {
    const heard = hearOfDestination(known, news);
    expect(heard?.changes).toEqual([change]);
    expect(heard?.now).toMatchObject({ since: 200, healthAt: 200, trouble: { code, reason: expect.any(String), remedy: expect.stringMatching(/.../) } });
  });

  test.each<[string, DestinationNews]>([
    ['posted', { kind: 'posted', at: 200 }],
    ['unarchived', { kind: 'unarchived', at: 200 }],
    ['joined', { kind: 'joined', at: 200 }],
    ['left by our app, which may post to public channels', { kind: 'left', canStillPost: true, at: 200 }],
    ['listed as it is known', { ...listed, at: 200 }],
    ['renamed to what it is called', { kind: 'renamed', name: '#sec-alerts', at: 200 }],
    ['unshared, which it is', { kind: 'unshared', at: 200 }],
  ])('%s: tells nobody anything', (_, news) => {
    expect(hearOfDestination(channel, news)).toMatchObject({ changes: [], now: { since: 0 } });
    expect(hearOfDestination(channel, news)?.now.trouble).toBeUndefined();
  });
});

describe('a trouble', () => {
  test.each<[string, string, DestinationNews, boolean]>([
    ['archived', 'is_archived', { kind: 'unarchived', at: 200 }, true],
    ['archived', 'is_archived', { kind: 'joined', at: 200 }, false],
    ['archived', 'is_archived', { ...listed, at: 200 }, true],
    ['left', 'app_left', { kind: 'joined', at: 200 }, true],
    ['left', 'app_left', { kind: 'unarchived', at: 200 }, false],
    ['left', 'app_left', { ...listed, at: 200 }, true],
    ['left', 'app_left', { ...listed, canPost: false, at: 200 }, false],
    ['not found', 'channel_not_found', { kind: 'joined', at: 200 }, true],
    ['deleted', 'channel_deleted', { kind: 'joined', at: 200 }, false],
    ['refused by a setting', 'restricted_action', { ...listed, at: 200 }, false],
    ['refused by a setting', 'restricted_action', { kind: 'posted', at: 200 }, true],
    ['deactivated', 'user_disabled', { ...listed, at: 200 }, true],
  ])('%s (%s) after %o: over is %s', (_, code, news, isOver) => {
    const heard = hearOfDestination(troubled(code), news);
    expect(heard?.changes).toEqual(isOver ? ['recovered'] : []);
    expect(heard?.now.trouble?.code).toBe(isOver ? undefined : code);
    expect(heard?.now.since).toBe(isOver ? 200 : 50);
  });

  test.each<[string, DestinationNews]>([
    ['channel_deleted', { kind: 'refused', ...trouble('channel_not_found'), at: 200 }],
    ['app_left', { kind: 'gone', at: 200 }],
    ['is_archived', { kind: 'refused', ...trouble('is_inactive'), at: 200 }],
  ])('%s that is met again in other words keeps its own', (code, news) => {
    expect(hearOfDestination(troubled(code), news)).toMatchObject({ changes: [], now: { trouble: { code }, since: 50 } });
  });

  test('that becomes another one is told, and lasts since the first', () => {
    expect(hearOfDestination(troubled('is_archived'), { kind: 'deleted', at: 200 })).toMatchObject({ changes: ['lost'], now: { trouble: { code: 'channel_deleted' }, since: 50 } });
  });

  test('that is confirmed tells nobody, and older news cannot end it any more', () => {
    const confirmed = hearOfDestination(troubled('is_archived'), { kind: 'refused', ...trouble('is_archived'), at: 300 });
    expect(confirmed?.changes).toEqual([]);
    expect(hearOfDestination(confirmed?.now ?? channel, { kind: 'unarchived', at: 200 })).toBeUndefined();
  });
});

describe('names and readers', () => {
  test('a new name is told; the first that is learnt is not', () => {
    const { name: _, ...nameless } = channel;
    expect(hearOfDestination(channel, { kind: 'renamed', name: '#alerts', at: 200 })).toMatchObject({ changes: ['renamed'], now: { name: '#alerts' } });
    expect(hearOfDestination(nameless, { kind: 'renamed', name: '#alerts', at: 200 })).toMatchObject({ changes: [], now: { name: '#alerts' } });
  });

  test('sharing is told when it happens, also when nobody knew; a list only tells of what changed', () => {
    const { isShared: _, ...unknown } = channel;
    expect(hearOfDestination(unknown, { kind: 'shared', at: 200 })).toMatchObject({ changes: ['shared'], now: { isShared: true } });
    expect(hearOfDestination(unknown, { ...listed, isShared: true, at: 200 })).toMatchObject({ changes: [], now: { isShared: true } });
    expect(hearOfDestination(channel, { ...listed, isShared: true, at: 200 })).toMatchObject({ changes: ['shared'] });
  });

  test('one look at the list may tell several things', () => {
    expect(hearOfDestination(channel, { ...listed, name: '#old', isArchived: true, at: 200 })).toMatchObject({ changes: ['renamed', 'archived'] });
  });
});

describe('news that comes late', () => {
  test.each<DestinationNews>([
    { kind: 'archived', at: 99 },
    { kind: 'renamed', name: '#older', at: 99 },
    { kind: 'shared', at: 99 },
    { ...listed, name: '#older', isArchived: true, at: 99 },
  ])('%o changes nothing', (news) => {
    expect(hearOfDestination(channel, news)).toBeUndefined();
  });

  test('is believed about what nothing newer was said of', () => {
    const archived = hearOfDestination(channel, { kind: 'archived', at: 300 });
    expect(hearOfDestination(archived?.now ?? channel, { kind: 'renamed', name: '#alerts', at: 200 })).toMatchObject({ changes: ['renamed'], now: { trouble: { code: 'is_archived' } } });
  });

  test('and news that comes twice is told once', () => {
    const once = hearOfDestination(channel, { kind: 'archived', at: 300 });
    expect(hearOfDestination(once?.now ?? channel, { kind: 'archived', at: 300 })?.changes).toEqual([]);
  });
});

test.each([
  ['channel_not_found', true], ['is_archived', true], ['user_disabled', true], ['restricted_action', true],
  ['thread_not_found', false], ['restricted_action_thread_locked', false], ['missing_scope', false], ['invalid_blocks', false], ['leak_guard', false],
])('%s speaks of the destination: %s', (code, speaks) => {
  expect(speaksOfDestination(code)).toBe(speaks);
});
