import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { EntityManager } from 'typeorm';

import type { Audit } from '@tocsin/platform';

import { aConnection, OpenedLanes, waits } from '../../test/opened-lanes.js';
import { LaneMoves } from '../directory/lane-moves.js';
import type { PausedMembers } from '../digests/paused-members.js';
import { PauseRepository } from '../ledger/pause.repository.js';
import { arrivalRow } from './arrival.js';
import type { DeliveryLog } from './delivery-log.js';
import { notYet } from './outcome.js';
import { WAITING_IN_LANE } from './waiting-in-lane.js';

const CANCELLED = { state: 'suppressed', error: { code: 'cancelled', message: 'Cancelled', remedy: 'Replay it' } } as const;

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());
beforeEach(() => opened.clear());

describe('a lane', () => {
  test('sends in the order of priority, then of arrival, and one at a time', async () => {
    const [first, second] = await opened.accept({ priority: 5 }, { priority: 5 });
    const [byHand] = await opened.accept({ priority: 0 });
    const order: (string | undefined)[] = [];
    for (let claim = await opened.claimOne(); claim; claim = await opened.claimOne()) {
      expect(await opened.claimOne()).toBeUndefined();
      order.push(claim.deliveryId);
      await opened.finish(claim);
      await opened.passTime(1);
    }
    expect(order).toEqual([byHand, first, second]);
  });

  test('orders messages of several producers by when they were said, and believes no clock that runs ahead', async () => {
    const early = { commandId: 'early', organizationId: 'acme', connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, issues: [], source: { kind: 'manual', user: 'ada' } as const };
    const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);
    await opened.arrivals.ingest([
      { command: { ...early, commandId: 'from the future' }, saidAt: minutes(600) },
      { command: { ...early, commandId: 'a minute ago' }, saidAt: minutes(-1) },
      { command: { ...early, commandId: 'last year' }, saidAt: minutes(-500_000) },
      { command: { ...early, commandId: 'four minutes ago' }, saidAt: minutes(-4) },
    ].map(arrivalRow));
    await expect(opened.source.query('select delivery_id from deliveries order by priority, said_at, arrival')).resolves.toEqual(
      ['last year', 'four minutes ago', 'a minute ago', 'from the future'].map((id) => ({ delivery_id: id })),
    );
    await expect(opened.source.query(`select count(*)::int as ahead from deliveries where said_at > clock_timestamp()`)).resolves.toEqual([{ ahead: 0 }]);
  });

  test('is paced: the next message may go one interval after the last one was claimed', async () => {
    await opened.accept({}, {});
    await opened.finish(await opened.claimOne());
    expect(await opened.claimOne()).toBeUndefined();
    expect(await opened.lanes.untilNextLane()).toBeGreaterThan(500);
    await opened.passTime(1);
    expect(await opened.claimOne()).toBeDefined();
  });

  test('that was emptied keeps its pace: a message that comes at once waits for the interval, not for the lease', async () => {
    await opened.accept({});
    await opened.finish(await opened.claimOne());
    await opened.passTime(1);
    expect(await opened.claimOne()).toBeUndefined(); // falls asleep
    await opened.accept({});
    expect(await opened.claimOne()).toBeDefined();
  });

  test('waits as long as Slack asks, and only that lane', async () => {
    await opened.accept({ destination: { id: 'C0SECALERT' } }, { destination: { id: 'C0SECALERT' } }, { destination: { id: 'C0GENERAL1' } });
    const [alerts, general] = (await opened.claim(10)).sort((a, b) => (b.delivery.destination_id ?? '').localeCompare(a.delivery.destination_id ?? ''));
    await opened.finish(alerts, waits({ laneWaitMs: 30_000, rateLimited: true }));
    await opened.finish(general);
    await opened.accept({ destination: { id: 'C0GENERAL1' } });
    await opened.passTime(2);
    expect((await opened.claim(10)).map((claim) => claim.delivery.destination_id)).toEqual(['C0GENERAL1']);
    await opened.passTime(29);
    expect((await opened.claim(10)).map((claim) => claim.deliveryId)).toEqual([alerts?.deliveryId]);
  });

  test('goes on when only its first message has to wait', async () => {
    const [stuck, next] = await opened.accept({}, {});
    await opened.finish(await opened.claimOne(), waits({ messageWaitMs: 60_000, charge: 1, ambiguous: 1 }));
    await opened.passTime(1);
    const claim = await opened.claimOne();
    expect(claim?.deliveryId).toBe(next);
    await opened.finish(claim);
    await opened.passTime(1);
    expect(await opened.claimOne()).toBeUndefined();
    await opened.passTime(60);
    expect((await opened.claimOne())?.deliveryId).toBe(stuck);
  });

  test('says once what its message waits for, however often it is looked at', async () => {
    const [id] = await opened.accept({});
    for (const reason of ['no token', 'no token', 'no readers', 'no token']) {
      await opened.finish(await opened.claimOne(), notYet(reason, 0, Date.now()));
      await opened.passTime(1);
    }
    const told = await opened.source.query<{ text: string }[]>(`select text from timeline where delivery_id = $1 and kind = 'waiting' order by id`, [id]);
    expect(told.map(({ text }) => text)).toEqual(['no token', 'no readers', 'no token']);
  });

  test('is asked of the clock, not of luck, when its only message waits', async () => {
    await opened.accept({});
    await opened.finish(await opened.claimOne(), waits({ messageWaitMs: 120_000 }));
    await opened.passTime(2);
    expect(await opened.claimOne()).toBeUndefined();
    const ms = await opened.lanes.untilNextLane();
    expect(ms).toBeGreaterThan(100_000);
    expect(ms).toBeLessThan(119_000);
  });
});

