import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { AcceptedReplay, AcceptedReplays, ConnectionChanged, DeliveryCounts, Problem, ReplayProgress } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';
import pg from 'pg';

import { BY_WORKFLOW } from '../../test/opened-living.js';
import { RunningNotifier, type Answer } from '../../test/running-notifier.js';

jest.setTimeout(30_000);

const THERE = 'C0SECALERT';
const ELSEWHERE = 'C0GENERAL1';
const PARTLY = 'Some of this was told here before, each by itself.';
const MAY_BE_HERE = 'An earlier message about this may be here already: Slack did not confirm it.';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.clear();
  connection = await notifier.connect();
});

/** Nothing enters the line of a destination until it is released. */
class LockedLine {
  private constructor(private readonly client: pg.Client) {}

  static async of(url: string, destination: string): Promise<LockedLine> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    await client.query('select 1 from notifier.lanes where destination_key = $1 for update', [destination]);
    return new LockedLine(client);
  }

  async isWaitedForBy(count: number): Promise<boolean> {
    const { rows } = await this.client.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    return rows[0]?.n === count;
  }

  async release(): Promise<void> {
    await this.client.query('rollback');
    await this.client.end();
  }
}

/** A digest that failed, and what it was to tell, which failed with it. */
async function failedDigest(): Promise<{ digest: string; members: string[] }> {
  const issues = Array.from({ length: 3 }, () => anIssue({ severity: 'high' }));
  const whole = { kind: 'burst', title: '3 issues', totals: { high: 3 }, sections: [{ name: 'High', total: 3, issues }] } as const;
  const nowhere = { connectionId: connection.id, destination: { name: '#nowhere' } };
  const members = await Promise.all(issues.map((issue) => notifier.send({ ...nowhere, source: BY_WORKFLOW, change: 'new', issues: [issue] })));
  const digest = await notifier.send({ ...nowhere, source: { kind: 'digest', of: 3, workflowId: 'w1' }, issues: [], digest: whole } as never);
  for (const id of [...members, digest]) expect(await notifier.settled(id)).toMatchObject({ state: 'failed' });
  await notifier.database.query(`update notifier.deliveries set kind = 'digest' where delivery_id = $1`, [digest]);
  await notifier.database.query('update notifier.deliveries set digest_id = $1 where delivery_id = any($2)', [digest, members]);
  return { digest, members };
}

function replay(id: string, body: object = {}): Promise<Answer<AcceptedReplay & Problem>> {
  return notifier.call('POST', `/v1/deliveries/${id}/replay`, { body });
}

/** As {@link replay}, to where it is posted. @returns the id of that replay */
async function told(id: string, destination = THERE, body: object = {}): Promise<string> {
  const { deliveryId } = (await replay(id, { destination: { id: destination }, ...body })).body;
  expect(await notifier.settled(deliveryId)).toMatchObject({ state: 'posted' });
  return deliveryId;
}

async function replayMany(id: readonly string[], body: object = {}): Promise<ReplayProgress> {
  const { replayId } = (await notifier.call<AcceptedReplays>('POST', '/v1/deliveries/replay', { body: { filter: { id }, destination: { id: THERE }, ...body } })).body;
  return eventually(async () => {
    const progress = (await notifier.call<ReplayProgress>('GET', `/v1/deliveries/replays/${replayId}`)).body;
    return progress.state === 'done' && progress;
  });
}

async function replaysOf(...ids: string[]): Promise<string[]> {
  return (await notifier.database.query<{ id: string }>('select delivery_id as id from notifier.commands where replay_of = any($1) order by created_at', [ids])).map(({ id }) => id);
}

async function notReplayed(): Promise<number> {
  return (await notifier.call<DeliveryCounts>('GET', '/v1/deliveries/counts?replayed=false')).body.byState.failed;
}

async function message(id: string, channel: string): Promise<string> {
  expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  return JSON.stringify((await notifier.messages(channel)).find(({ metadata }) => metadata?.event_payload?.delivery_id === id)?.blocks);
}

