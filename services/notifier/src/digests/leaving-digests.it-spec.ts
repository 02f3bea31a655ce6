import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, OpenedDigests, type FoldedRow } from '../../test/opened-digests.js';
import { changed } from '../../test/opened-living.js';
import { waits } from '../../test/opened-lanes.js';
import type { Author } from '../author.js';
import { suppressed } from '../deliveries/outcome.js';
import { ReplayRepository } from '../ledger/replay.repository.js';
import type { Heard } from '../living/issue-news.js';

let digests: OpenedDigests;
let members: string[];

const author: Author = { organizationId: 'acme', actor: { kind: 'user', id: 'ada@acme.test' } };
const issues = Array.from({ length: 40 }, (_, n) => anIssue({ id: `issue-${String(n).padStart(2, '0')}`, severity: 'high' }));
const KEPT_BACK = suppressed({ code: 'leak_guard', message: 'The leak guard keeps secrets out of a public channel.', remedy: 'Send it elsewhere.' });

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());
beforeEach(() => digests.clear());

afterEach(async () => {
  const [sums] = await digests.opened.source.query<{ accepted: number; rows: number }[]>('select coalesce(sum(accepted), 0)::int as accepted, (select count(*)::int from deliveries) as rows from accepted_counts');
  expect(sums?.accepted).toBe(sums?.rows); // nothing is lost, nothing is counted twice
});

/** A digest of 40 messages, of two workflows by turns unless said otherwise. */
async function folded(workflow = (n: number): string => `w${n % 2}`): Promise<FoldedRow> {
  members = await digests.acceptMany(40, (n) => ({ issues: [issues[n] as Issue], source: { ...BY_WORKFLOW, workflowId: workflow(n) } }));
  await digests.fold();
  return digests.digest();
}

async function announced(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type, data } of await digests.opened.said()) if (type === 'delivery.settled.v1') counts[String(data['state'])] = (counts[String(data['state'])] ?? 0) + 1;
  return counts;
}

function resolved(which: readonly Issue[]): Heard[] {
  return which.map((issue) => changed(issue, { status: 'resolved' }, 'resolved', 'scan-1'));
}

async function age(deliveryIds: readonly string[]): Promise<void> {
  await digests.opened.source.query(`update deliveries set expires_at = now() - interval '1 second' where delivery_id = any($1)`, [deliveryIds]);
}

