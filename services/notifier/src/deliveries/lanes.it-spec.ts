import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { EntityManager } from 'typeorm';

import type { Audit } from '@tocsin/platform';

import { aConnection, OpenedLanes, POSTED, waits } from '../../test/opened-lanes.js';
import { LaneMoves } from '../directory/lane-moves.js';
import { PauseRepository } from '../ledger/pause.repository.js';
import { arrivalRow } from './arrival.js';
import type { DeliveryLog } from './delivery-log.js';
import { resultOf } from './delivery-result.js';
import { notYet } from './outcome.js';
import { WAITING_IN_LANE } from './waiting-in-lane.js';

let opened: OpenedLanes;

beforeAll(async () => {
  opened = await OpenedLanes.open();
}, 30_000);

afterAll(async () => {
  await opened.close();
});

beforeEach(async () => {
  await opened.clear();
  await opened.connect();
});

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

describe('a holder that dies', () => {
  test('before the request leaves a message that is simply sent by the next one', async () => {
    const [id = ''] = await opened.accept({});
    await opened.claimOne();
    expect(await opened.claimOne()).toBeUndefined();
    await opened.passTime(30);
    const claim = await opened.claimOne();
    expect(claim).toMatchObject({ deliveryId: id, leftover: false, attempt: 2 });
    expect(await opened.row(id)).toMatchObject({ ambiguous: 0 });
  });

  test('after the request began leaves a message that only policy may send again', async () => {
    const [id = ''] = await opened.accept({});
    const claim = await opened.claimOne();
    await opened.lanes.markStarted(claim ? [claim] : []);
    await opened.passTime(30);
    const leftover = await opened.claimOne();
    expect(leftover).toMatchObject({ deliveryId: id, leftover: true });
    await opened.finish(leftover, { ...waits(), state: 'unconfirmed', charge: 1, ambiguous: 1 });
    expect(await opened.row(id)).toMatchObject({ state: 'unconfirmed', ambiguous: 1 });
  });

  test('does not let a second message of its lane go before its end is known', async () => {
    const [first] = await opened.accept({}, {});
    const claim = await opened.claimOne();
    await opened.lanes.markStarted(claim ? [claim] : []);
    await opened.passTime(30);
    expect((await opened.claim(10)).map((one) => one.deliveryId)).toEqual([first]);
  });
});

describe('a holder that comes back late', () => {
  async function overtaken() {
    const [id = ''] = await opened.accept({});
    const late = await opened.claimOne();
    await opened.passTime(30);
    const present = await opened.claimOne();
    return { id, late, present };
  }

  test('may not begin a request that is another one’s by now', async () => {
    const { late, present } = await overtaken();
    await expect(opened.lanes.markStarted([late, present].filter((claim) => claim !== undefined))).resolves.toEqual(new Set([present]));
  });

  test('is not believed about a failure', async () => {
    const { id, late, present } = await overtaken();
    await opened.finish(late, { ...waits(), state: 'failed', error: { code: 'late', message: 'late', remedy: 'late' } });
    expect(await opened.row(id)).toMatchObject({ state: 'posting' });
    await opened.finish(present);
    expect(await opened.row(id)).toMatchObject({ state: 'posted' });
  });

  test('is believed about a message that is in the channel, which is told once', async () => {
    const { id, late, present } = await overtaken();
    await opened.finish(late);
    expect(await opened.row(id)).toMatchObject({ state: 'posted' });
    await opened.finish(present, waits({ laneWaitMs: 1000 }));
    expect(await opened.row(id)).toMatchObject({ state: 'posted' });
    expect((await opened.said()).map(({ type, subject }) => [type, subject])).toEqual([['delivery.settled.v1', id]]);
  });

  test('does not give back the lane of the present holder', async () => {
    const { late } = await overtaken();
    await opened.accept({});
    await opened.finish(late, waits());
    await opened.passTime(5);
    expect(await opened.claimOne()).toBeUndefined();
  });
});