test('a digest that is sent again says as of when it is where that is long ago: what became of its issues since is not known', async () => {
  const { digest } = await failedDigest();
  expect(await message(await told(digest), THERE)).not.toContain('Sent again');
  await notifier.database.query(`update notifier.deliveries set settled_at = settled_at - interval '3 hours' where delivery_id = $1`, [digest]);
  const again = await told(digest, ELSEWHERE, { force: true });
  expect(await message(again, ELSEWHERE)).toContain('Sent again, as it was on ');
});

describe('what a digest told, when the digest was replayed since', () => {
  test('was replayed with it: it is refused, passed over, counted as replayed, and told so', async () => {
    const { digest, members } = await failedDigest();
    expect(await notReplayed()).toBe(4);
    const again = await told(digest);
    for (const id of members) {
      const { status, body } = await replay(id);
      expect([status, body.detail]).toEqual([409, expect.stringContaining(again)]);
      expect((await notifier.delivery(id)).timeline?.at(-1)).toMatchObject({ kind: 'replayed', text: `Replayed by noa@acme.test as ${again} (with its digest)` });
    }
    expect(await replayMany(members)).toEqual({ state: 'done', matched: 3, done: 0, skipped: 3 });
    expect(await replayMany([digest, ...members])).toMatchObject({ done: 0, skipped: 4 });
    expect(await notReplayed()).toBe(0);
    expect((await replay(members[0] ?? '', { force: true, destination: { id: ELSEWHERE } })).status).toBe(202);
  });

  test('is refused as long as that replay is under way, and may be sent when that failed', async () => {
    const { digest, members } = await failedDigest();
    const [id = ''] = members;
    await notifier.control('faults', { method: 'chat.postMessage', error: 'not_in_channel', latencyMs: 1500, times: 1 });
    const again = (await replay(digest, { destination: { id: THERE } })).body.deliveryId;
    expect((await replay(id)).status).toBe(409);
    expect(await notifier.settled(again)).toMatchObject({ state: 'failed' });
    await told(id);
  });

  test('and what repeated it by itself before, and failed, are one: a replay of that is refused as well', async () => {
    const { digest, members: [id = ''] } = await failedDigest();
    const failed = (await replay(id)).body.deliveryId;
    expect(await notifier.settled(failed)).toMatchObject({ state: 'failed' });
    const again = await told(digest);
    expect((await replay(failed)).body.detail).toContain(again);
    expect(await replayMany([id, failed])).toMatchObject({ done: 0, skipped: 2 });
  });

  test('is told once by a replay of all that failed, whether the digest or its failed replay is among them', async () => {
    const { digest, members } = await failedDigest();
    const failed = (await replay(digest)).body.deliveryId;
    expect(await notifier.settled(failed)).toMatchObject({ state: 'failed' });
    expect(await replayMany([...members, failed])).toEqual({ state: 'done', matched: 4, done: 1, skipped: 3 });
    expect(await replaysOf(failed, ...members)).toHaveLength(1);
  });

  test('says that it may be there already where Slack did not confirm that replay, not elsewhere', async () => {
    const { digest, members: [id = '', other = ''] } = await failedDigest();
    const { body: settings } = await notifier.call<object>('GET', '/v1/settings/delivery');
    await notifier.call('PUT', '/v1/settings/delivery', { body: { ...settings, unconfirmed: { workflow: 'hold', manual: 'hold' } } });
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'after', times: 1 });
    const again = (await replay(digest, { destination: { id: THERE } })).body.deliveryId;
    expect(await notifier.settled(again)).toMatchObject({ state: 'unconfirmed' });
    expect(await message(await told(id, THERE), THERE)).toContain(MAY_BE_HERE);
    expect(await message(await told(other, ELSEWHERE), ELSEWHERE)).not.toContain(MAY_BE_HERE);
  });

  test('hears of that replay also when both come at one moment', async () => {
    const { digest, members: [id = ''] } = await failedDigest();
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: THERE } }));
    const line = await LockedLine.of(notifier.database.url, THERE);
    const both = [replay(digest, { destination: { id: THERE } })];
    await eventually(() => line.isWaitedForBy(1));
    both.push(replay(id, { destination: { id: THERE } }));
    await eventually(() => line.isWaitedForBy(2));
    await line.release();
    const [whole, alone] = await Promise.all(both);
    expect([whole?.status, alone?.status, alone?.body.detail]).toEqual([202, 409, expect.stringContaining(whole?.body.deliveryId ?? '-')]);
  });
});

