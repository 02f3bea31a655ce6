import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { DestinationNews } from '@tocsin/domain';
import { createLogger } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import { OpenedLanes, POSTED } from '../../test/opened-lanes.js';
import type { ConnectionRepository } from '../connections/connection.repository.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import type { PostingJob } from '../deliveries/posting.job.js';
import { LaneMoves } from '../directory/lane-moves.js';
import type { DirectorySyncJob } from '../directory/directory-sync.job.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import type { ResolveAddress } from '../directory/resolve-address.js';
import type { CompareWithDirectory } from './compare-with-directory.js';
import { DestinationRepository } from './destination.repository.js';
import { DestinationUpkeepJob } from './destination-upkeep.job.js';
import { HearOfDestinations } from './hear-of-destinations.js';
import { SlackEventsConsumer } from './slack-events.consumer.js';
import type { TakeChannelReport } from './take-channel-report.js';
import type { TakePersonReport } from './take-person-report.js';

let opened: OpenedLanes;
let upkeep: DestinationUpkeepJob;
const destinations = new DestinationRepository();
const moves = new LaneMoves();
const place = { organizationId: 'acme', connectionId: 'connection-1' };
const [OLD, NEW] = ['C0SECALERT', 'C0NEWIDNEW'];

beforeAll(async () => {
  opened = await OpenedLanes.open();
  upkeep = new DestinationUpkeepJob(opened.source, opened.connections, {} as CompareWithDirectory, opened.destinations, opened.outbox, { wake: () => undefined } as unknown as ResolutionJob, createLogger('test', 'silent'));
}, 30_000);

afterAll(() => opened.close());
beforeEach(() => opened.clear());

function refused(code: string): Outcome {
  return { state: 'failed', charge: 1, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, error: { code, message: 'why', remedy: 'what to do' }, story: { kind: 'failed', text: 'why' } };
}

function posted(): Outcome {
  return { ...POSTED, ts: `${(Date.now() + 1) / 1000}` };
}

async function hear(news: DestinationNews, destinationId = OLD): Promise<void> {
  await opened.outbox.transaction((tx) => opened.destinations.hear(tx, [{ ...place, destinationId, news }]));
}

/** What was said of destinations, in short. */
async function changes(): Promise<string[]> {
  return (await opened.said()).filter(({ type }) => type === 'destination.changed.v1').map(({ subject, data }) => `${subject} ${String(data.change)}`);
}

async function trouble(id = OLD): Promise<string | undefined> {
  const [row] = await opened.source.query<{ code: string | null }[]>(`select trouble->>'code' as code from destinations where destination_id = $1`, [id]);
  return row?.code ?? undefined;
}

async function laneOf(key: string): Promise<{ lane_id: string; provisional: boolean; active: boolean; troubled: boolean }> {
  const [lane] = await opened.source.query<{ lane_id: string; provisional: boolean; active: boolean; troubled: boolean }[]>('select lane_id, provisional, active, troubled from lanes where destination_key = $1', [key]);
  if (!lane) throw new Error(`there is no lane ${key}`);
  return lane;
}

/** As the resolution job does with the lane of an id that was changed. */
async function leadOn(key = OLD): Promise<void> {
  const lane = await laneOf(key);
  await opened.outbox.transaction(async (tx) => {
    const found = await destinations.present(tx, { ...place, destinationId: key });
    await moves.toNewId(tx, { ...place, laneId: lane.lane_id }, key, { ...found, kind: 'channel' });
  });
}

async function changeId(from = OLD, to = NEW, at = Date.now()): Promise<void> {
  await opened.outbox.transaction((tx) => opened.destinations.changeId(tx, { ...place, destinationId: from }, to, at));
}

async function inLine(key: string): Promise<string[]> {
  const rows = await opened.source.query<{ delivery_id: string }[]>(
    `select delivery_id from deliveries d join lanes l using (lane_id) where l.destination_key = $1 and d.state = 'waiting' order by d.priority, d.said_at, d.arrival`, [key]);
  return rows.map(({ delivery_id }) => delivery_id);
}

