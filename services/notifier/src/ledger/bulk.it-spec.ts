import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { AcceptedReplays, AuditEntry, CancelledDeliveries, ConnectionChanged, Delivery, DeliveryCounts, DeliverySummary, Problem, ReplayProgress } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

jest.setTimeout(20_000);

let notifier: RunningNotifier;
let connection: ConnectionChanged;
let paused: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.clear();
  connection = await notifier.connect();
  paused = await notifier.connect({ paused: true });
});

const WORKFLOW = { kind: 'workflow', workflowId: 'w7', version: 1, stepId: 's' } as const;

/** One that stands in line until its connection is resumed. */
async function waiting(overrides: Parameters<RunningNotifier['send']>[0] = {}): Promise<string> {
  const id = await notifier.send({ connectionId: paused.id, destination: { id: 'C0SECALERT' }, ...overrides });
  await eventually(async () => (await notifier.delivery(id)).state === 'waiting');
  return id;
}

async function ended(overrides: Parameters<RunningNotifier['send']>[0] = {}): Promise<string> {
  const id = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' }, ...overrides });
  await notifier.settled(id);
  return id;
}

async function cancel(filter: object): Promise<number> {
  const { status, body } = await notifier.call<CancelledDeliveries>('POST', '/v1/deliveries/cancel', { body: { filter } });
  expect(status).toBe(200);
  return body.cancelled;
}

async function replay(body: object, headers: Record<string, string> = {}): Promise<AcceptedReplays> {
  const answer = await notifier.call<AcceptedReplays>('POST', '/v1/deliveries/replay', { body, headers });
  expect(answer.status).toBe(202);
  return answer.body;
}

async function done(replayId: string): Promise<ReplayProgress> {
  return eventually(async () => {
    const { body } = await notifier.call<ReplayProgress>('GET', `/v1/deliveries/replays/${replayId}`);
    return body.state === 'done' && body;
  });
}

async function replaysOf(id: string): Promise<Delivery[]> {
  return (await notifier.call<{ items: Delivery[] }>('GET', '/v1/deliveries?limit=200')).body.items.filter(({ replayOf }) => replayOf === id);
}

async function audit(action: string): Promise<AuditEntry[]> {
  return (await notifier.call<{ items: AuditEntry[] }>('GET', '/v1/audit')).body.items.filter((entry) => entry.action === action);
}

