import { expect, test } from '@jest/globals';

import { readSlackEvent } from './slack-event.js';

const ENVELOPE = { type: 'event_callback', event_id: 'Ev1', event_time: 1_764_000_000, team_id: 'T1', api_app_id: 'A1' };
const REVOKED = { kind: 'revoked', eventId: 'Ev1', at: new Date(1_764_000_000_000), workspaceId: 'T1', appId: 'A1' };

test.each([
  ['a challenge', { type: 'url_verification', challenge: 'abc' }, { kind: 'challenge', challenge: 'abc' }],
  ['a challenge without a text', { type: 'url_verification', challenge: 1 }, undefined],
  ['a removed app', { ...ENVELOPE, event: { type: 'app_uninstalled' } }, { ...REVOKED, reason: 'app_uninstalled' }],
  ['revoked tokens, by the bots they belong to', { ...ENVELOPE, event: { type: 'tokens_revoked', tokens: { oauth: ['U9'], bot: ['U1', 7] } } }, { ...REVOKED, reason: 'tokens_revoked', botUserIds: ['U1'] }],
  ['revoked tokens of people only', { ...ENVELOPE, event: { type: 'tokens_revoked', tokens: { oauth: ['U9'] } } }, { ...REVOKED, reason: 'tokens_revoked', botUserIds: [] }],
  ['an event of another kind', { ...ENVELOPE, event: { type: 'channel_rename' } }, { kind: 'ignored' }],
  ['an envelope of another kind', { type: 'app_rate_limited' }, { kind: 'ignored' }],
  ['a removed app without a time', { ...ENVELOPE, event_time: '1', event: { type: 'app_uninstalled' } }, undefined],
])('%s', (_, body, expected) => {
  expect(readSlackEvent(Buffer.from(JSON.stringify(body)))).toEqual(expected);
});

test.each([[''], ['{'], ['null'], ['7']])('%j is no event', (body) => {
  expect(readSlackEvent(Buffer.from(body))).toBeUndefined();
});