describe('what becomes of messages', () => {
  test('a refusal that speaks of the destination makes it need attention, once; a message that arrives makes it healthy', async () => {
    await opened.accept({}, {}, {});
    for (const outcome of [refused('is_archived'), refused('is_archived')]) {
      await opened.finish(await opened.claimOne(), outcome);
      await opened.passTime(2);
      expect([await trouble(), (await laneOf(OLD)).troubled]).toEqual(['is_archived', true]);
    }
    await opened.finish(await opened.claimOne(), posted());
    expect([await trouble(), (await laneOf(OLD)).troubled]).toEqual([undefined, false]);
    expect(await changes()).toEqual([`${OLD} archived`, `${OLD} recovered`]);
    const [archived] = (await opened.said()).filter(({ type }) => type === 'destination.changed.v1');
    expect(archived?.data).toMatchObject({ ...place, destination: { id: OLD, kind: 'channel' }, health: { state: 'needs_attention', reason: 'why', remedy: 'what to do' } });
  });

  test('a refusal of one message says nothing of its destination', async () => {
    await opened.accept({});
    await opened.finish(await opened.claimOne(), refused('invalid_blocks'));
    expect([await trouble(), await changes()]).toEqual([undefined, []]);
  });

  test('a destination keeps the name that our copy knew', async () => {
    await opened.source.query(`insert into channels (connection_id, channel_id, name, sought, is_private, is_shared, is_archived, is_member) values ('connection-1', $1, 'sec-alerts', 'sec alerts', true, false, false, true)`, [OLD]);
    const [id] = await opened.accept({});
    await opened.source.query('delete from channels');
    await hear({ kind: 'deleted', at: Date.now() });
    expect((await opened.said()).at(-1)?.data).toMatchObject({ destination: { name: '#sec-alerts' } });
    await opened.finish(await opened.claimOne(), refused('channel_not_found'));
    expect(await trouble()).toBe('channel_deleted');
    expect((await opened.said()).find(({ type, subject }) => type === 'delivery.settled.v1' && subject === id)?.data).toMatchObject({ destination: { name: '#sec-alerts' } });
  });
});

describe('news', () => {
  test('of what nothing was ever sent to, or of another organization’s, changes nothing', async () => {
    await opened.accept({});
    await hear({ kind: 'archived', at: Date.now() }, 'C0NOTUSED1');
    await opened.outbox.transaction((tx) => opened.destinations.hear(tx, [{ ...place, organizationId: 'globex', destinationId: OLD, news: { kind: 'archived', at: Date.now() } }]));
    expect([await changes(), await trouble()]).toEqual([[], undefined]);
  });

  test('that several replicas take at once, some of it late, is told once', async () => {
    await opened.accept({});
    const at = Date.now();
    await Promise.all([hear({ kind: 'archived', at }), hear({ kind: 'archived', at }), hear({ kind: 'renamed', name: '#alerts', at: at - 10 }), hear({ kind: 'archived', at })]);
    await hear({ kind: 'unarchived', at: at - 1000 });
    expect(await changes()).toEqual([`${OLD} archived`]);
    expect(await trouble()).toBe('is_archived');
  });

  test('by a clock that runs ahead does not make old what is said later', async () => {
    await opened.accept({});
    await hear({ kind: 'refused', code: 'is_archived', reason: 'why', remedy: 'what to do', at: Date.now() + 2 * 3_600_000 });
    expect(await trouble()).toBe('is_archived');
    await hear({ kind: 'unarchived', at: Date.now() });
    expect([await trouble(), await changes()]).toEqual([undefined, [`${OLD} archived`, `${OLD} recovered`]]);
  });

  test('of Slack’s events is of the moment that Slack says, whatever this process’s own clock does, and never of a later one than now', async () => {
    const taken: Date[] = [];
    const connections = { get: () => Promise.resolve({ organizationId: 'acme' }) } as unknown as ConnectionRepository;
    const channels = { take: (_connection: unknown, _report: unknown, at: Date) => { taken.push(at); return Promise.resolve(); } } as unknown as TakeChannelReport;
    const consumer = new SlackEventsConsumer(connections, channels, {} as TakePersonReport, destinations, opened.source);
    const now = Date.now();
    const report = (at: number): Promise<void> => consumer.channel({ organizationId: 'acme', connectionId: 'connection-1', channel: { id: OLD }, news: 'archived', at: new Date(at).toISOString() });
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now - 7_200_000);
    await report(now - 1000);
    await report(now + 3_600_000);
    clock.mockRestore();
    expect(taken[0]?.getTime()).toBe(now - 1000);
    expect(taken[1]?.getTime()).toBeLessThan(now + 60_000);
  });

  test('is said in the transaction of the change: taken back with it', async () => {
    await opened.accept({});
    await expect(opened.outbox.transaction(async (tx) => {
      await opened.destinations.hear(tx, [{ ...place, destinationId: OLD, news: { kind: 'archived', at: Date.now() } }]);
      throw new Error('taken back');
    })).rejects.toThrow('taken back');
    expect([await changes(), await trouble(), (await laneOf(OLD)).troubled]).toEqual([[], undefined, false]);
  });
});