describe('cancelling what a digest that waits is to tell', () => {
  test('of one workflow ends its messages; the digest tells the others', async () => {
    await folded();
    expect(await digests.cancellation.cancel(author, { workflowId: ['w1'] })).toBe(20);
    expect(await digests.ends()).toEqual({ 'suppressed cancelled': 20, waiting: 20 });
    expect(await digests.story(members[1] ?? '')).toEqual(expect.arrayContaining(['Cancelled by ada@acme.test']));
    expect(await announced()).toEqual({ suppressed: 20 });
    expect((await digests.post())?.command).toMatchObject({ source: { kind: 'digest', of: 20, workflowId: 'w0' }, digest: { totals: { high: 20 } } });
    expect(await digests.ends()).toEqual({ 'suppressed cancelled': 20, posted: 20 });
    expect(await digests.opened.source.query('select count(*)::int as told from told_issues')).toEqual([{ told: 20 }]);
    expect(await digests.opened.source.query('select * from digests')).toEqual([]);
  });

  test('one of them is cancelled by its id, and belongs to no digest any more', async () => {
    await folded();
    expect(await digests.cancellation.cancel(author, { id: [members[3] ?? ''] })).toBe(1);
    expect(await digests.rows(`delivery_id = '${members[3] ?? ''}'`)).toMatchObject([{ state: 'suppressed', digest_id: null }]);
    const told = await digests.post();
    expect(told?.command).toMatchObject({ source: { of: 39 } });
    expect(await digests.story(told?.delivery_id ?? '')).toContain('Written anew: it tells 39 of the 40 messages that it told before; the others say what became of them');
    expect((await digests.rows(`digest_id is not null`)).map(({ state }) => state)).toEqual(Array.from({ length: 39 }, () => 'posted'));
  });

  test('all but one leaves a digest of one', async () => {
    await folded();
    expect(await digests.cancellation.cancel(author, { id: members.slice(1) })).toBe(39);
    expect((await digests.post())?.command).toMatchObject({ source: { of: 1 }, digest: { title: '1 issue at once', totals: { high: 1 } } });
    expect(await digests.ends()).toEqual({ 'suppressed cancelled': 39, posted: 1 });
  });

  test('all of them ends the digest too, and its destination goes on', async () => {
    await folded();
    expect(await digests.cancellation.cancel(author, { workflowId: ['w0', 'w1'] })).toBe(41);
    await digests.settleAll();
    expect(await digests.ends('true')).toEqual({ 'suppressed cancelled': 41 });
    expect(await digests.opened.source.query('select * from digests')).toEqual([]);
    const [next] = await digests.acceptMany(1);
    expect((await digests.claimed()).deliveryId).toBe(next);
  });

  test('with the digest counts what ends with it', async () => {
    const { delivery_id: id } = await folded();
    expect(await digests.cancellation.cancel(author, { id: [id] })).toBe(41);
    await digests.settleAll();
    expect(await digests.ends('true')).toEqual({ 'suppressed cancelled': 41 });
  });

  test.each([
    ['about one issue', { issueId: ['issue-03'] }, 1], ['by the words of its title', { q: 'Issue number 12' }, 1], ['from a moment on, though the digest came later', { after: new Date().toISOString() }, 0],
  ])('%s leaves the others in their digest', async (_, filter, count) => {
    members = await digests.acceptMany(40, (n) => ({ issues: [{ ...(issues[n] as Issue), title: `Issue number ${n}.` }] }));
    await digests.opened.source.query(`update commands set created_at = created_at - interval '1 hour'`);
    await digests.fold();
    expect(await digests.cancellation.cancel(author, filter)).toBe(count);
    expect((await digests.post())?.command).toMatchObject({ source: { of: 40 - count } });
    expect(await digests.ends()).toEqual({ posted: 40 - count, ...(count > 0 && { 'suppressed cancelled': count }) });
  });

  test('everything but one of them leaves that one in its digest', async () => {
    await folded();
    expect(await digests.cancellation.cancel(author, { all: true, exceptIds: [members[7] ?? ''] })).toBe(39);
    expect((await digests.post())?.command).toMatchObject({ source: { of: 1 } });
    expect(await digests.rows(`state = 'posted' and kind = 'message'`)).toMatchObject([{ delivery_id: members[7] }]);
  });

  test('comes too late for what is being posted', async () => {
    await folded();
    const claim = await digests.claimed();
    expect(await digests.cancellation.cancel(author, { workflowId: ['w1'] })).toBe(0);
    await digests.opened.finish(claim, waits());
    expect(await digests.cancellation.cancel(author, { workflowId: ['w1'] })).toBe(20);
    expect((await digests.post())?.command).toMatchObject({ source: { of: 20 } });
  });

  test('after an attempt that may have arrived, a message says so when it is replayed', async () => {
    await folded();
    await digests.opened.finish(await digests.claimed(), waits({ ambiguous: 1 }));
    await digests.cancellation.cancel(author, { id: [members[3] ?? ''] });
    expect(await digests.opened.row(members[3] ?? '')).toMatchObject({ state: 'suppressed', ambiguous: 1 });
  });

  test('leaves nothing in a digest that is sent again together with what it was to tell', async () => {
    await folded();
    await digests.cancellation.cancel(author, { id: members });
    const replays = new ReplayRepository(digests.opened.source);
    const items = await digests.opened.outbox.transaction(async (tx) => {
      await replays.begin(tx, author, { filter: { all: true } });
      const replay = await replays.take(tx);
      return replay ? replays.next(tx, replay, 100) : [];
    });
    expect(items.map(({ row, isToldByDigest }) => [row?.kind, isToldByDigest]).sort()).toEqual([['digest', true], ...members.map(() => ['message', false])]);
  });

  test('goes on beside claims, results, news, pauses, sweeps and ends of digests without a deadlock, and everything has one end', async () => {
    await folded();
    const claims = async (): Promise<void> => {
      for (let n = 0; n < 15; n += 1) {
        const claim = await digests.opened.claimOne();
        if (!claim) continue;
        const renewed = claim.delivery.kind === 'digest' ? await digests.renewal.renew(claim) : undefined;
        await digests.opened.finish(claim, renewed && 'outcome' in renewed ? renewed.outcome : n === 12 ? KEPT_BACK : waits());
        await digests.opened.source.query('update lanes set next_at = now() where lease_id is null');
      }
    };
    const pauses = async (workflowId: string): Promise<void> => {
      await digests.pauses.pause(author, workflowId);
      await digests.pauses.settle('acme');
      await digests.pauses.resume(author, workflowId);
      await digests.pauses.settle('acme');
    };
    const cancelled = Promise.all(members.slice(0, 20).map((id) => digests.cancellation.cancel(author, { id: [id] })));
    await Promise.all([
      claims(), claims(), cancelled, pauses('w1'), pauses(''), age(members.slice(20, 25)).then(() => digests.sweep.pass()),
      digests.changes.take(resolved(issues.slice(15, 25))), digests.settleAll(),
    ]);
    await digests.settleAll();
    await digests.cancellation.cancel(author, { all: true });
    await digests.settleAll();
    expect(Object.keys(await digests.ends('true')).filter((end) => !/^(suppressed|dead) /.test(end))).toEqual([]);
    const told = (await digests.opened.said()).map(({ subject }) => subject);
    expect([told.length, new Set(told).size]).toEqual([(await digests.rows()).length, (await digests.rows()).length]);
    expect(await digests.opened.source.query(`select * from digests where told is null`)).toEqual([]);
  });
});