async function summary(): Promise<DeliverySummary> {
  return (await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body;
}

/** Failed deliveries, as if they had been sent one after the other, without sending them. */
async function manyFailed(count: number): Promise<void> {
  const model = await ended();
  await notifier.database.query(
    `with more as (select d.*, 'failed-' || n as id from notifier.ledger d cross join generate_series(2, $2) n where d.delivery_id = $1), kept as (
       insert into notifier.commands (organization_id, delivery_id, event, destination, issue_ids, created_at)
       select organization_id, id, json_build_object('data', command::jsonb || jsonb_build_object('commandId', id)), destination, issue_ids, created_at from more)
     insert into notifier.deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state, error, settled_at)
     select organization_id, id, lane_id, connection_id, priority, said_at, expires_at, created_at, state, error, settled_at from more`,
    [model, count],
  );
  await notifier.database.query(`update notifier.accepted_counts set accepted = accepted + $1`, [count - 1]);
}

/** The moment of a count, by the clock of the server. */
async function countedAt(): Promise<string> {
  return (await notifier.call<DeliveryCounts>('GET', '/v1/deliveries/counts')).body.at;
}

describe('what has changed since a moment', () => {
  test('is not replayed: neither what failed later, though it had been accepted before, nor what came later', async () => {
    const failed = await ended();
    const fails = await waiting({ destination: { id: 'C0OLDTEAM1' } });
    const changedBefore = await countedAt();
    await notifier.connect({ id: paused.id, version: paused.version + 1 });
    expect((await notifier.settled(fails)).state).toBe('failed');
    const late = await ended();
    const filter = { state: 'failed', changedBefore };
    const { body: { byState } } = await notifier.call<DeliveryCounts>('GET', `/v1/deliveries/counts?changedBefore=${changedBefore}`);
    expect(byState).toMatchObject({ failed: 1, waiting: 0 });
    const { replayId, matched } = await replay({ filter, destination: { id: 'C0SECALERT' } });
    expect(matched).toBe(1);
    expect(await done(replayId)).toEqual({ state: 'done', matched: 1, done: 1, skipped: 0 });
    expect(await replaysOf(failed)).toHaveLength(1);
    for (const id of [fails, late]) expect(await replaysOf(id)).toEqual([]);
    const later = await replay({ filter: { state: 'failed', changedBefore: await countedAt(), replayed: 'false' }, destination: { id: 'C0SECALERT' } });
    expect(await done(later.replayId)).toMatchObject({ matched: 2, done: 2 });
  });

  test('is not cancelled when it came later', async () => {
    const [one, two] = [await waiting(), await waiting()];
    const changedBefore = await countedAt();
    const late = await waiting();
    expect(await cancel({ changedBefore })).toBe(2);
    for (const id of [one, two]) expect(await notifier.delivery(id)).toMatchObject({ state: 'suppressed' });
    expect(await notifier.delivery(late)).toMatchObject({ state: 'waiting' });
  });
});

describe('what is left out by its id', () => {
  test('is neither replayed nor cancelled', async () => {
    const failed = [await ended(), await ended(), await ended()];
    const waits = [await waiting(), await waiting()];
    const { replayId, matched } = await replay({ filter: { state: 'failed', exceptIds: [failed[0], 'unheard-of'] }, destination: { id: 'C0SECALERT' } });
    expect(matched).toBe(2);
    expect(await done(replayId)).toMatchObject({ done: 2, skipped: 0 });
    expect(await replaysOf(failed[0] ?? '')).toEqual([]);
    expect(await cancel({ all: true, exceptIds: waits[0] })).toBe(1);
    expect(await notifier.delivery(waits[0] ?? '')).toMatchObject({ state: 'waiting' });
    expect(await notifier.delivery(waits[1] ?? '')).toMatchObject({ state: 'suppressed' });
  });

  test('names nothing: all but some has to be said', async () => {
    for (const filter of [{ exceptIds: ['a'] }, { exceptIds: [] }]) {
      const { status, body } = await notifier.call<Problem>('POST', '/v1/deliveries/cancel', { body: { filter } });
      expect([status, body.errors?.[0]]).toEqual([400, expect.objectContaining({ pointer: '/filter', code: 'empty_filter' })]);
    }
  });
});

test.each([
  ['a moment that there is not', { changedBefore: '2026-02-30T00:00:00Z' }, '/filter/changedBefore'],
  ['a moment that is no text', { changedBefore: 1764028800000 }, '/filter/changedBefore'],
  ['more ids than fit', { exceptIds: Array.from({ length: 201 }, (_, at) => `id-${at}`) }, '/filter/exceptIds'],
  ['an id that is too long', { exceptIds: ['x'.repeat(129)] }, '/filter/exceptIds'],
  ['an id that is no text', { exceptIds: [7] }, '/filter/exceptIds'],
])('%s is refused, for a replay and for cancelling, and the place is named', async (_, filter, pointer) => {
  for (const path of ['cancel', 'replay']) {
    const { status, body } = await notifier.call<Problem>('POST', `/v1/deliveries/${path}`, { body: { filter: { all: true, ...filter } } });
    expect([status, body.errors?.map((place) => place.pointer)]).toEqual([400, [pointer]]);
  }
});

describe('cancelling many', () => {
  test('ends what waits and the filter names, and nothing else', async () => {
    const [ofWorkflow, alsoOfWorkflow, byHand] = [await waiting({ source: WORKFLOW }), await waiting({ source: WORKFLOW, destination: { id: 'C0GENERAL1' } }), await waiting()];
    const failed = await ended({ source: WORKFLOW });
    expect(await cancel({ workflowId: 'w7' })).toBe(2);
    for (const id of [ofWorkflow, alsoOfWorkflow]) {
      expect(await notifier.delivery(id)).toMatchObject({ state: 'suppressed', error: { code: 'cancelled' }, timeline: expect.arrayContaining([expect.objectContaining({ text: 'Cancelled by noa@acme.test' })]) });
    }
    expect(await notifier.delivery(byHand)).toMatchObject({ state: 'waiting' });
    expect(await notifier.delivery(failed)).toMatchObject({ state: 'failed' });
    expect(await audit('deliveries.cancelled')).toMatchObject([{ after: { filter: { workflowId: ['w7'] }, deliveryIds: expect.arrayContaining([ofWorkflow, alsoOfWorkflow]) } }]);
    await eventually(() => notifier.heard.some(({ type, data }) => type === 'delivery.settled.v1' && data.id === ofWorkflow && data.state === 'suppressed'));
    expect(await summary()).toMatchObject({ balanced: true, byState: { suppressed: 2, waiting: 1, failed: 1 } });
  });

  test('takes one text or several, with commas or as a list', async () => {
    const [one, two, three] = [await waiting(), await waiting(), await waiting()];
    expect(await cancel({ id: one })).toBe(1);
    expect(await cancel({ id: [two, three], destination: 'C0SECALERT,C0GENERAL1' })).toBe(2);
    expect(await cancel({ all: true })).toBe(0);
  });

  test('of everything has to be said', async () => {
    const id = await waiting();
    for (const filter of [{}, { state: null }, { q: '' }]) {
      const { status, body } = await notifier.call<Problem>('POST', '/v1/deliveries/cancel', { body: { filter } });
      expect([status, body.errors?.[0]]).toEqual([400, expect.objectContaining({ pointer: '/filter', code: 'empty_filter' })]);
    }
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting' });
    expect(await cancel({ all: true })).toBe(1);
  });

  test.each([
    ['no filter', {}],
    ['a list for a filter', { filter: [{ workflowId: 'w7' }] }],
    ['a day that there is not', { filter: { after: '2026-02-30' } }],
    ['an unknown name', { filter: { colour: 'red' } }],
    ['a page of a list', { filter: { limit: 5 } }],
    ['a state that does not exist', { filter: { state: 'lost' } }],
    ['"all" that is not true', { filter: { all: false } }],
  ])('refuses %s', async (_, body) => {
    expect((await notifier.call('POST', '/v1/deliveries/cancel', { body })).status).toBe(400);
  });

  test('touches no other organization', async () => {
    const id = await waiting();
    const { body } = await notifier.call<CancelledDeliveries>('POST', '/v1/deliveries/cancel', { organization: 'globex', body: { filter: { all: true } } });
    expect(body).toEqual({ cancelled: 0 });
    expect(await notifier.delivery(id)).toMatchObject({ state: 'waiting' });
  });

  test('goes over batches', async () => {
    await manyFailed(1201);
    await notifier.database.query(`update notifier.deliveries set state = 'waiting', settled_at = null, error = null, connection_id = $1`, [paused.id]);
    expect(await cancel({ state: 'waiting' })).toBe(1201);
    expect(await summary()).toMatchObject({ balanced: true, accepted: 1201, byState: { suppressed: 1201, waiting: 0 } });
    const lines = await notifier.database.query(`select count(*)::int as lines from notifier.timeline where text = 'Cancelled by noa@acme.test'`);
    expect(lines).toEqual([{ lines: 1201 }]);
  }, 30_000);
});

describe('replaying many', () => {
  test('sends each again that the filter names, to where it is told, and says how far it has come', async () => {
    const failed = [await ended({ comment: 'first' }), await ended({ comment: 'second' })];
    const posted = await ended({ destination: { id: 'C0GENERAL1' } });
    const { replayId, matched } = await replay({ filter: { state: 'failed' }, destination: { id: 'C0SECALERT' }, reason: 'channel was renamed' });
    expect(matched).toBe(2);
    expect(await done(replayId)).toEqual({ state: 'done', matched: 2, done: 2, skipped: 0 });
    for (const id of failed) {
      const [again, ...more] = await replaysOf(id);
      expect(more).toEqual([]);
      expect(await notifier.settled(again?.id ?? '')).toMatchObject({ state: 'posted', slack: { channel: 'C0SECALERT' } });
      expect((await notifier.delivery(id)).timeline?.at(-1)).toMatchObject({ kind: 'replayed', text: `Replayed by noa@acme.test as ${again?.id ?? ''}: channel was renamed` });
    }
    expect(await replaysOf(posted)).toEqual([]);
    const texts = JSON.stringify((await notifier.messages('C0SECALERT')).slice(-2));
    expect(texts.indexOf('first')).toBeLessThan(texts.indexOf('second'));
    expect(await audit('replay.requested')).toMatchObject([{ target: { kind: 'replay', id: replayId }, after: { matched: 2, asked: { reason: 'channel was renamed' } } }]);
    expect(await audit('deliveries.replayed')).toMatchObject([{ actor: { id: 'noa@acme.test' }, after: { deliveries: expect.arrayContaining([expect.objectContaining({ replayOf: failed[0] })]), reason: 'channel was renamed' } }]);
    expect(await summary()).toMatchObject({ balanced: true, accepted: 5 });
  });

  test('skips what is under way and, unless it is forced, what was posted', async () => {
    const [failed, posted, waits] = [await ended(), await ended({ destination: { id: 'C0GENERAL1' } }), await waiting()];
    const first = await replay({ filter: { id: [failed, posted, waits] }, destination: { id: 'C0SECALERT' } });
    expect(await done(first.replayId)).toEqual({ state: 'done', matched: 3, done: 1, skipped: 2 });
    const second = await replay({ filter: { id: [posted, waits] }, destination: { id: 'C0SECALERT' }, force: true });
    expect(await done(second.replayId)).toEqual({ state: 'done', matched: 2, done: 1, skipped: 1 });
    expect(await replaysOf(posted)).toHaveLength(1);
    expect(await replaysOf(waits)).toEqual([]);
  });

  test('skips what was replayed already and posted, unless it is forced', async () => {
    const failed = await ended();
    const again = async (force: boolean): Promise<ReplayProgress> => done((await replay({ filter: { state: 'failed' }, destination: { id: 'C0SECALERT' }, ...(force && { force }) })).replayId);
    expect(await again(false)).toMatchObject({ matched: 1, done: 1, skipped: 0 });
    await notifier.settled((await replaysOf(failed))[0]?.id ?? '');
    expect(await again(false)).toMatchObject({ matched: 1, done: 0, skipped: 1 });
    expect(await again(true)).toMatchObject({ matched: 1, done: 1, skipped: 0 });
    expect(await replaysOf(failed)).toHaveLength(2);
  });

  test('tells a digest once more, not beside it what it tells, nor that later, unless it is forced', async () => {
    const [digest, member, otherMember] = [await ended(), await ended(), await ended()];
    await notifier.database.query(`update notifier.deliveries set digest_id = $1 where delivery_id = any($2)`, [digest, [member, otherMember]]);
    const both = await replay({ filter: { id: [digest, member] }, destination: { id: 'C0SECALERT' } });
    expect(await done(both.replayId)).toEqual({ state: 'done', matched: 2, done: 1, skipped: 1 });
    expect(await replaysOf(member)).toEqual([]);
    const alone = async (force: object): Promise<ReplayProgress> => done((await replay({ filter: { id: otherMember }, destination: { id: 'C0SECALERT' }, ...force })).replayId);
    expect(await alone({})).toMatchObject({ done: 0, skipped: 1 });
    expect(await alone({ force: true })).toMatchObject({ done: 1 });
    const [again] = await replaysOf(otherMember);
    expect(again?.digestId).toBeUndefined();
  });

  test('names what is there when it is asked for, and nothing that comes later', async () => {
    await ended();
    const { replayId } = await replay({ filter: { state: ['failed', 'posted'] }, destination: { name: '#nowhere' } });
    expect(await done(replayId)).toEqual({ state: 'done', matched: 1, done: 1, skipped: 0 });
    expect(await summary()).toMatchObject({ accepted: 2 });
  });

  test('goes over batches and a crash between them, each delivery once', async () => {
    await manyFailed(700);
    await notifier.database.query(
      `create function notifier.break_down() returns trigger language plpgsql as $$ begin raise exception 'as if it had crashed'; end $$;
       create trigger break_down before update on notifier.replays for each row when (new.done = 400) execute function notifier.break_down()`,
    );
    const { replayId, matched } = await replay({ filter: { state: 'failed' }, destination: { id: 'U0BOB00001' } });
    expect(matched).toBe(700);
    const stuckAt = async (): Promise<number> => (await notifier.call<ReplayProgress>('GET', `/v1/deliveries/replays/${replayId}`)).body.done;
    await eventually(async () => (await stuckAt()) === 200 && notifier.log.some(({ loop }) => loop === 'replays'));
    await notifier.close();
    await notifier.database.query('drop trigger break_down on notifier.replays; drop function notifier.break_down()');
    await notifier.open();
    expect(await done(replayId)).toEqual({ state: 'done', matched: 700, done: 700, skipped: 0 });
    const [counted] = await notifier.database.query<{ all: number; different: number }>('select count(*)::int as all, count(distinct replay_of)::int as different from notifier.ledger where replay_of is not null');
    expect(counted).toEqual({ all: 700, different: 700 });
    expect(await summary()).toMatchObject({ balanced: true, accepted: 1400 });
    expect(await notifier.database.query('select 1 from notifier.replay_items')).toEqual([]);
  }, 60_000);

  test('with one Idempotency-Key is one replay', async () => {
    const id = await ended();
    const body = { filter: { id }, destination: { id: 'C0SECALERT' } };
    const [first, second] = await Promise.all([replay(body, { 'idempotency-key': 'once' }), replay(body, { 'idempotency-key': 'once' })]);
    expect(second).toEqual(first);
    await done(first.replayId);
    expect(await replaysOf(id)).toHaveLength(1);
  });

  test('of everything has to be said, and may name nothing', async () => {
    expect((await notifier.call('POST', '/v1/deliveries/replay', { body: { filter: {} } })).status).toBe(400);
    const { replayId, matched } = await replay({ filter: { all: true } });
    expect(matched).toBe(0);
    expect(await done(replayId)).toEqual({ state: 'done', matched: 0, done: 0, skipped: 0 });
  });

  test('is its organization’s alone', async () => {
    const { replayId } = await replay({ filter: { all: true } });
    for (const [organization, id] of [['globex', replayId], ['acme', 'unheard-of']] as const) {
      expect((await notifier.call('GET', `/v1/deliveries/replays/${id}`, { organization })).status).toBe(404);
    }
  });

  test('needs the permission', async () => {
    for (const path of ['cancel', 'replay']) expect((await notifier.call('POST', `/v1/deliveries/${path}`, { roles: ['viewer'], body: { filter: { all: true } } })).status).toBe(403);
  });
});