describe('a connection', () => {
  test('that cannot send keeps its messages, and wakes them when it can again, with that time added to their lives', async () => {
    const [id = ''] = await opened.accept({});
    await opened.connect({ version: 2, health: { state: 'revoked', since: new Date().toISOString() } });
    expect(await opened.claimOne()).toBeUndefined();
    await opened.source.query(`update connections set held_since = held_since - interval '40 hours'`);
    await opened.source.query(`update deliveries set expires_at = expires_at - interval '40 hours', created_at = created_at - interval '40 hours'`);
    await opened.connect({ version: 3, credentialVersion: 2 });
    expect((await opened.claimOne())?.deliveryId).toBe(id);
  });

  test('that cannot send any more still has judged what was left behind', async () => {
    const [id = ''] = await opened.accept({});
    const claim = await opened.claimOne();
    await opened.lanes.markStarted(claim ? [claim] : []);
    await opened.connect({ version: 2, paused: true });
    await opened.passTime(30);
    const leftover = await opened.claimOne();
    expect(leftover).toMatchObject({ deliveryId: id, leftover: true });
    await opened.finish(leftover, { ...waits(), state: 'unconfirmed', charge: 1, ambiguous: 1 });
    expect(await opened.row(id)).toMatchObject({ state: 'unconfirmed' });
  });

  test('that Slack refused is reported once and stops every lane; a verdict on an older credential changes nothing', async () => {
    await opened.connect({ version: 2, credentialVersion: 2 });
    await opened.accept({ destination: { id: 'C0SECALERT' } }, { destination: { id: 'C0GENERAL1' } }, { destination: { id: 'C0PAYMENTS' } });
    const [stale, first, second] = await opened.claim(10);
    if (!stale || !first || !second) throw new Error('three lanes were to be claimed');
    const hold = (credentialVersion: number) => waits({ hold: { connectionId: 'connection-1', credentialVersion, slackError: 'token_revoked', reason: 'The token was revoked.' } });
    await opened.finish(stale, hold(1));
    expect(await opened.said()).toEqual([]);
    await opened.lanes.finish([resultOf(first, hold(2)), resultOf(second, hold(2))]);
    expect(await opened.said()).toMatchObject([{ type: 'connection.reported.v1', data: { connectionId: 'connection-1', organizationId: 'acme', credentialVersion: 2, slackError: 'token_revoked' } }]);
    await opened.passTime(60);
    expect(await opened.claim(10)).toEqual([]);
    await opened.connect({ version: 3, credentialVersion: 3 });
    expect(await opened.claim(10)).toHaveLength(3);
  });

  test('that wakes does not take leased messages from their holder', async () => {
    await opened.accept({});
    const claim = await opened.claimOne();
    await opened.connect({ version: 2, paused: true });
    await opened.connect({ version: 3 });
    expect(await opened.claimOne()).toBeUndefined();
    await opened.finish(claim);
  });

  test('that is unknown keeps its messages until its news comes', async () => {
    await opened.accept({ connectionId: 'connection-9' });
    expect(await opened.claimOne()).toBeUndefined();
    await expect(opened.connections.takeDoubtful()).resolves.toEqual(['connection-9']);
    await expect(opened.connections.takeDoubtful()).resolves.toEqual([]);
    await opened.connect({ id: 'connection-9' });
    expect(await opened.claimOne()).toBeDefined();
  });

  test('of another organization sends nothing', async () => {
    await opened.accept({ connectionId: 'connection-9' });
    await opened.connect({ id: 'connection-9', organizationId: 'globex' });
    expect(await opened.claimOne()).toBeUndefined();
  });

  test('does not believe older news', async () => {
    await opened.connect({ version: 5, paused: true });
    await opened.connect({ version: 4, paused: false });
    await opened.accept({});
    expect(await opened.claimOne()).toBeUndefined();
  });
});

