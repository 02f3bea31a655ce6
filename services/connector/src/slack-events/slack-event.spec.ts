import { describe, expect, test } from '@jest/globals';
import type { SlackEvent as SlacksEvent } from '@slack/types';

import { appManifest } from '../manifest/app-manifest.js';
import { readSlackEvent } from './slack-event.js';

const AT = 1_764_000_000;
const TS = `${AT}.123456`;
const ENVELOPE = { type: 'event_callback', event_id: 'Ev1', event_time: AT, team_id: 'T1', api_app_id: 'A1' };
const HAPPENED = { eventId: 'Ev1', at: new Date(AT * 1000), workspaceIds: ['T1'], appId: 'A1' };
const FINER = { ...HAPPENED, at: new Date(AT * 1000 + 123) };

function read(content: object): unknown {
  return readSlackEvent(Buffer.from(JSON.stringify(content)));
}

test.each<[string, object, object | undefined]>([
  ['a challenge', { type: 'url_verification', challenge: 'abc' }, { kind: 'challenge', challenge: 'abc' }],
  ['a challenge without a text', { type: 'url_verification', challenge: 1 }, undefined],
  ['a removed app', { ...ENVELOPE, event: { type: 'app_uninstalled' } }, { kind: 'revoked', reason: 'app_uninstalled', ...HAPPENED }],
  ['revoked tokens, by the bots they belong to', { ...ENVELOPE, event: { type: 'tokens_revoked', tokens: { oauth: ['U9'], bot: ['U1', 7] } } }, { kind: 'revoked', reason: 'tokens_revoked', botUserIds: ['U1'], ...HAPPENED }],
  ['revoked tokens of people only', { ...ENVELOPE, event: { type: 'tokens_revoked', tokens: { oauth: ['U9'] } } }, { kind: 'revoked', reason: 'tokens_revoked', botUserIds: [], ...HAPPENED }],
  ['too many events', { type: 'app_rate_limited', team_id: 'T1', minute_rate_limited: AT, api_app_id: 'A1' }, { kind: 'rate_limited', workspaceId: 'T1', minute: new Date(AT * 1000) }],
  ['an event that nobody knows', { ...ENVELOPE, event: { type: 'constructor' } }, { kind: 'ignored', type: 'constructor', isOdd: false }],
  ['an event without a type', { ...ENVELOPE, event: {} }, { kind: 'ignored', type: 'unknown', isOdd: false }],
  ['an envelope of another kind', { type: 'quite_new' }, { kind: 'ignored', type: 'quite_new', isOdd: false }],
  ['a removed app without a time', { ...ENVELOPE, event_time: '1', event: { type: 'app_uninstalled' } }, undefined],
  ['a removed app beyond all time', { ...ENVELOPE, event_time: 1e15, event: { type: 'app_uninstalled' } }, undefined],
  ['an envelope without an event', ENVELOPE, undefined],
  ['an event for an installation elsewhere than where it happened', { ...ENVELOPE, authorizations: [{ team_id: 'T2' }, { team_id: null }, 'x'], event: { type: 'app_uninstalled' } }, { kind: 'revoked', reason: 'app_uninstalled', ...HAPPENED, workspaceIds: ['T1', 'T2'] }],
])('%s', (_, body, expected) => {
  expect(read(body)).toEqual(expected);
});

test.each([[''], ['{'], ['null'], ['7'], ['[]']])('%j is no event', (body) => {
  expect(readSlackEvent(Buffer.from(body))?.kind ?? 'none').toMatch(/none|ignored/);
});

/** As Slack's own types have them. */
type OfType<T extends SlacksEvent['type']> = Omit<Extract<SlacksEvent, { type: T }>, 'channel' | 'user'>;
const renamed = { id: 'C1', name: 'new', name_normalized: 'new', created: 1, is_channel: true, is_mpim: false };

const CHANNEL_EVENTS = [
  [{ type: 'channel_created', event_ts: TS, channel: { id: 'C1', name: 'new' } } satisfies OfType<'channel_created'> & { channel: object }, { channel: { id: 'C1', name: 'new' }, news: 'created' }],
  [{ type: 'channel_rename', event_ts: TS, channel: renamed } satisfies SlacksEvent, { channel: { id: 'C1', name: 'new' }, news: 'renamed' }],
  [{ type: 'channel_archive', event_ts: TS, channel: 'C1', user: 'U1' } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'archived' }],
  [{ type: 'channel_unarchive', event_ts: TS, channel: 'C1', user: 'U1' } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'unarchived' }],
  [{ type: 'channel_deleted', channel: 'C1' } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'deleted', at: HAPPENED.at }],
  [{ type: 'channel_shared', event_ts: TS, channel: 'C1', connected_team_id: 'E1' } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'shared' }],
  [{ type: 'channel_unshared', event_ts: TS, channel: 'C1', previously_connected_team_id: 'E1', is_ext_shared: false } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'unshared' }],
  [{ type: 'channel_unshared', event_ts: TS, channel: 'C1', previously_connected_team_id: 'E1', is_ext_shared: true } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'shared' }],
  [{ type: 'channel_id_changed', event_ts: TS, old_channel_id: 'G1', new_channel_id: 'C1' } satisfies SlacksEvent, { channel: { id: 'G1' }, news: 'id_changed', newId: 'C1' }],
  [{ type: 'group_rename', event_ts: TS, channel: { ...renamed, id: 'G1' } } satisfies SlacksEvent, { channel: { id: 'G1', name: 'new' }, news: 'renamed' }],
  [{ type: 'group_archive', event_ts: TS, channel: 'G1', user: 'U1', is_moved: 0 } satisfies SlacksEvent, { channel: { id: 'G1' }, news: 'archived' }],
  [{ type: 'group_unarchive', event_ts: TS, channel: 'G1', actor_id: 'U1' } satisfies SlacksEvent, { channel: { id: 'G1' }, news: 'unarchived' }],
  [{ type: 'group_deleted', event_ts: TS, channel: 'G1', date_deleted: 1, actor_id: 'U1' } satisfies SlacksEvent, { channel: { id: 'G1' }, news: 'deleted' }],
  [{ type: 'member_joined_channel', event_ts: TS, user: 'U1', channel: 'C1', channel_type: 'C', team: 'T1' } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'joined', who: 'U1' }],
  [{ type: 'member_left_channel', event_ts: TS, user: 'U1', channel: 'C1', channel_type: 'C', team: 'T1' } satisfies SlacksEvent, { channel: { id: 'C1' }, news: 'left', who: 'U1' }],
] as const;

