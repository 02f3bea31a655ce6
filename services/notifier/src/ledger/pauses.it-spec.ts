import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { AuditEntry, ConnectionChanged, PausedDeliveries, Pauses, ResumedDeliveries } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

jest.setTimeout(20_000);

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.clear();
  connection = await notifier.connect();
});

function workflow(workflowId: string): { kind: 'workflow'; workflowId: string; version: number; stepId: string } {
  return { kind: 'workflow', workflowId, version: 1, stepId: 's' };
}

async function send(workflowId?: string): Promise<string> {
  const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' }, ...(workflowId !== undefined && { source: workflow(workflowId) }) });
  await eventually(async () => (await notifier.delivery(id)).state !== 'accepted');
  return id;
}

async function pause(workflowId?: string): Promise<PausedDeliveries> {
  const { status, body } = await notifier.call<PausedDeliveries>('POST', '/v1/deliveries/pause', { body: workflowId === undefined ? {} : { workflowId } });
  expect(status).toBe(200);
  return body;
}

async function resume(workflowId?: string): Promise<ResumedDeliveries> {
  const { status, body } = await notifier.call<ResumedDeliveries>('POST', '/v1/deliveries/resume', { body: workflowId === undefined ? {} : { workflowId } });
  expect(status).toBe(200);
  return body;
}

async function isHeld(id: string): Promise<boolean> {
  const [row] = await notifier.database.query<{ held: boolean }>(`select held_since is not null as held from notifier.ledger where delivery_id = $1`, [id]);
  return row?.held === true;
}

/** So that what is sent waits: Slack asks for a while. */
async function keepInLine(): Promise<void> {
  await notifier.database.query(`update notifier.lanes set next_at = clock_timestamp() + interval '1 hour'`);
}

/** One by it, and so many like that one. */
async function letWait(workflowId: string, more: number): Promise<void> {
  await notifier.settled(await send(workflowId));
  await keepInLine();
  await notifier.database.query(
    `insert into notifier.deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, workflow_id, created_at)
     select organization_id, 'waits-' || n, lane_id, connection_id, priority, said_at, expires_at, workflow_id, created_at
     from notifier.ledger cross join generate_series(1, $2::int) n where delivery_id = $1`,
    [await send(workflowId), more],
  );
}

/** How many are held. */
async function held(): Promise<number> {
  const [row] = await notifier.database.query<{ held: number }>('select count(*)::int as held from notifier.ledger where held_since is not null');
  return row?.held ?? 0;
}

describe('a pause of a workflow', () => {
  test('holds its digests as well', async () => {
    await pause('w1');
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' }, source: { kind: 'digest', workflowId: 'w1', of: 2 } });
    await eventually(async () => (await notifier.delivery(id)).state !== 'accepted');
    expect(await isHeld(id)).toBe(true);
    await resume('w1');
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  });

  test('holds what waits and what arrives of it, says by whom, and lets everything else go', async () => {
    expect(await pause('w1')).toEqual({ paused: true, waiting: 0 });
    const [held, other, byHand] = [await send('w1'), await send('w2'), await send()];
    for (const id of [other, byHand]) expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
    expect(await notifier.delivery(held)).toMatchObject({ state: 'waiting', waitingFor: { reason: 'sending for its workflow was paused by noa@acme.test' } });
    expect((await notifier.call<Pauses>('GET', '/v1/deliveries/pauses')).body).toEqual({ items: [{ workflowId: 'w1', pausedAt: expect.any(String), pausedBy: 'noa@acme.test', waiting: 1 }] });
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 1 });
    const posted = await notifier.settled(held);
    expect(posted.state).toBe('posted');
    expect(posted.timeline?.map(({ kind, text }) => [kind, text])).toEqual([['accepted', 'Accepted and put in line'], ['paused', 'Sending was paused by noa@acme.test'], ['resumed', 'Sending goes on'], ['posted', expect.anything()]]);
    expect((await notifier.call<Pauses>('GET', '/v1/deliveries/pauses')).body).toEqual({ items: [] });
  });

  test('holds what stands in line already', async () => {
    await notifier.settled(await send('w1'));
    await keepInLine();
    const [one, two, other] = [await send('w1'), await send('w1'), await send('w2')];
    expect(await pause('w1')).toEqual({ paused: true, waiting: 2 });
    expect([await isHeld(one), await isHeld(two), await isHeld(other)]).toEqual([true, true, false]);
    expect((await notifier.delivery(one)).timeline?.at(-1)).toMatchObject({ kind: 'paused', text: 'Sending was paused by noa@acme.test' });
    await notifier.database.query(`update notifier.lanes set next_at = clock_timestamp()`);
    await notifier.settled(other);
    expect(await notifier.delivery(one)).toMatchObject({ state: 'waiting' });
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 2 });
    for (const id of [one, two]) expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  });

  test('is said of what it covers, also before that is held', async () => {
    await notifier.settled(await send('w1'));
    await keepInLine();
    const id = await send('w1');
    await notifier.database.query(`insert into notifier.pauses (organization_id, workflow_id, paused_by) values ('acme', 'w1', 'noa@acme.test')`);
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting', waitingFor: { reason: 'sending for its workflow was paused by noa@acme.test' } });
  });

  test('holds what comes back to its line after an attempt', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', status: 503, latencyMs: 600, times: 1 });
    const id = await send('w1');
    await eventually(async () => (await notifier.delivery(id)).state === 'posting');
    await pause('w1');
    await eventually(async () => (await notifier.delivery(id)).state === 'waiting');
    expect(await isHeld(id)).toBe(true);
    await resume('w1');
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  }, 20_000);
});