describe('ending what waits', () => {
  test('tells its end once, and leaves what is being posted alone', async () => {
    const [waiting = '', other = ''] = await opened.accept({ priority: 5 }, { priority: 1 });
    await opened.claimOne();
    const ended = await opened.outbox.transaction((tx) => opened.waiting.end(tx, CANCELLED, { condition: 'd.delivery_id = any($1)', parameters: [[waiting, other]] }));
    expect(ended).toMatchObject([{ organization_id: 'acme', delivery_id: waiting }]);
    expect(await opened.said()).toMatchObject([{ type: 'delivery.settled.v1', data: { id: waiting, state: 'suppressed', error: { code: 'cancelled' } } }]);
  });

  test('reads the commands of a few at a time, however many end at once', async () => {
    await opened.acceptMany(250);
    const counts: number[] = [];
    await opened.outbox.transaction(async (tx) => {
      const counted = Object.create(tx, {
        query: { value: async (sql: string, values?: unknown[]) => {
          const rows = await tx.query<{ command?: object }[]>(sql, values);
          if (rows[0]?.command) counts.push(rows.length);
          return rows;
        } },
      }) as EntityManager;
      await opened.waiting.end(counted, CANCELLED, { condition: 'true', parameters: [] });
    });
    expect(counts).toEqual([100, 100, 50]);
    expect(await opened.said()).toHaveLength(250);
  });

  test('in batches leaves alone what is meant no more once its lane is locked', async () => {
    const [claimed = '', spared = '', other = ''] = await opened.accept({}, {}, {});
    const claim = opened.source.createQueryRunner();
    await claim.startTransaction();
    await claim.query('select 1 from lanes for no key update');
    const ending = opened.waiting.endAll(CANCELLED, { condition: 'd.priority < 9', parameters: [] });
    await claim.query(`update deliveries set state = 'posting' where delivery_id = $1`, [claimed]);
    await claim.query('update deliveries set priority = 9 where delivery_id = $1', [spared]);
    await claim.commitTransaction();
    await claim.release();
    expect(await ending).toBe(1);
    expect([(await opened.row(claimed)).state, (await opened.row(spared)).state, (await opened.row(other)).state]).toEqual(['posting', 'waiting', 'suppressed']);
  });
});

