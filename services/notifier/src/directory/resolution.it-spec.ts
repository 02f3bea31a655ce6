/** Addresses that only Slack can tell the meaning of: it is asked within its limits, and each workspace at its own pace. */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

const LOOK_UP = 'users.lookupByEmail';
let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start();
  connection = await notifier.connect();
  await eventually(async () => (await notifier.database.query(`select 1 from notifier.directory_lists where connection_id = $1 and list = 'channels' and state = 'idle'`, [connection.id])).length === 1);
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

afterEach(async () => {
  await notifier.control('faults', { reset: true });
});

async function asked(): Promise<number> {
  const response = await fetch(`${notifier.sandbox.url}/sandbox/requests`);
  const { items } = (await response.json()) as { items: { method: string }[] };
  return items.filter(({ method }) => method === LOOK_UP).length;
}

/** Messages to as many people whom our copy does not know. */
async function sendToStrangers(count: number, connectionId: string): Promise<string[]> {
  return notifier.sendAll(Array.from({ length: count }, (_, n) => ({ connectionId, destination: { email: `stranger-${n}@${connectionId}.test` } })));
}

describe('addresses that Slack is asked for', () => {
  test('wait together when it says "too fast": none of their workspace is asked for before that time', async () => {
    const before = await asked();
    await notifier.control('faults', { method: LOOK_UP, status: 429, retryAfter: 3 });
    const ids = await sendToStrangers(60, connection.id);
    await eventually(async () => (await asked()) > before);
    await sleep(1500);
    expect((await asked()) - before).toBeLessThanOrEqual(20);
    await notifier.control('faults', { reset: true });
    for (const id of ids) expect(await notifier.settled(id)).toMatchObject({ state: 'failed', error: { code: 'users_not_found' } });
  }, 30_000);

  test('do not wait for those of another workspace, however many these are and however slowly Slack answers', async () => {
    const other = await notifier.connect({ workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
    await notifier.control('faults', { method: LOOK_UP, latencyMs: 1000 });
    const before = await asked();
    await sendToStrangers(120, other.id);
    await eventually(async () => (await asked()) > before);
    const sentAt = Date.now();
    const { state } = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { email: 'alice@acme.test' } }));
    expect(state).toBe('posted');
    expect(Date.now() - sentAt).toBeLessThan(2500);
  }, 30_000);
});

test('an address that a dead token cannot look up stops its connection and reports it, as a message would; it waits as long as that takes', async () => {
  await notifier.control('faults', { method: LOOK_UP, error: 'token_revoked', times: 1 });
  const id = await notifier.send({ connectionId: connection.id, destination: { email: 'bob@acme.test' } });
  await eventually(() => notifier.heard.some(({ type, data }) => type === 'connection.reported.v1' && data['connectionId'] === connection.id && data['slackError'] === 'token_revoked'));
  expect((await notifier.delivery(id)).waitingFor?.reason).toContain('Slack no longer accepts the credentials');
  await notifier.publish('connection.changed.v1', 'acme', Object.assign({}, connection, { version: 2 }));
  expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
});

test('a name that cannot be looked up, since Slack refuses the list of channels, says so', async () => {
  await notifier.control('faults', { method: 'conversations.list', error: 'missing_scope' });
  const narrow = await notifier.connect({ workspace: { id: 'T0GLOBEX02', name: 'Globex', url: 'https://globex.slack.com' } });
  const id = await notifier.send({ connectionId: narrow.id, destination: { name: '#nowhere' } });
  await eventually(async () => (await notifier.delivery(id)).waitingFor?.reason.startsWith('looking for #nowhere in the workspace: '));
  expect((await notifier.delivery(id)).waitingFor?.reason).toMatch(/scope/);
}, 20_000);