describe('a digest of which some was replayed by itself since', () => {
  test('is replayed, for it tells the rest, and says so where some of it was told; not elsewhere', async () => {
    const { digest, members: [id = ''] } = await failedDigest();
    await told(id, THERE);
    const here = await told(digest, THERE);
    expect(await message(here, THERE)).toContain(PARTLY);
    expect(await message(await told(digest, ELSEWHERE, { force: true }), ELSEWHERE)).not.toContain(PARTLY);
  });

  test('is accepted with how many of its messages are told once more', async () => {
    const { digest, members: [id = ''] } = await failedDigest();
    await told(id, THERE);
    const { status, body } = await replay(digest, { destination: { id: THERE } });
    expect([status, body]).toEqual([202, { deliveryId: expect.any(String), replayOf: digest, toldAgain: 1 }]);
    expect((await replay((await failedDigest()).digest, { destination: { id: THERE } })).body).not.toHaveProperty('toldAgain');
  });

  test('says so as well when it is one of many, and its failed replay does when that is replayed', async () => {
    const { digest, members: [id = ''] } = await failedDigest();
    const failed = (await replay(digest)).body.deliveryId;
    expect(await notifier.settled(failed)).toMatchObject({ state: 'failed' });
    await told(id, THERE);
    expect(await replayMany([failed])).toMatchObject({ done: 1 });
    expect(await message((await replaysOf(failed))[0] ?? '', THERE)).toContain(PARTLY);
  });

  test('is refused, and passed over, when all of it was, unless it is forced', async () => {
    const { digest, members } = await failedDigest();
    for (const id of members) await told(id, THERE);
    const { status, body } = await replay(digest, { destination: { id: THERE } });
    expect([status, body.type, body.detail]).toEqual([409, 'urn:tocsin:problem:sent_already', 'All that the digest told was replayed since, each by itself.']);
    expect(await replayMany([digest, ...members])).toMatchObject({ done: 0, skipped: 4 });
    expect(await message(await told(digest, THERE, { force: true }), THERE)).toContain(PARTLY);
  });

  test('is refused, also when it is forced, when nothing was left of it: its messages went on without it', async () => {
    const { digest, members } = await failedDigest();
    await notifier.database.query(`update notifier.deliveries set state = 'suppressed' where delivery_id = $1`, [digest]);
    await notifier.database.query('update notifier.deliveries set digest_id = null where delivery_id = any($1)', [members]);
    const { status, body } = await replay(digest, { destination: { id: THERE }, force: true });
    expect([status, body.detail]).toEqual([409, 'Nothing was left of the digest: its messages went on without it.']);
  });

  test.each(['split', 'leak_guard'])('is refused, and passed over, from when it ended as %s, for its messages are about to be told anew', async (code) => {
    const { digest } = await failedDigest();
    await notifier.database.query(`update notifier.deliveries set state = 'suppressed', error = jsonb_build_object('code', $2::text) where delivery_id = $1`, [digest, code]);
    expect(await replay(digest, { destination: { id: THERE }, force: true })).toMatchObject({ status: 409, body: { detail: 'Nothing was left of the digest: its messages went on without it.' } });
    expect(await replayMany([digest])).toMatchObject({ done: 0, skipped: 1 });
  });

  test('is as if none was when those replays failed', async () => {
    const { digest, members: [id = ''] } = await failedDigest();
    expect(await notifier.settled((await replay(id)).body.deliveryId)).toMatchObject({ state: 'failed' });
    expect(await message(await told(digest, THERE), THERE)).not.toContain(PARTLY);
  });
});