describe('commands arrive in a lane', () => {
  test.each([
    ['some of it is ended', (tx: EntityManager) => opened.waiting.end(tx, CANCELLED, { condition: 'true', parameters: [] })],
    ['its connection is resumed', (tx: EntityManager) => opened.connections.apply(tx, aConnection({ version: 3 }))],
  ])('while %s', async (_, change) => {
    await opened.accept({});
    await opened.connect({ version: 2, paused: true });
    await opened.claimOne();
    await opened.outbox.transaction(async (tx) => {
      await change(tx);
      await opened.accept({});
    });
    expect(await opened.source.query('select count(*)::int as count from deliveries')).toEqual([{ count: 2 }]);
  });

  test('while what waits in it is held', async () => {
    await opened.accept({});
    await opened.source.query(`insert into pauses (organization_id, paused_by) values ('acme', 'ada@acme.test')`);
    const log: Pick<DeliveryLog, 'write'> = { write: async () => { await opened.accept({}); } };
    await new PauseRepository(opened.source, opened.outbox, log as DeliveryLog, {} as Audit, { takeOut: () => Promise.resolve(false) } as unknown as PausedMembers).settle('acme');
    expect(await opened.source.query('select count(*)::int as count from deliveries where held_since is not null')).toEqual([{ count: 2 }]);
  });
});

test('claimed deliveries are read, and what they told is recorded, by key, although their tables were small when they were looked at', async () => {
  const [id] = await opened.accept({});
  await opened.source.query('analyze');
  await opened.source.transaction(async (tx) => {
    const scans = (): Promise<unknown> => tx.query('select relname, seq_scan from pg_stat_xact_user_tables where seq_scan > 0 order by 1');
    const before = await scans();
    await expect(tx.query('select delivery_id from read_claims($1, $2)', [['acme'], [id]])).resolves.toEqual([{ delivery_id: id }]);
    await tx.query('select * from record_told_issues($1)', [JSON.stringify([{ organization_id: 'acme', issue_id: 'i1', lane_id: 1, connection_id: 'connection-1', delivery_id: id, channel: 'C0SECALERT', ts: '1.1', in_digest: false, living: true, was_plain_text: false, revision: 1 }])]);
    await expect(scans()).resolves.toEqual(before);
  });
});

test('what waits in a lane is found by an index that no claim takes, however much has been sent', async () => {
  const lane = `(select lane_id from lanes where destination_key = 'name:nowhere')`;
  await opened.accept({}, { destination: { name: '#nowhere' } });
  await opened.source.query(
    `insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state, settled_at)
     select 'acme', 'old-' || n, ${lane}, 'connection-1', 3, now(), now(), now(), 'posted', now() from generate_series(1, 20000) n`,
  );
  await opened.source.query('analyze deliveries');
  await opened.source.transaction(async (tx) => {
    const scans = async (): Promise<Record<string, number>> => {
      const rows = await tx.query<{ name: string; scans: number }[]>(
        `select c.relname as name, pg_stat_get_xact_numscans(c.oid)::int as scans from pg_class c left join pg_index i on i.indexrelid = c.oid where 'deliveries'::regclass in (c.oid, i.indrelid) and c.relkind in ('r', 'i')`);
      return Object.fromEntries(rows.map((row) => [row.name, row.scans]));
    };
    const [from] = await tx.query<{ lane_id: string }[]>(`select lane_id from lanes where destination_key = 'name:nowhere'`);
    const before = await scans();
    await tx.query(`select * from claim_deliveries(10, 1, '30 seconds', 0, 1, '1 second', '10 minutes')`);
    const claimed = await scans();
    expect([claimed.deliveries, claimed.deliveries_waiting_in_lane]).toEqual([before.deliveries, before.deliveries_waiting_in_lane]);
    expect(claimed.deliveries_head).toBeGreaterThan(before.deliveries_head ?? 0);
    await new LaneMoves().toFound(tx, { organizationId: 'acme', connectionId: 'connection-1', laneId: from?.lane_id ?? '' }, { id: 'C0GENERAL1', kind: 'channel', name: '#general' });
    await opened.connections.apply(tx, aConnection({ version: 2, paused: true }));
    await opened.connections.apply(tx, aConnection({ version: 3 }));
    await opened.waiting.endSome(tx, CANCELLED, { condition: `d.lane_id = $1 and ${WAITING_IN_LANE}`, parameters: [from?.lane_id] });
    const after = await scans();
    expect(after.deliveries).toBe(before.deliveries);
    expect(after.deliveries_waiting_in_lane).toBeGreaterThanOrEqual((before.deliveries_waiting_in_lane ?? 0) + 3);
  });
});
