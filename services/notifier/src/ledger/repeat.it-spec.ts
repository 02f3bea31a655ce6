import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { AcceptedReplay, AcceptedReplays, ConnectionChanged, Problem, ReplayProgress } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';

import { aConnection } from '../../test/opened-lanes.js';
import { RunningNotifier, type Answer } from '../../test/running-notifier.js';

jest.setTimeout(30_000);

const THERE = 'C0SECALERT';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.clear();
  connection = await notifier.connect();
});

async function failed(): Promise<string> {
  const id = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' } });
  expect(await notifier.settled(id)).toMatchObject({ state: 'failed' });
  return id;
}

function replay(id: string, body: object = {}): Promise<Answer<AcceptedReplay & Problem>> {
  return notifier.call('POST', `/v1/deliveries/${id}/replay`, { body });
}

/** Sends it where it fails again. @returns the id of that replay */
async function failedAgain(id: string): Promise<string> {
  const { deliveryId } = (await replay(id, { destination: { name: '#nowhere' } })).body;
  expect(await notifier.settled(deliveryId)).toMatchObject({ state: 'failed' });
  return deliveryId;
}

async function replayMany(id: readonly string[], body: object = {}): Promise<ReplayProgress> {
  return done((await notifier.call<AcceptedReplays>('POST', '/v1/deliveries/replay', { body: { filter: { id }, destination: { id: THERE }, ...body } })).body.replayId);
}

async function done(replayId: string): Promise<ReplayProgress> {
  return eventually(async () => {
    const { body } = await notifier.call<ReplayProgress>('GET', `/v1/deliveries/replays/${replayId}`);
    return body.state === 'done' && body;
  });
}

async function replays(): Promise<{ id: string; of: string }[]> {
  return notifier.database.query('select delivery_id as id, replay_of as of from notifier.commands where replay_of is not null order by created_at, delivery_id');
}

/** Nothing enters the line of {@link THERE} until `meanwhile` is done, or two seconds have passed. */
async function withLineLocked(meanwhile: () => Promise<void>): Promise<void> {
  await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: THERE } }));
  const held = notifier.database.query(`do $$ begin perform 1 from notifier.lanes where destination_key like '%${THERE}%' for update; perform pg_sleep(2); end $$`);
  await eventually(async () => (await waiting(`query like 'do $$%' and wait_event = 'PgSleep'`)) === 1);
  await meanwhile();
  await held;
}