describe('a pause of the organization', () => {
  test('holds everything of it and nothing of others', async () => {
    expect(await pause()).toEqual({ paused: true, waiting: 0 });
    const [byHand, ofWorkflow] = [await send(), await send('w1')];
    expect(await notifier.delivery(byHand)).toMatchObject({ state: 'waiting', waitingFor: { reason: 'sending was paused by noa@acme.test' } });
    const theirs = await notifier.connect({ organizationId: 'globex' });
    const id = await notifier.send({ organizationId: 'globex', connectionId: theirs.id, destination: { id: 'C0GENERAL1' } });
    await eventually(async () => (await notifier.posts(id, 'C0GENERAL1')) === 1);
    expect((await notifier.call<Pauses>('GET', '/v1/deliveries/pauses', { organization: 'globex' })).body).toEqual({ items: [] });
    expect(await resume()).toEqual({ resumed: true, waiting: 2 });
    for (const held of [byHand, ofWorkflow]) expect(await notifier.settled(held)).toMatchObject({ state: 'posted' });
  });

  test('ends without freeing what its workflow’s own pause holds', async () => {
    await pause('w1');
    await pause();
    const [ofWorkflow, byHand] = [await send('w1'), await send()];
    expect((await notifier.call<Pauses>('GET', '/v1/deliveries/pauses')).body.items).toMatchObject([{ waiting: 2 }, { workflowId: 'w1', waiting: 1 }]);
    expect(await resume()).toEqual({ resumed: true, waiting: 1 });
    await notifier.settled(byHand);
    expect(await notifier.delivery(ofWorkflow)).toMatchObject({ state: 'waiting', waitingFor: { reason: expect.stringContaining('for its workflow') } });
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 1 });
    await notifier.settled(ofWorkflow);
  });

  test('outlives the end of a workflow’s pause', async () => {
    await pause();
    await pause('w1');
    const id = await send('w1');
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 0 });
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting' });
    await resume();
    await notifier.settled(id);
  });
});

describe('the time in which a delivery is held', () => {
  test('counts not to its life: it does not expire meanwhile, and has as long as before afterwards', async () => {
    await pause('w1');
    const id = await send('w1');
    await notifier.database.query(`update notifier.deliveries set held_since = held_since - interval '40 hours', created_at = created_at - interval '40 hours', expires_at = expires_at - interval '40 hours' where delivery_id = $1`, [id]);
    await notifier.close();
    await notifier.open(); // looks for what has waited too long
    await eventually(async () => (await notifier.call('GET', '/health/ready')).status === 200);
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting' });
    await keepInLine();
    await resume('w1');
    const [row] = await notifier.database.query<{ hours: number }>(`select extract(epoch from expires_at - clock_timestamp())::float8 / 3600 as hours from notifier.ledger where delivery_id = $1`, [id]);
    expect(row?.hours).toBeGreaterThan(23.9);
    expect(row?.hours).toBeLessThan(24.1);
  }, 20_000);
});

describe('pausing', () => {
  test('twice is one pause, by whom it was first', async () => {
    await pause('w1');
    await notifier.database.query(`update notifier.pauses set paused_by = 'ada'`);
    await pause('w1');
    expect((await notifier.call<Pauses>('GET', '/v1/deliveries/pauses')).body.items).toMatchObject([{ pausedBy: 'ada' }]);
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 0 });
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 0 });
    const { body } = await notifier.call<{ items: AuditEntry[] }>('GET', '/v1/audit');
    expect(body.items.map(({ action, target }) => [action, target])).toEqual([['deliveries.resumed', { kind: 'workflow', id: 'w1' }], ['deliveries.paused', { kind: 'workflow', id: 'w1' }]]);
  });

  test('goes over batches, and what was interrupted is finished by whoever looks next', async () => {
    await letWait('w1', 1100);
    expect(await pause('w1')).toEqual({ paused: true, waiting: 1101 });
    await notifier.database.query('delete from notifier.pauses'); // as if a resumption had got no further
    await eventually(async () => (await held()) === 0, { timeout: 20_000 });
    await notifier.database.query('delete from notifier.deliveries');
  }, 40_000);

  test('answers before very much is held, or let go, with how much that is; the rest follows', async () => {
    await letWait('w1', 20_000);
    expect(await pause('w1')).toEqual({ paused: true, waiting: 20_001 });
    expect(await held()).toBeLessThan(20_001);
    expect((await notifier.call<Pauses>('GET', '/v1/deliveries/pauses')).body.items).toMatchObject([{ waiting: 20_001 }]);
    await eventually(async () => (await held()) === 20_001, { timeout: 60_000 });
    expect(await resume('w1')).toEqual({ resumed: true, waiting: 20_001 });
    expect(await held()).toBeGreaterThan(0);
    await eventually(async () => (await held()) === 0, { timeout: 60_000 });
    await notifier.database.query('delete from notifier.deliveries');
  }, 140_000);

  test('is refused without the permission, and with unknown fields', async () => {
    for (const action of ['pause', 'resume']) {
      expect((await notifier.call('POST', `/v1/deliveries/${action}`, { roles: ['viewer'], body: {} })).status).toBe(403);
      expect((await notifier.call('POST', `/v1/deliveries/${action}`, { body: { workflow: 'w1' } })).status).toBe(400);
    }
    expect((await notifier.call('GET', '/v1/deliveries/pauses', { roles: ['viewer'] })).status).toBe(200);
  });
});