describe('an id that was changed', () => {
  test('leads to the new one: what waits goes there in its order, what comes later too, marked as shared', async () => {
    const before = await opened.accept({ priority: 5 }, { priority: 0 }, { priority: 5 });
    const [there] = await opened.accept({ destination: { id: NEW }, priority: 5 });
    await changeId();
    expect(await opened.claim(10)).toMatchObject([{ deliveryId: there }]);
    await leadOn();
    const [late] = await opened.accept({ priority: 5 });
    expect(await inLine(NEW)).toEqual([before[1], before[0], before[2]]);
    await leadOn();
    expect([await inLine(NEW), await inLine(OLD)]).toEqual([[before[1], before[0], before[2], late], []]);
    expect(await opened.source.query('select is_shared, moved_to from destinations order by destination_id')).toEqual([{ is_shared: true, moved_to: null }, { is_shared: null, moved_to: NEW }]);
    expect(await opened.source.query('select distinct destination_id from commands')).toEqual([{ destination_id: NEW }]);
    expect((await opened.said()).at(-1)?.data).toMatchObject({ change: 'id_changed', destination: { id: NEW }, previousId: OLD });
  });

  test('twice, in a chain or in a circle ends at the last', async () => {
    await opened.accept({});
    await changeId(OLD, NEW);
    await changeId(OLD, NEW);
    await changeId(NEW, 'C0THIRDONE');
    await changeId('C0THIRDONE', OLD);
    await changeId(OLD, 'not an id');
    await leadOn();
    expect(await inLine('C0THIRDONE')).toHaveLength(1);
    expect(await changes()).toEqual([`${NEW} id_changed`, 'C0THIRDONE id_changed']);
  });

  test('in the middle of a request: its result counts, and the next message goes to the new place', async () => {
    const [answered, next] = await opened.accept({}, {});
    const first = await opened.claimOne();
    await opened.lanes.markStarted(first ? [first] : []);
    await changeId();
    await opened.finish(first);
    await leadOn();
    expect([(await opened.row(answered ?? '')).state, await inLine(NEW)]).toEqual(['posted', [next]]);
  });

  test('whose lane was left with a request begun is opened for it alone, and closed again', async () => {
    const [begun, next] = await opened.accept({}, {});
    const lost = await opened.claimOne();
    await opened.lanes.markStarted(lost ? [lost] : []);
    await changeId();
    await opened.passTime(31);
    await leadOn();
    expect([(await laneOf(OLD)).provisional, await inLine(NEW)]).toEqual([false, [next]]);
    const found = (await opened.claim(10)).find(({ deliveryId }) => deliveryId === begun);
    expect(found).toMatchObject({ leftover: true });
    await opened.finish(found);
    expect((await opened.row(begun ?? '')).state).toBe('posted');
    await upkeep.pass();
    expect((await laneOf(OLD)).provisional).toBe(true);
  });

  test('takes along also what was told by a request that a process that died had begun', async () => {
    await opened.accept({});
    const lost = await opened.claimOne();
    await opened.lanes.markStarted(lost ? [lost] : []);
    await changeId();
    await opened.passTime(31);
    await leadOn();
    await opened.finish(await opened.claimOne(), { ...posted(), channel: OLD, trace: { kind: 'told', issues: [{ id: 'issue-1', revision: 1 }], inDigest: false, living: true, wasPlainText: false } });
    await opened.passTime(31);
    await opened.claim(10);
    await upkeep.pass();
    expect(await laneOf(OLD)).toMatchObject({ provisional: true, active: true });
    await leadOn();
    expect(await opened.source.query('select lane_id, channel from told_issues')).toEqual([{ lane_id: (await laneOf(NEW)).lane_id, channel: NEW }]);
    await upkeep.pass();
    expect(await laneOf(OLD)).toMatchObject({ provisional: true, active: false });
  });

  test('takes along what its destination was told, so that the next message finds its thread and edits the right place', async () => {
    const [told] = await opened.accept({});
    await opened.finish(await opened.claimOne(), { ...posted(), channel: OLD });
    const { lane_id } = await laneOf(OLD);
    await opened.source.query(`insert into told_issues (organization_id, issue_id, lane_id, connection_id, delivery_id, channel, ts) values ('acme', 'issue-1', $1, 'connection-1', $2, $3, '1.1')`, [lane_id, told, OLD]);
    await changeId();
    await leadOn();
    const there = await laneOf(NEW);
    expect(await opened.source.query('select lane_id, channel from told_issues')).toEqual([{ lane_id: there.lane_id, channel: NEW }]);
    expect(await opened.source.query('select lane_id from deliveries')).toEqual([{ lane_id: there.lane_id }]);
  });

  test('goes on beside arrivals, claims and results without a deadlock, and no message is lost', async () => {
    const ids: string[] = [];
    const others = new HearOfDestinations(destinations, opened.outbox);
    const post = async (): Promise<void> => { for (const claim of await opened.claim(5)) await opened.finish(claim, posted()); };
    const arrive = async (id: string): Promise<void> => { ids.push(...(await opened.accept({ destination: { id } }, { destination: { id } }))); };
    await arrive(OLD);
    await Promise.all([
      ...Array.from({ length: 6 }, (_, index) => arrive(index % 2 === 0 ? OLD : NEW)),
      ...Array.from({ length: 4 }, post),
      changeId(),
      opened.outbox.transaction((tx) => others.hear(tx, [NEW, OLD].map((destinationId) => ({ ...place, destinationId, news: { kind: 'archived' as const, at: Date.now() } })))),
    ]);
    await leadOn();
    expect(await inLine(OLD)).toEqual([]);
    const settled = await opened.source.query<{ n: number }[]>(`select count(*)::int as n from deliveries where state = 'posted'`);
    expect((await inLine(NEW)).length + (settled[0]?.n ?? 0)).toBe(ids.length);
  });
});