describe('the ceiling of a workspace', () => {
  test('lets a burst go at once and holds back the rest, each until there is a token for it', async () => {
    opened.config.SLACK_WORKSPACE_RATE = 5;
    opened.config.SLACK_WORKSPACE_BURST = 4;
    await opened.accept(...Array.from({ length: 8 }, (_, n) => ({ destination: { id: `C0CHANNEL${n}` } })));
    expect(await opened.claim(32)).toHaveLength(4);
    expect(await opened.claim(32)).toEqual([]);
    await opened.passTime(0.31); // the first a tenth of a second late
    expect(await opened.claim(32)).toHaveLength(1);
    await opened.passTime(0.61);
    expect(await opened.claim(32)).toHaveLength(3);
  });

  test('is shared by the lanes of one app and workspace only', async () => {
    opened.config.SLACK_WORKSPACE_RATE = 1;
    opened.config.SLACK_WORKSPACE_BURST = 1;
    await opened.connect({ id: 'same-app' });
    await opened.connect({ id: 'other-workspace', workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
    await opened.accept({ connectionId: 'connection-1' }, { connectionId: 'same-app' }, { connectionId: 'other-workspace' });
    const claims = await opened.claim(32);
    expect(claims.map((claim) => claim.delivery.connection_id).sort()).toEqual(['connection-1', 'other-workspace']);
  });

  test('pauses every lane of the workspace when Slack says that its quota is used up, and no other', async () => {
    await opened.connect({ id: 'other-workspace', workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
    await opened.accept({});
    await opened.finish(await opened.claimOne(), waits({ laneWaitMs: 3_600_000, workspaceWaitMs: 3_600_000, rateLimited: true }));
    await opened.accept({ destination: { id: 'C0GENERAL1' } }, { connectionId: 'other-workspace' });
    expect((await opened.claim(32)).map((claim) => claim.delivery.connection_id)).toEqual(['other-workspace']);
    await opened.passTime(3601);
    expect((await opened.claim(32)).filter((claim) => claim.delivery.connection_id === 'connection-1')).toHaveLength(2);
  });
});

describe('ending what waits', () => {
  const CANCELLED = { state: 'suppressed', error: { code: 'cancelled', message: 'Cancelled', remedy: 'Replay it' } } as const;

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
  const CANCELLED = { state: 'suppressed', error: { code: 'cancelled', message: 'Cancelled', remedy: 'Replay it' } } as const;

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
    await new PauseRepository(opened.source, opened.outbox, log as DeliveryLog, {} as Audit).settle('acme');
    expect(await opened.source.query('select count(*)::int as count from deliveries where held_since is not null')).toEqual([{ count: 2 }]);
  });
});

describe('several replicas at once', () => {
  test('ingest, claim, finish, wake and cancel side by side without a deadlock, and post each message once', async () => {
    opened.config.SLACK_CHANNEL_INTERVAL_MS = 0;
    const total = 400;
    const channels = Array.from({ length: 12 }, (_, n) => `C0CHANNEL${String(n).padStart(2, '0')}`);
    const posted: string[] = [];
    let ingested = 0;
    const ingest = async (offset: number): Promise<void> => {
      for (let n = 0; n < total / 2; n += 10) {
        const batch = Array.from({ length: 10 }, (_, k) => arrivalRow({
          command: { commandId: `c${offset + n + k}`, organizationId: 'acme', connectionId: 'connection-1', destination: { id: channels[(n * 7 + k * 5) % channels.length] ?? '' }, issues: [], source: { kind: 'manual', user: 'ada' } as const },
          saidAt: new Date(),
        }));
        await opened.arrivals.ingest(offset === 0 ? batch : batch.reverse());
        ingested += batch.length;
      }
    };
    const post = async (): Promise<void> => {
      while (posted.length < total) {
        const claims = await opened.claim(5);
        const started = [...(await opened.lanes.markStarted(claims))];
        posted.push(...started.map((claim) => claim.deliveryId));
        await opened.lanes.finish(started.map((claim) => resultOf(claim, POSTED)).reverse());
      }
    };
    const changeConnection = async (): Promise<void> => {
      for (let version = 2; ingested < total; version += 1) await opened.connect({ version, paused: version % 2 === 0 });
      await opened.connect({ version: 1_000_000 });
    };
    await Promise.all([ingest(0), ingest(total / 2), post(), post(), changeConnection()]);
    expect(posted).toHaveLength(total);
    expect(new Set(posted).size).toBe(total);
    await expect(opened.source.query('select sum(accepted)::int as accepted, (select count(*)::int from deliveries where state = $1) as posted from accepted_counts', ['posted'])).resolves.toEqual([{ accepted: total, posted: total }]);
  }, 60_000);
});

test('claimed deliveries are read, and what they told is recorded, by key, although their tables were small when they were looked at', async () => {
  const [id] = await opened.accept({});
  await opened.source.query('analyze');
  await opened.source.transaction(async (tx) => {
    const scans = (): Promise<unknown> => tx.query('select relname, seq_scan from pg_stat_xact_user_tables where seq_scan > 0 order by 1');
    const before = await scans();
    await expect(tx.query('select delivery_id from read_claims($1, $2)', [['acme'], [id]])).resolves.toEqual([{ delivery_id: id }]);
    await tx.query('select record_told($1)', [JSON.stringify([{ organization_id: 'acme', issue_id: 'i1', lane_id: 1, connection_id: 'connection-1', delivery_id: id, channel: 'C0SECALERT', ts: '1.1', in_digest: false, living: true, was_plain_text: false, revision: 1 }])]);
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
    await opened.waiting.endSome(tx, { state: 'suppressed', error: { code: 'cancelled', message: '', remedy: '' } }, { condition: `d.lane_id = $1 and ${WAITING_IN_LANE}`, parameters: [from?.lane_id] });
    const after = await scans();
    expect(after.deliveries).toBe(before.deliveries);
    expect(after.deliveries_waiting_in_lane).toBeGreaterThanOrEqual((before.deliveries_waiting_in_lane ?? 0) + 3);
  });
});