describe('pausing a workflow', () => {
  test('takes its messages out of digests that wait, and holds them; they are told after it', async () => {
    const { delivery_id: id } = await folded();
    await digests.pauses.pause(author, 'w1');
    await digests.pauses.settle('acme');
    expect(await digests.rows(`held_since is not null and digest_id is null and state = 'waiting'`)).toHaveLength(20);
    expect(await digests.pauses.list('acme')).toMatchObject([{ workflowId: 'w1', waiting: 20 }]);
    expect((await digests.story(members[1] ?? '')).at(-1)).toBe(`Sending was paused by ada@acme.test: back in line, out of the digest ${id}`);
    expect((await digests.post())?.command).toMatchObject({ source: { of: 20 } });
    expect(await digests.opened.claim(10)).toEqual([]);
    await digests.pauses.resume(author, 'w1');
    expect(await digests.pauses.settle('acme')).toMatchObject({ released: 20 });
    expect(await digests.ends()).toEqual({ posted: 20, waiting: 20 });
    expect((await digests.claimed()).deliveryId).toBe(members[1]);
  });

  test('holds a digest of that workflow as a whole', async () => {
    await folded(() => 'w1');
    await digests.pauses.pause(author, 'w1');
    await digests.pauses.settle('acme');
    expect(await digests.rows('held_since is not null')).toMatchObject([{ kind: 'digest' }]);
    expect(await digests.rows('digest_id is not null')).toHaveLength(40);
  });

  test('counts what a held digest is to tell as held, and as going on', async () => {
    await folded((n) => (n < 30 ? 'w1' : 'w2'));
    for (const workflowId of ['', 'w2']) await digests.pauses.pause(author, workflowId);
    await digests.pauses.settle('acme');
    expect(await digests.pauses.list('acme')).toMatchObject([{ waiting: 41 }, { workflowId: 'w2', waiting: 10 }]);
    expect(await digests.pauses.resume(author, '')).toBe(31);
    await digests.pauses.settle('acme');
    expect(await digests.pauses.list('acme')).toMatchObject([{ workflowId: 'w2', waiting: 10 }]);
    expect(await digests.pauses.resume(author, 'w2')).toBe(10);
  });

  test('during a request of the digest takes them out before the next one', async () => {
    await folded();
    const claim = await digests.claimed();
    await digests.pauses.pause(author, 'w1');
    await digests.pauses.settle('acme');
    expect(await digests.rows('digest_id is not null')).toHaveLength(40);
    await digests.opened.finish(claim, waits());
    expect((await digests.post())?.command).toMatchObject({ source: { of: 20, workflowId: 'w0' } });
    expect(await digests.ends()).toEqual({ posted: 20, waiting: 20 });
    expect(await digests.rows(`held_since is not null and digest_id is null and state = 'waiting'`)).toHaveLength(20);
  });

  test('of all of its workflows ends the digest, also when it is about to be posted', async () => {
    for (const isClaimed of [false, true]) {
      await digests.clear();
      await folded();
      for (const workflowId of ['w0', 'w1']) await digests.pauses.pause(author, workflowId);
      if (isClaimed) await digests.post();
      else await digests.pauses.settle('acme');
      await digests.settleAll();
      expect(await digests.digest()).toMatchObject({ state: 'suppressed', error: { code: 'nothing_left' } });
      expect(await digests.rows(`held_since is not null and digest_id is null and state = 'waiting'`)).toHaveLength(40);
      expect(await digests.opened.source.query('select * from digests')).toEqual([]);
    }
  });

  test('while everything is paused takes nothing out, but when only that ends; their lives stood still all the time', async () => {
    await folded();
    for (const workflowId of ['', 'w1']) await digests.pauses.pause(author, workflowId);
    await digests.pauses.settle('acme');
    expect(await digests.rows('digest_id is not null')).toHaveLength(40);
    await digests.opened.source.query(`update deliveries set held_since = held_since - interval '30 hours', expires_at = expires_at - interval '30 hours'`);
    await digests.sweep.pass();
    await digests.pauses.resume(author, '');
    await digests.pauses.settle('acme');
    await digests.sweep.pass();
    expect((await digests.post())?.command).toMatchObject({ source: { of: 20 } });
    await digests.pauses.resume(author, 'w1');
    await digests.pauses.settle('acme');
    expect(await digests.rows(`state = 'waiting' and expires_at > clock_timestamp() + interval '23 hours'`)).toHaveLength(20);
  });
});

