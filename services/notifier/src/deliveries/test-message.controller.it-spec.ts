import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged, DeliverySummary } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningNotifier, type Answer } from '../../test/running-notifier.js';

let notifier: RunningNotifier;

beforeAll(async () => { notifier = await RunningNotifier.start(); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

async function send({ id }: ConnectionChanged, key: string): Promise<Answer<{ deliveryId?: string }>> {
  return notifier.call('POST', `/v1/connections/${id}/test-messages`, { headers: { 'idempotency-key': key }, body: { destination: { id: 'C0SECALERT' } } });
}

async function knownAs(state: string, { id }: ConnectionChanged): Promise<void> {
  await eventually(async () => (await notifier.database.query('select 1 from notifier.connections where connection_id = $1 and state = $2', [id, state])).length === 1);
}

describe('a test message of a workspace that was disconnected', () => {
  test('is refused as any message is, and nothing waits for the day when it is connected again', async () => {
    const connection = await notifier.connect();
    await knownAs('active', connection);
    const before = await send(connection, 'before');
    expect(before.status).toBe(202);
    await notifier.connect({ id: connection.id, version: 2, disconnected: true });
    await knownAs('disconnected', connection);
    const { accepted } = (await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body;
    expect(await send(connection, 'after')).toMatchObject({ status: 409, body: { type: 'urn:tocsin:problem:connection_disconnected', title: 'The workspace is disconnected', detail: expect.stringContaining(connection.id) } });
    expect((await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body).toMatchObject({ accepted });
    expect(await send(connection, 'before')).toMatchObject({ status: 202, body: before.body });
    await notifier.connect({ id: connection.id, version: 3 });
    await knownAs('active', connection);
    expect((await send(connection, 'after')).status).toBe(202);
  });
});
