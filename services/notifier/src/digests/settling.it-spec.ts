import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { Refused } from '@tocsin/domain';
import { createLogger } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import { OpenedDigests } from '../../test/opened-digests.js';
import { POSTED } from '../../test/opened-lanes.js';
import type { Author } from '../author.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { suppressed } from '../deliveries/outcome.js';
import type { PostingJob } from '../deliveries/posting.job.js';
import { SweepJob } from '../deliveries/sweep.job.js';
import { splitUp } from './digest-outcome.js';

let digests: OpenedDigests;

const REFUSAL: Refused = { family: 'refused', kind: 'content', code: 'invalid_blocks', message: 'Slack refused the message.', remedy: 'Report it.' };
const REFUSED: Outcome = { ...POSTED, state: 'failed', error: { code: 'channel_not_found', message: 'The channel does not exist.', remedy: 'Pick another one.' } };
const SPLIT = splitUp({ ...REFUSED, error: REFUSAL }, REFUSAL);
const KEPT_BACK = suppressed({ code: 'leak_guard', message: 'The leak guard keeps secrets out of a public channel.', remedy: 'Send it elsewhere.' });

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());
beforeEach(() => digests.clear());

/** A digest of this many, which ended so. @returns its id and its members' */
async function ended(outcome: Outcome, count = 40): Promise<{ digestId: string; members: string[] }> {
  const members = await digests.acceptMany(count);
  await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours' where kind = 'message'`);
  await digests.fold();
  const digestId = await end(outcome);
  return { digestId, members };
}

/** The next delivery of the lane ends so. @returns its id */
async function end(outcome: Outcome): Promise<string> {
  await digests.opened.passTime(40);
  const claim = await digests.opened.claimOne();
  await digests.opened.finish(claim, outcome);
  return claim?.deliveryId ?? '';
}

async function openDigests(): Promise<unknown[]> {
  return digests.opened.source.query('select told from digests');
}

