import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import type { AuditEntry } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { aConnection } from '../../test/opened-lanes.js';
import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;

beforeAll(async () => { notifier = await RunningNotifier.start(); }, 60_000);

afterEach(() => {
  notifier.peers.away = false;
});

afterAll(() => notifier.stop(), 30_000);

const destination = { id: 'C0SECALERT' };

/** Once connector was asked this many times more of a connection. */
async function askedAgain(connectionId: string, times: number): Promise<void> {
  const askedAt = async (): Promise<string> => {
    const [row] = await notifier.database.query<{ asked: string | null }>('select asked_at::text as asked from notifier.connections where connection_id = $1', [connectionId]);
    return row?.asked ?? '';
  };
  for (let time = 0; time < times; time += 1) {
    const before = await askedAt();
    await eventually(async () => (await askedAt()) > before);
  }
}

describe('a command of a connection that nobody told us of', () => {
  test('waits while connector cannot be asked, and is sent once it can', async () => {
    const connection = await notifier.connect({}, { silently: true });
    notifier.peers.away = true;
    const id = await notifier.send({ connectionId: connection.id, destination });
    await eventually(async () => (await notifier.delivery(id)).state === 'waiting');
    await askedAgain(connection.id, 2);
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting' });
    notifier.peers.away = false;
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 1 });
  }, 30_000);

  test('fails when connector has none, and the next command asks again', async () => {
    const connectionId = uuid();
    expect(await notifier.settled(await notifier.send({ connectionId, destination }))).toMatchObject({ state: 'failed', error: { code: 'connection_not_found' } });
    await notifier.connect({ id: connectionId }, { silently: true });
    expect(await notifier.settled(await notifier.send({ connectionId, destination }))).toMatchObject({ state: 'posted' });
  }, 30_000);

  test('and that turns out to be of another organization fails, is audited where it came from, and is an error in the log', async () => {
    const theirs = aConnection({ id: uuid(), organizationId: 'globex' });
    notifier.peers.away = true;
    const ids = [await notifier.send({ connectionId: theirs.id, destination }), await notifier.send({ connectionId: theirs.id, destination, source: { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } })];
    const rightful = await notifier.send({ connectionId: theirs.id, destination, organizationId: 'globex' });
    for (const id of ids) await eventually(async () => (await notifier.delivery(id)).state === 'waiting');
    await eventually(async () => (await notifier.call('GET', `/v1/deliveries/${rightful}`, { organization: 'globex' })).status === 200);
    await notifier.connect(theirs, { silently: true });
    notifier.peers.away = false;
    for (const id of ids) expect(await notifier.settled(id)).toMatchObject({ state: 'failed', error: { code: 'connection_not_found' } });
    await notifier.database.query(`insert into notifier.channels (connection_id, channel_id, name, sought, is_private, is_shared, is_archived, is_member, seen_at) values ($1, 'C0SECALERT', 'theirs', 'theirs', false, false, false, true, now()) on conflict (connection_id, channel_id) do update set name = 'theirs'`, [theirs.id]);
    for (const id of ids) expect((await notifier.delivery(id)).destination.name).not.toBe('#theirs');
    await eventually(async () => (await notifier.messages('C0SECALERT')).some((message) => message.metadata?.event_payload?.delivery_id === rightful));
    const { body } = await notifier.call<{ items: AuditEntry[] }>('GET', `/v1/audit?target=${theirs.id}`);
    expect(body.items.map(({ actor, after }) => [actor.id, (after as { commandId: string }).commandId]).sort()).toEqual([['manual', ids[0]], ['workflow', ids[1]]]);
    expect(body.items[0]).toMatchObject({ action: 'command.refused', actor: { kind: 'system' }, target: { kind: 'connection', id: theirs.id }, after: { reason: 'the connection belongs to another organization' } });
    expect((await notifier.call<{ items: AuditEntry[] }>('GET', `/v1/audit?target=${theirs.id}`, { organization: 'globex' })).body.items).toEqual([]);
    const lines = notifier.log.filter(({ level, connectionId }) => level === 'error' && connectionId === theirs.id);
    expect(lines.map(({ commandId }) => commandId).sort()).toEqual([...ids].sort());
    expect(lines[0]).toMatchObject({ organizationId: 'acme', msg: 'a command names a connection of another organization' });
  }, 30_000);
});
