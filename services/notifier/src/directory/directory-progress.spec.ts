import { describe, expect, test } from '@jest/globals';

import { completenessOf, statusOf, type ListProgress } from './directory-progress.js';

const [SOON, LATER] = [new Date('2026-11-26T10:00:00Z'), new Date('2026-11-26T22:00:00Z')];
const SYNCED = new Date('2026-11-26T09:00:00Z');

const whole = (list: ListProgress['list'], over: Partial<ListProgress> = {}): ListProgress => ({ list, state: 'idle', reason: null, runAt: LATER, read: 5, total: 5, syncedAt: SYNCED, have: 5, ...over });
const begun = (list: ListProgress['list'], over: Partial<ListProgress> = {}): ListProgress => ({ list, state: 'syncing', reason: null, runAt: SOON, read: 2, total: null, syncedAt: null, have: 2, ...over });
const WHOLE = [whole('member-channels'), whole('channels'), whole('people')];

describe('the state of a directory', () => {
  test.each<[string, ListProgress[], boolean, object]>([
    ['never asked for', [], true, { state: 'idle', channels: { have: 0, complete: false }, people: { have: 0, complete: false } }],
    ['whole: since when, and when it is read again', WHOLE, true, { state: 'idle', channels: { have: 5, estimated: 5, complete: true, syncedAt: SYNCED.toISOString() }, people: expect.anything(), nextSyncAt: LATER.toISOString() }],
    ['the first time: no estimate', [begun('channels'), begun('people')], true, { state: 'syncing', channels: { have: 2, read: 2, complete: false }, people: { have: 2, read: 2, complete: false } }],
    ['again: how far, of how many', [whole('channels', { state: 'syncing', read: 3 }), whole('people')], true, { state: 'syncing', channels: { have: 5, read: 3, estimated: 5, complete: true, syncedAt: SYNCED.toISOString() }, people: expect.anything() }],
    ['one list waits while another is read: which, and why', [begun('channels'), begun('people', { state: 'paused', reason: 'Slack asked us to slow down.' })], true, { state: 'syncing', reason: 'People: Slack asked us to slow down.' }],
    ['all that is left waits: until when', [whole('channels'), begun('people', { state: 'paused', reason: 'Slow down.' })], true, { state: 'paused', reason: 'People: Slow down.', resumesAt: SOON.toISOString() }],
    ['one list failed, the other is whole', [whole('channels'), begun('people', { state: 'failed', reason: 'No scope.' })], true, { state: 'failed', reason: 'People: No scope.' }],
    ['all failed for one reason: said once', [begun('channels', { state: 'failed', reason: 'Revoked.' }), begun('people', { state: 'failed', reason: 'Revoked.' })], true, { state: 'failed', reason: 'Revoked.' }],
    ['not connected in the middle', [begun('channels'), whole('people')], false, { state: 'paused', reason: expect.stringContaining('not connected') }],
    ['the credential was refused by one list, the others never began', [begun('member-channels', { state: 'failed', reason: 'Revoked.' }), begun('channels'), begun('people')], false, { state: 'failed', reason: 'Revoked.' }],
    ['not read again by itself', WHOLE.map((one) => ({ ...one, runAt: null })), true, { state: 'idle' }],
  ])('%s', (_, lists, isConnected, expected) => {
    const status = statusOf(lists, isConnected);
    expect(status).toMatchObject(expected);
    for (const key of ['reason', 'resumesAt', 'nextSyncAt'] as const) expect([key, key in status]).toEqual([key, key in expected]);
  });
});

describe('how far the picker can be trusted', () => {
  test.each<[string, ListProgress[], ('channel' | 'user')[], boolean, object]>([
    ['all of it', WHOLE, ['channel', 'user'], true, { complete: true, syncedAt: SYNCED.toISOString() }],
    ['people are not asked for', [whole('channels'), begun('people')], ['channel'], true, { complete: true, syncedAt: SYNCED.toISOString() }],
    ['still being filled', [begun('channels'), begun('people')], ['channel', 'user'], true, { complete: false, reason: 'The list is still being filled: 2 channels and 2 people so far.' }],
    ['failed', [whole('channels'), begun('people', { state: 'failed', reason: 'No scope.' })], ['channel', 'user'], true, { complete: false, reason: 'People: No scope.' }],
    ['whole, and reading it again fails', [whole('channels', { state: 'failed', reason: 'No scope.' })], ['channel'], true, { complete: true, syncedAt: SYNCED.toISOString(), reason: 'No scope.' }],
    ['never asked for', [], ['channel', 'user'], true, { complete: false, reason: expect.any(String) }],
  ])('%s', (_, lists, kinds, isConnected, expected) => {
    expect(completenessOf(lists, kinds, isConnected)).toEqual(expected);
  });
});