describe('a message whose life ends while its digest waits', () => {
  test('is expired by the sweep, and the digest tells the others', async () => {
    await folded();
    await age(members.slice(0, 30));
    await digests.sweep.pass();
    expect(await digests.ends()).toEqual({ 'dead expired': 30, waiting: 10 });
    expect(await announced()).toEqual({ dead: 30 });
    expect((await digests.post())?.command).toMatchObject({ source: { of: 10 } });
    expect(await digests.ends()).toEqual({ 'dead expired': 30, posted: 10 });
  });

  test('is expired when the digest is about to be posted, at the latest', async () => {
    await folded();
    await age(members.slice(0, 30));
    expect((await digests.post())?.command).toMatchObject({ source: { of: 10 } });
    expect(await digests.ends()).toEqual({ 'dead expired': 30, posted: 10 });
  });

  test.each([['by the sweep', true], ['when it is about to be posted', false]])('is the last one: the digest ends with it, %s', async (_, isSwept) => {
    await folded();
    await age(members);
    if (isSwept) await digests.sweep.pass();
    else await digests.post();
    await digests.settleAll();
    expect(await digests.ends()).toEqual({ 'dead expired': 40 });
    expect(await digests.ends(`kind = 'digest'`)).toEqual({ [isSwept ? 'dead expired' : 'suppressed nothing_left']: 1 });
    expect(await digests.opened.source.query('select * from digests')).toEqual([]);
  });

  test('leaves a digest without any, which ends also when whoever found it so died', async () => {
    await folded();
    const claim = await digests.claimed();
    await age(members);
    expect(await digests.renewal.renew(claim)).toMatchObject({ outcome: { state: 'suppressed', error: { code: 'nothing_left' } } });
    await digests.post();
    expect(await digests.ends('true')).toEqual({ 'dead expired': 40, 'suppressed nothing_left': 1 });
    expect(await digests.opened.source.query('select * from digests')).toEqual([]);
  });

  test.each([
    ['its digest is held', () => digests.pauses.pause(author, '').then(() => digests.pauses.settle('acme'))],
    ['its connection cannot send', () => digests.opened.connect({ version: 2, paused: true })],
  ])('lives on while %s', async (_, stop) => {
    await folded();
    await stop();
    await age(members);
    await digests.sweep.pass();
    expect(await digests.ends('true')).toEqual({ waiting: 41 });
  });
});