describe('the members of a digest', () => {
  test('are posted with it, each tells where, and each is announced', async () => {
    const { digestId, members } = await ended({ ...POSTED, ts: '7.7' });
    await digests.settleAll();
    const rows = await digests.rows(`kind = 'message'`);
    expect(rows.map(({ state, slack_ts, digest_id }) => [state, slack_ts, digest_id])).toEqual(members.map(() => ['posted', '7.7', digestId]));
    expect((await digests.story(members[0] ?? '')).at(-1)).toBe(`Told in the digest ${digestId}`);
    const told = (await digests.opened.said()).filter(({ type }) => type === 'delivery.settled.v1');
    expect(told).toHaveLength(41);
    expect(told.find(({ subject }) => subject === members[3])).toMatchObject({ data: { state: 'posted', digestId, slack: { ts: '7.7' }, settledAt: expect.any(String) } });
    expect(digests.counted).toEqual(members.map(() => 'workflow posted'));
    expect(await openDigests()).toEqual([]);
  });

  test('are remembered as told in it, each with its issue', async () => {
    const { digestId } = await ended({ ...POSTED, ts: '7.7' });
    await digests.settleAll();
    const told = await digests.opened.source.query<object[]>(`select delivery_id, ts, in_digest, count(*)::int as issues from told_issues group by 1, 2, 3`);
    expect(told).toEqual([{ delivery_id: digestId, ts: '7.7', in_digest: true, issues: 40 }]);
  });

  test.each<[string, Outcome, string, string | undefined]>([
    ['refused', REFUSED, 'failed', 'channel_not_found'],
    ['given up', { ...REFUSED, state: 'dead' }, 'dead', 'channel_not_found'],
    ['unknown', { ...REFUSED, state: 'unconfirmed', ambiguous: 1 }, 'unconfirmed', 'channel_not_found'],
    ['cancelled', suppressed({ code: 'cancelled', message: 'It was cancelled.', remedy: '' }), 'suppressed', 'cancelled'],
  ])('share its end: %s', async (_, outcome, state, code) => {
    const { digestId, members } = await ended(outcome);
    await digests.settleAll();
    const rows = await digests.rows(`kind = 'message'`);
    expect(rows.map((row) => [row.state, row.error?.code])).toEqual(members.map(() => [state, code]));
    expect((await digests.story(members[0] ?? '')).at(-1)).toContain(`Its digest ${digestId} ended as ${state}`);
  });

  test('are posted too when it turns out later that the digest was', async () => {
    await digests.acceptMany(40);
    await digests.fold();
    const claim = await digests.opened.claimOne();
    await digests.opened.finish(claim, { ...REFUSED, state: 'unconfirmed', ambiguous: 1 });
    await digests.settleAll();
    expect(await digests.rows(`state = 'unconfirmed'`)).toHaveLength(41);
    await digests.opened.finish(claim, { ...POSTED, ts: '8.8' });
    await digests.settleAll();
    expect(await digests.rows(`state = 'posted' and slack_ts = '8.8'`)).toHaveLength(41);
    expect(await openDigests()).toEqual([]);
  });

  test.each<[string, Outcome]>([['refused', REFUSED], ['cancelled', suppressed({ code: 'cancelled', message: 'It was cancelled.', remedy: '' })]])('are posted too when the digest was %s after an attempt of which it turns out later that it arrived', async (_, outcome) => {
    await digests.acceptMany(40);
    await digests.fold();
    const lost = await digests.opened.claimOne();
    await digests.opened.finish(lost, { ...REFUSED, state: 'waiting', ambiguous: 1 });
    await end(outcome);
    await digests.settleAll();
    await digests.opened.finish(lost, { ...POSTED, ts: '8.8' });
    await digests.settleAll();
    expect(await digests.rows(`state = 'posted' and slack_ts = '8.8'`)).toHaveLength(41);
    expect(await openDigests()).toEqual([]);
  });

  test('are taken back with it also while they are being told of its end', async () => {
    const { digestId, members } = await ended({ ...POSTED, ts: '7.7' });
    const settling = await digests.opened.outbox.transaction(async (tx) => {
      await tx.query('select 1 from lanes for no key update');
      const begun = digests.settling.pass();
      await eventually(async () => (await digests.opened.source.query<unknown[]>(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0);
      await tx.query(`update deliveries set state = 'suppressed', error = '{"code": "retracted"}', slack_channel = null, slack_ts = null where delivery_id = $1`, [digestId]);
      return { begun };
    });
    await settling.begun;
    await digests.settleAll();
    const rows = await digests.rows(`kind = 'message'`);
    expect(rows.map((row) => [row.state, row.error?.code])).toEqual(members.map(() => ['suppressed', 'retracted']));
    expect(await digests.opened.source.query('select * from told_issues')).toEqual([]);
  });

  test('are settled in batches, and whoever comes after a crash goes on', async () => {
    await ended(POSTED, 1200);
    await digests.settling.pass();
    expect(await digests.rows(`kind = 'message' and state = 'posted'`)).toHaveLength(250);
    await digests.settleAll();
    expect(await digests.rows(`kind = 'message' and state = 'posted'`)).toHaveLength(1200);
  });

  test('are settled once by two replicas', async () => {
    const { members } = await ended(POSTED, 1200);
    await Promise.all([digests.settleAll(), digests.settleAll(), digests.settleAll()]);
    await digests.settleAll();
    const told = (await digests.opened.said()).map(({ subject }) => subject).filter((subject) => members.includes(subject));
    expect([told.length, new Set(told).size]).toEqual([1200, 1200]);
  });

  test('of others do not wait for those of a digest that cannot be settled', async () => {
    const { digestId: broken } = await ended(POSTED, 3);
    await digests.acceptMany(3);
    await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours' where state = 'waiting' and digest_id is null`);
    await digests.opened.source.query(`update lanes set fold_at = '-infinity'`);
    await digests.opened.passTime(2);
    await digests.fold();
    const fine = await end(POSTED);
    const recordMembers = digests.opened.told.recordMembers.bind(digests.opened.told);
    const defect = jest.spyOn(digests.opened.told, 'recordMembers').mockImplementation((tx, digestId, members) => (digestId === broken ? Promise.reject(new Error('a defect')) : recordMembers(tx, digestId, members)));
    await expect(digests.settling.pass()).rejects.toThrow('a defect');
    await digests.settleAll();
    expect(await digests.rows(`state = 'posted' and digest_id = '${fine}'`)).toHaveLength(3);
    defect.mockRestore();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    await digests.settleAll();
    clock.mockRestore();
    expect(await digests.rows(`state = 'posted' and digest_id = '${broken}'`)).toHaveLength(3);
  });

  test('are not forgotten when somebody holds one of them', async () => {
    const { members } = await ended(POSTED);
    const holder = digests.opened.source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('select 1 from deliveries where delivery_id = $1 for update', [members[5]]);
    expect(await digests.settling.pass()).toBe(false);
    await holder.commitTransaction();
    await holder.release();
    expect(await digests.opened.row(members[5] ?? '')).toMatchObject({ state: 'waiting' });
    await digests.settleAll();
    expect(await digests.opened.row(members[5] ?? '')).toMatchObject({ state: 'posted' });
  });

  test('end with it when it is too old', async () => {
    const sweep = new SweepJob(digests.opened.source, digests.opened.outbox, digests.opened.waiting, { wake: () => undefined } as unknown as PostingJob, createLogger('notifier', 'silent'));
    await digests.acceptMany(40);
    await digests.fold();
    await digests.opened.source.query(`update deliveries set expires_at = now() - interval '1 second' where kind = 'digest'`);
    await sweep.pass();
    await digests.settleAll();
    expect((await digests.rows()).map(({ state, error }) => [state, error?.code])).toEqual(Array.from({ length: 41 }, () => ['dead', 'expired']));
  });
});

describe('a digest that Slack refuses for what it holds', () => {
  test('is split in half, each half in its order and in the place of its most urgent message', async () => {
    const { digestId, members } = await ended(SPLIT);
    await digests.settleAll();
    const [first, second] = await digests.rows(`kind = 'digest' and state = 'waiting'`);
    expect([first?.command.source, second?.command.source]).toEqual([{ kind: 'digest', of: 20, workflowId: 'w1' }, { kind: 'digest', of: 20, workflowId: 'w1' }]);
    expect((await digests.rows(`digest_id = '${first?.delivery_id ?? ''}'`)).map(({ delivery_id }) => delivery_id)).toEqual(members.slice(0, 20));
    expect((await digests.rows(`digest_id = '${second?.delivery_id ?? ''}'`)).map(({ delivery_id }) => delivery_id)).toEqual(members.slice(20));
    expect(await digests.rows(`delivery_id = '${digestId}'`)).toMatchObject([{ state: 'suppressed', error: { code: 'split' } }]);
    expect((await digests.story(members[0] ?? '')).at(-1)).toContain(`Slack refused the digest ${digestId}`);
    await digests.opened.passTime(2);
    expect((await digests.opened.claimOne())?.deliveryId).toBe(first?.delivery_id);
  });

  test('comes down to single messages, which go alone and are never folded again', async () => {
    const { members } = await ended(SPLIT, 3);
    await digests.settleAll();
    expect(await digests.rows(`state = 'waiting' and digest_id is null and kind = 'message'`)).toMatchObject([{ delivery_id: members[2], fold_key: null }]);
    await end(SPLIT);
    await digests.settleAll();
    expect((await digests.rows(`state = 'waiting'`)).map(({ delivery_id, digest_id, fold_key }) => [delivery_id, digest_id, fold_key])).toEqual(members.map((id) => [id, null, null]));
    await digests.opened.source.query(`update lanes set fold_at = '-infinity'`);
    const sent = [await end(POSTED), await end(REFUSED), await end(POSTED)];
    expect(sent).toEqual(members);
    expect(await openDigests()).toEqual([]);
  });

  test('gives back held what was paused meanwhile', async () => {
    await digests.acceptMany(40);
    await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours'`);
    await digests.fold();
    await digests.opened.finish(await digests.opened.claimOne(), KEPT_BACK);
    await digests.opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', 'w1', 'ada@acme.test')`);
    await digests.settleAll();
    expect(await digests.rows(`held_since is not null and digest_id is null`)).toHaveLength(40);
    expect(await digests.opened.claim(10)).toEqual([]);
  });

  test('takes nothing of the life of its messages while it is paused', async () => {
    const { members } = await ended(SPLIT);
    await digests.settleAll();
    const { pauses } = digests;
    const author: Author = { organizationId: 'acme', actor: { kind: 'user', id: 'ada@acme.test' } };
    await pauses.pause(author, '');
    await pauses.settle('acme');
    expect(await digests.rows('held_since is not null')).toHaveLength(2);
    await digests.opened.source.query(`update deliveries set held_since = held_since - interval '25 hours', expires_at = expires_at - interval '25 hours' where state = 'waiting'`);
    await pauses.resume(author, '');
    await pauses.settle('acme');
    expect(await digests.rows(`kind = 'message' and state = 'waiting' and expires_at > clock_timestamp() + interval '23 hours'`)).toHaveLength(members.length);
  });

  test.each<[string, Outcome]>([['in half', SPLIT], ['since the leak guard keeps it back', KEPT_BACK]])('says of what it told that it may repeat when it may be in the channel: taken apart %s', async (_, outcome) => {
    await digests.acceptMany(40);
    await digests.fold();
    await digests.opened.finish(await digests.opened.claimOne(), { ...REFUSED, state: 'waiting', ambiguous: 1 });
    await end(outcome);
    await digests.settleAll();
    const [doubtful] = await digests.opened.source.query<{ waiting: number; doubted: number }[]>(`select count(*)::int as waiting, count(*) filter (where ambiguous = 1)::int as doubted from deliveries where state = 'waiting'`);
    expect(doubtful?.waiting).toBe(outcome === SPLIT ? 42 : 40);
    expect(doubtful?.doubted).toBe(doubtful?.waiting);
  });

  test('gives its messages back to the lane that they are in by now, and wakes it', async () => {
    await digests.acceptMany(3);
    await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours'`);
    await digests.fold();
    await end(KEPT_BACK);
    const [other] = await digests.opened.source.query<{ lane_id: string }[]>(`insert into lanes (organization_id, connection_id, destination_key, provisional, active) values ('acme', 'connection-1', 'C0MOVEDNEW', false, false) returning lane_id`);
    await digests.opened.source.query(`update deliveries set lane_id = $1 where state = 'waiting'`, [other?.lane_id]);
    await digests.settleAll();
    expect(await digests.opened.source.query('select active from lanes where lane_id = $1', [other?.lane_id])).toEqual([{ active: true }]);
  });

  test('loses nothing: each message is told in the end, but for the one that Slack refuses', async () => {
    const members = await digests.acceptMany(64);
    const poison = members[37];
    await digests.fold();
    for (let posts = 0; posts < 40 && (await digests.rows(`state = 'waiting'`)).length > 0; posts += 1) {
      await digests.opened.passTime(40);
      const claim = await digests.opened.claimOne();
      const told = await digests.rows(`digest_id = '${claim?.deliveryId ?? ''}' or delivery_id = '${claim?.deliveryId ?? ''}'`);
      const isRefused = told.some(({ delivery_id }) => delivery_id === poison);
      await digests.opened.finish(claim, isRefused ? (claim?.delivery.kind === 'digest' ? SPLIT : REFUSED) : POSTED);
      await digests.settleAll();
    }
    const rows = await digests.rows(`kind = 'message'`);
    expect(rows.filter(({ state }) => state === 'posted')).toHaveLength(63);
    expect(rows.filter(({ state }) => state === 'failed').map(({ delivery_id }) => delivery_id)).toEqual([poison]);
    const [counted] = await digests.opened.source.query<{ accepted: number; rows: number }[]>('select sum(accepted)::int as accepted, (select count(*)::int from deliveries) as rows from accepted_counts');
    expect(counted?.accepted).toBe(counted?.rows);
  });
});

test('a digest that the leak guard keeps back gives its messages back to their line, where they are looked at anew', async () => {
  const { members } = await ended(KEPT_BACK);
  await digests.settleAll();
  const rows = await digests.rows(`kind = 'message'`);
  expect(rows.map(({ delivery_id, state, digest_id }) => [delivery_id, state, digest_id])).toEqual(members.map((id) => [id, 'waiting', null]));
  expect(rows.every(({ fold_key }) => fold_key !== null)).toBe(true);
  await digests.opened.passTime(2);
  await digests.opened.source.query(`update lanes set fold_at = '-infinity'`);
  await digests.fold();
  expect(await digests.rows(`kind = 'digest' and state = 'waiting'`)).toHaveLength(1);
});