const PERSON = {
  id: 'U1', team_id: 'T1', name: 'alice', real_name: 'Alice Adams', deleted: false, is_bot: false,
  profile: { real_name: 'Alice Adams', display_name: 'Ally', email: 'alice@acme.test' },
} satisfies Partial<Record<keyof Extract<SlacksEvent, { type: 'user_change' }>['user'], unknown>>;
const userChange = (changes: object): object => ({ ...ENVELOPE, event: { type: 'user_change', event_ts: TS, cache_ts: AT, user: { ...PERSON, ...changes } } });
const ALICE = { id: 'U1', name: 'alice', displayName: 'Ally', realName: 'Alice Adams', email: 'alice@acme.test', isBot: false, isDeactivated: false };

describe('what is told of channels', () => {
  test.each(CHANNEL_EVENTS.map(([event, expected]) => [event.type, event, expected] as const))('%s', (_, event, expected) => {
    expect(read({ ...ENVELOPE, event })).toEqual({ kind: 'channel', ...FINER, ...expected });
  });

  test.each<[string, object]>([
    ['no channel', { type: 'channel_archive' }],
    ['a channel that is none', { type: 'channel_rename', channel: { name: 'new' } }],
    ['an id that is none', { type: 'channel_archive', channel: '../../etc/passwd' }],
    ['an id that is endless', { type: 'channel_archive', channel: 'C'.repeat(33) }],
    ['no new id', { type: 'channel_id_changed', old_channel_id: 'C1' }],
    ['nobody who joined', { type: 'member_joined_channel', channel: 'C1' }],
  ])('with %s it is odd, and ignored', (_, event) => {
    expect(read({ ...ENVELOPE, event })).toEqual({ kind: 'ignored', type: expect.any(String), isOdd: true });
  });

  test('a name is cut where the message ends it, and left out where there is none', () => {
    expect(read({ ...ENVELOPE, event: { type: 'channel_rename', channel: { id: 'C1', name: 'x'.repeat(999) } } })).toMatchObject({ channel: { name: 'x'.repeat(200) } });
    expect(read({ ...ENVELOPE, event: { type: 'channel_created', channel: { id: 'C1', name: 7 } } })).toMatchObject({ channel: { id: 'C1' } });
  });
});

describe('what is told of people', () => {
  test.each<[string, object, object]>([
    ['somebody is called otherwise', {}, ALICE],
    ['somebody was deactivated', { deleted: true }, { ...ALICE, isDeactivated: true }],
    ['a bot', { is_bot: true }, { ...ALICE, isBot: true }],
    ['no e-mail, for want of the scope', { profile: { real_name: 'Alice Adams' } }, { id: 'U1', name: 'alice', displayName: 'Alice Adams', realName: 'Alice Adams', isBot: false, isDeactivated: false }],
    ['very long names', { name: 'n'.repeat(999), profile: { display_name: 'd'.repeat(999), real_name: 'r'.repeat(999), email: `${'e'.repeat(400)}@acme.test` } },
      { id: 'U1', name: 'n'.repeat(200), displayName: 'd'.repeat(200), realName: 'r'.repeat(200), isBot: false, isDeactivated: false }],
  ])('%s', (_, changes, person) => {
    expect(read(userChange(changes))).toEqual({ kind: 'person', ...FINER, person });
  });

  test.each<[string, object, boolean]>([
    ['somebody of another company', { is_stranger: true }, false],
    ['nobody', { id: undefined }, true],
    ['an id that is none', { id: 'u 1' }, true],
    ['a name that is none', { profile: { display_name: { evil: true } } }, true],
  ])('%s is ignored', (_, changes, isOdd) => {
    expect(read(userChange(changes))).toEqual({ kind: 'ignored', type: 'user_change', isOdd });
  });
});

test('every event that the manifest asks for is understood', () => {
  const { settings } = appManifest('published', 'https://tocsin.test') as { settings: { event_subscriptions: { bot_events: string[] } } };
  const understood = new Set(['app_uninstalled', 'tokens_revoked', 'user_change', ...CHANNEL_EVENTS.map(([{ type }]) => type)]);
  expect(new Set(settings.event_subscriptions.bot_events)).toEqual(understood);
});