async function waiting(condition: string): Promise<number> {
  const [counted] = await notifier.database.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and ${condition}`);
  return counted?.n ?? 0;
}

describe('what is repeated at one moment by several', () => {
  const there = { destination: { id: THERE } };

  test('is repeated once: the others hear of it', async () => {
    const id = await failed();
    let answers: Promise<Answer<AcceptedReplay & Problem>[]> = Promise.resolve([]);
    await withLineLocked(async () => {
      answers = Promise.all([replay(id, there), replay(id, there), replay(id, there)]);
      await eventually(async () => (await waiting(`wait_event_type = 'Lock'`)) === 3);
    });
    const bodies = await answers;
    expect(bodies.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const [only, ...more] = await replays();
    expect(more).toEqual([]);
    for (const { status, body } of bodies) expect(status === 202 ? body.deliveryId : body.detail).toContain(only?.id);
  });

  test('is repeated once as well when one of them repeats many', async () => {
    const [id, other] = [await failed(), await failed()];
    let alone: Promise<Answer<AcceptedReplay & Problem>> | undefined;
    let many: Promise<ReplayProgress> | undefined;
    await withLineLocked(async () => {
      many = replayMany([id, other]);
      await eventually(async () => (await waiting(`wait_event_type = 'Lock'`)) === 1);
      alone = replay(id, there);
      await eventually(async () => (await waiting(`wait_event_type = 'Lock'`)) === 2);
    });
    expect((await alone)?.status).toBe(409);
    expect(await many).toMatchObject({ done: 2, skipped: 0 });
    expect((await replays()).map(({ of }) => of).sort()).toEqual([id, other].sort());
  });
});

describe('what was repeated already', () => {
  test('is not repeated while that waits, unless it is forced', async () => {
    const id = await failed();
    await notifier.publish('connection.changed.v1', 'acme', aConnection({ id: connection.id, version: 2, paused: true }));
    await eventually(async () => (await notifier.database.query<{ state: string }>('select state from notifier.connections where connection_id = $1', [connection.id]))[0]?.state === 'paused');
    const first = (await replay(id, { destination: { id: THERE } })).body.deliveryId;
    expect(await notifier.delivery(first)).toMatchObject({ state: 'waiting' });
    expect((await replay(id)).body.detail).toContain(first);
    expect(await replayMany([id])).toMatchObject({ done: 0, skipped: 1 });
    expect((await replay(id, { force: true })).status).toBe(202);
  });

  test('counts as such when only a replay of its replay was posted, and so it is for the replays between', async () => {
    const first = await failed();
    const second = await failedAgain(first);
    const third = await failedAgain(second);
    const posted = (await replay(second, { destination: { id: THERE } })).body.deliveryId;
    expect(await notifier.settled(posted)).toMatchObject({ state: 'posted' });
    for (const id of [first, second, third]) {
      const { status, body } = await replay(id);
      expect([status, body.detail]).toEqual([409, expect.stringContaining(posted)]);
    }
    expect(await replayMany([first, second, third])).toMatchObject({ done: 0, skipped: 3 });
    expect((await replay(third, { force: true, destination: { name: '#nowhere' } })).status).toBe(202);
  });

  test('and failed is repeated once by a replay of all that failed, as it was asked for last', async () => {
    const first = await failed();
    const second = await failedAgain(first);
    const other = await failed();
    expect(await replayMany([first, second, other])).toEqual({ state: 'done', matched: 3, done: 2, skipped: 1 });
    expect((await replays()).slice(1).map(({ of }) => of).sort()).toEqual([second, other].sort());
  });

  test('does not count when it repeats a message that was forced to be posted once more', async () => {
    const first = await notifier.send({ connectionId: connection.id, destination: { id: THERE } });
    await notifier.settled(first);
    const { deliveryId } = (await replay(first, { force: true, destination: { name: '#nowhere' } })).body;
    await notifier.settled(deliveryId);
    const { body } = await replay(deliveryId, { destination: { id: 'C0GENERAL1' } });
    expect(await notifier.settled(body.deliveryId)).toMatchObject({ state: 'posted' });
  });
});

describe('what Slack may have already', () => {
  const MARK = 'An earlier message about this may be here already: Slack did not confirm it.';

  async function unconfirmed(issues: readonly Issue[]): Promise<string> {
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'before', times: 1 });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: THERE }, issues: [...issues], source: { kind: 'manual', user: 'noa@acme.test' } });
    expect(await notifier.settled(id)).toMatchObject({ state: 'unconfirmed' });
    return id;
  }

  async function message(id: string, channel: string): Promise<string> {
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
    return JSON.stringify((await notifier.messages(channel)).find(({ metadata }) => metadata?.event_payload?.delivery_id === id)?.blocks);
  }

  test.each([['several issues', [anIssue(), anIssue()]], ['one issue', [anIssue()]]])('is repeated with a mark that says so, when it is about %s; not elsewhere', async (_, issues) => {
    const id = await unconfirmed(issues);
    expect((await message((await replay(id)).body.deliveryId, THERE)).split(MARK)).toHaveLength(2);
    expect(await message((await replay(id, { force: true, destination: { id: 'C0GENERAL1' } })).body.deliveryId, 'C0GENERAL1')).not.toContain(MARK);
  });

  test('keeps its mark when the replay failed and is repeated, but not to elsewhere', async () => {
    const id = await unconfirmed([anIssue(), anIssue()]);
    await notifier.control('faults', { method: 'chat.postMessage', error: 'not_in_channel', times: 1 });
    const again = (await replay(id)).body.deliveryId;
    expect(await notifier.settled(again)).toMatchObject({ state: 'failed' });
    expect(await message((await replay(again)).body.deliveryId, THERE)).toContain(MARK);
    expect(await message((await replay(again, { force: true, destination: { id: 'C0GENERAL1' } })).body.deliveryId, 'C0GENERAL1')).not.toContain(MARK);
  });

  test('is repeated with it by a replay of many', async () => {
    const id = await unconfirmed([anIssue(), anIssue()]);
    expect(await replayMany([id])).toMatchObject({ done: 1 });
    expect(await message((await replays())[0]?.id ?? '', THERE)).toContain(MARK);
  });
});