test('an address that means nothing ends what waits for it in several transactions; what comes meanwhile to go elsewhere does', async () => {
  const error = { code: 'channel_not_found', message: 'There is no such channel.', remedy: 'Choose another one.' };
  const woken = { wake: () => undefined };
  const addresses: Pick<ResolveAddress, 'resolve'> = { resolve: () => Promise.resolve({ refused: error }) };
  const job = new ResolutionJob(opened.source, opened.waiting, addresses as ResolveAddress, moves, destinations, opened.holds, opened.outbox, woken as unknown as PostingJob, woken as unknown as DirectorySyncJob, createLogger('test', 'silent'));
  await opened.acceptMany(501, { destination: { name: '#nowhere' } });
  const endAll = opened.waiting.endAll.bind(opened.waiting);
  jest.spyOn(opened.waiting, 'endAll').mockImplementationOnce(async (...which) => {
    await opened.accept({ destination: { name: '#nowhere' }, otherwise: { id: NEW } });
    return endAll(...which);
  });
  await job.onApplicationBootstrap();
  await eventually(async () => (await inLine(NEW)).length === 1);
  await job.onModuleDestroy();
  await expect(opened.source.query(`select state, count(*)::int as count, count(distinct xmin::text)::int as transactions from deliveries where state <> 'waiting' group by 1`)).resolves.toEqual([{ state: 'failed', count: 501, transactions: 2 }]);
  expect(await opened.source.query(`select active from lanes where destination_key = 'name:nowhere'`)).toEqual([{ active: false }]);
});
