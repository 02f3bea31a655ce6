import { Writable } from 'node:stream';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger, Metrics } from '@tocsin/platform';
import { NIL } from 'uuid';

import { OpenedLanes, waits } from '../../test/opened-lanes.js';
import type { Claim } from '../deliveries/claim.js';
import { DeliveryMetrics } from '../deliveries/delivery.metrics.js';
import { resultOf } from '../deliveries/delivery-result.js';
import { DELIVERY_COLUMNS, deliveryView, type DeliveryRow } from '../deliveries/delivery-view.js';
import { BreakerRepository } from './breaker.repository.js';

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());

beforeEach(async () => {
  await opened.clear();
  await opened.connect({ id: 'other', workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
});

const silent = (seconds = 0): ReturnType<typeof waits> => waits({ unanswered: true, laneWaitMs: seconds * 1000 });

/** `count` messages to as many channels. */
async function acceptMany(count: number, connectionId = 'connection-1'): Promise<void> {
  await opened.accept(...Array.from({ length: count }, (_, n) => ({ connectionId, destination: { id: `C0${connectionId === 'other' ? 'OTHER' : 'CHANNEL'}${n}` } })));
}

async function fail(claims: readonly Claim[]): Promise<void> {
  await opened.lanes.finish(claims.map((claim) => resultOf(claim, silent())));
}

function loggerTo(lines: string[]): ReturnType<typeof createLogger> {
  return createLogger('test', 'debug', new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.push(chunk.toString()); done(); } }));
}

async function states(): Promise<{ breaker_key: string; is_open: boolean }[]> {
  return opened.source.query('select breaker_key, is_open from breakers order by breaker_key');
}

describe('when Slack does not answer a connection', () => {
  beforeEach(async () => {
    await acceptMany(12);
    await opened.source.query(`insert into breakers (breaker_key, is_open, opened_at, probe_at) values ('connection-1', true, clock_timestamp(), clock_timestamp() + interval '5 seconds')`);
  });

  test('its lanes wait for the probe, and those of others go on', async () => {
    await acceptMany(2, 'other');
    expect((await opened.claim(32)).map((claim) => claim.delivery.connection_id)).toEqual(['other', 'other']);
  });

  test('one message at a time finds out whether it answers again, however many replicas ask', async () => {
    await opened.passTime(5);
    const claims = (await Promise.all([opened.claim(32), opened.claim(32), opened.claim(32), opened.claim(32)])).flat();
    expect(claims).toHaveLength(1);
    expect(claims[0]).toMatchObject({ isProbe: true });
    await opened.passTime(6); // its answer is still out
    expect(await opened.claim(32)).toEqual([]);
  });

  test('its probe is one message also while another replica is just about to take it', async () => {
    await opened.passTime(5);
    const replica = opened.source.createQueryRunner();
    await replica.startTransaction();
    await replica.query(`select 1 from breakers where breaker_key = 'connection-1' for update`);
    expect(await opened.claim(32)).toEqual([]);
    await replica.rollbackTransaction();
    await replica.release();
  });

  test('an answer opens the way for all', async () => {
    await opened.passTime(5);
    await opened.finish(await opened.claimOne());
    expect(await states()).toEqual([]);
    await opened.passTime(5);
    expect(await opened.claim(32)).toHaveLength(11);
  });

  test('an answer opens the way also when it comes to a replica that has just seen that nothing was wrong', async () => {
    await opened.source.query('delete from breakers');
    const replica = new BreakerRepository(opened.source, createLogger('test', 'silent'));
    await replica.learn([{ connection: 'connection-1', failed: false }], false);
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('connection-1', true, clock_timestamp())`);
    await replica.learn([{ connection: 'connection-1', failed: false }], true);
    expect(await states()).toEqual([]);
  });

  test('a probe that fails is followed by one ten seconds later', async () => {
    await opened.passTime(5);
    await opened.finish(await opened.claimOne(), silent());
    await opened.passTime(9);
    expect(await opened.claim(32)).toEqual([]);
    await opened.passTime(1.5);
    expect(await opened.claim(32)).toHaveLength(1);
  });
});

test('a workspace that Slack does not answer stops no other, however long it stays away and however little the others send', async () => {
  await acceptMany(12);
  await fail(await opened.claim(12));
  for (let probes = 0; probes < 12; probes += 1) {
    await opened.passTime(61);
    await fail(await opened.claim(12));
  }
  expect(await states()).toEqual([{ breaker_key: 'connection-1', is_open: true }, { breaker_key: 'slack', is_open: false }]);
  await acceptMany(2, 'other');
  expect((await opened.claim(32)).map(({ delivery, isProbe }) => [delivery.connection_id, isProbe])).toEqual([['other', false], ['other', false]]);
});

describe('when Slack does not answer at all', () => {
  test('ten failures in a row stop everything but probes', async () => {
    await acceptMany(12);
    await acceptMany(5, 'other');
    const claims = await opened.claim(10);
    await fail(claims);
    expect(await states()).toContainEqual({ breaker_key: 'slack', is_open: true });
    expect(await opened.claim(32)).toEqual([]);
    await opened.passTime(5);
    const probes = (await Promise.all([opened.claim(32), opened.claim(32)])).flat();
    expect(probes).toHaveLength(1);
    expect(probes[0]).toMatchObject({ isProbe: true });
  });

  test('a probe is not used up when there is nothing to send', async () => {
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp())`);
    expect(await opened.claim(32)).toEqual([]);
    await acceptMany(1);
    expect(await opened.claim(32)).toHaveLength(1);
  });

  test('a probe that ended before Slack was asked is followed by another at once', async () => {
    await acceptMany(3);
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp())`);
    const [probe] = await opened.claim(32);
    await opened.finish(probe, { ...waits(), state: 'suppressed', asked: false });
    expect(await opened.claim(32)).toMatchObject([{ isProbe: true }]);
  });

  test('a probe whose holder died is judged as one', async () => {
    await acceptMany(1);
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp())`);
    await opened.lanes.markStarted(await opened.claim(32));
    await opened.passTime(31);
    expect(await opened.claim(32)).toMatchObject([{ leftover: true, isProbe: true }]);
  });

  test('what a holder that died has left behind is judged without a second probe beside the one that is out', async () => {
    await acceptMany(4);
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp())`);
    await opened.lanes.markStarted(await opened.claim(32));
    await opened.passTime(31);
    const claims = await opened.claim(32);
    const left = claims.filter(({ leftover }) => leftover);
    expect([left.length, claims.length]).toEqual([1, 2]);
    await opened.finish(left[0], waits({ asked: false }));
    expect(await opened.claim(32)).toEqual([]);
  });

  test('one probe goes out also while another replica is just about to take it', async () => {
    await acceptMany(3);
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp())`);
    const replica = opened.source.createQueryRunner();
    await replica.startTransaction();
    await replica.query(`select 1 from breakers where breaker_key = 'slack' for update`);
    expect(await opened.claim(32)).toEqual([]);
    await replica.rollbackTransaction();
    await replica.release();
  });

  test('a holder that dies with the probe is followed by another after its lease', async () => {
    await acceptMany(3);
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp())`);
    expect(await opened.claim(32)).toHaveLength(1);
    await opened.passTime(29);
    expect(await opened.claim(32)).toEqual([]);
    await opened.passTime(2);
    expect(await opened.claim(32)).toHaveLength(1);
  });

  test('what waits says why, and until when', async () => {
    const [id = ''] = await opened.accept({});
    await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ('slack', true, clock_timestamp() + interval '20 seconds')`);
    const [row] = await opened.source.query<DeliveryRow[]>(`select ${DELIVERY_COLUMNS('d')} from ledger d where d.delivery_id = $1`, [id]);
    const { waitingFor } = row ? deliveryView(row) : {};
    expect(waitingFor?.reason).toContain('Slack does not answer');
    expect(Date.parse(waitingFor?.until ?? '')).toBeGreaterThan(Date.now() + 10_000);
  });
});

test.each(['slack', 'connection-1'])('destinations that wait for the probe of %s count as able to send only once it answers', async (key) => {
  const metrics = new Metrics();
  new DeliveryMetrics(metrics, opened.source).onApplicationBootstrap();
  const overdue = async (): Promise<string | undefined> => /^tocsin_lanes_overdue (\d+)$/m.exec(await metrics.registry.metrics())?.[1];
  await acceptMany(3);
  await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ($1, true, clock_timestamp() + interval '1 minute')`, [key]);
  await opened.passTime(5);
  expect(await overdue()).toBe('0');
  await opened.source.query('delete from breakers');
  expect(await overdue()).toBe('3');
});

test('what a person must hear of is counted from 0, so that the first of it is seen to grow', async () => {
  const metrics = new Metrics();
  new DeliveryMetrics(metrics, opened.source).onApplicationBootstrap();
  const told = await metrics.registry.metrics();
  expect(told).toMatch(/^tocsin_deliveries_total\{kind="manual",outcome="unconfirmed",reason="no_answer"\} 0$/m);
  expect(told).toMatch(/^tocsin_deliveries_total\{kind="workflow",outcome="dead",reason="expired"\} 0$/m);
  expect(told).toMatch(/^tocsin_slack_rate_limited_total\{method="chat.postMessage"\} 0$/m);
  expect(told).toMatch(/^tocsin_slack_requests_total\{method="chat.postMessage",status="unsure"\} 0$/m);
});

test('single failures leave no mark once they are out of the window', async () => {
  await opened.accept({ destination: { id: 'C0ALERTS01' } });
  await opened.finish(await opened.claimOne(), silent());
  expect(await states()).toEqual([{ breaker_key: 'connection-1', is_open: false }, { breaker_key: 'slack', is_open: false }]);
  for (let n = 0; n < 21; n += 1) {
    await opened.passTime(1.1);
    await opened.accept({ destination: { id: 'C0ALERTS01' } });
    await opened.finish(await opened.claimOne());
  }
  expect(await states()).toEqual([]);
});

test('that a breaker opens and closes is one line each in the log of all replicas, which names the connection', async () => {
  const lines: string[] = [];
  const replicas = [new BreakerRepository(opened.source, loggerTo(lines)), new BreakerRepository(opened.source, loggerTo(lines))];
  const learn = async (failed: boolean): Promise<void> => { await Promise.all(replicas.map((replica) => replica.learn([{ connection: 'connection-1', failed, isProbe: true }], true))); };
  for (let n = 0; n < 8; n += 1) await learn(true);
  for (let n = 0; n < 3; n += 1) await learn(false);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 'warn', connectionId: 'connection-1', msg: expect.stringMatching(/^Slack does not answer/) }),
    expect.objectContaining({ level: 'info', connectionId: 'connection-1', msg: 'Slack answers again' }),
  ]);
});

test('what many learn and give back at one moment, of whichever connections, is waited for in one order and not lost', async () => {
  const lost: string[] = [];
  const logger = loggerTo(lost);
  const replicas = [new BreakerRepository(opened.source, logger), new BreakerRepository(opened.source, logger)];
  const connections = ['connection-1', 'other', 'zulu'];
  await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at, edit_probe) select key, true, clock_timestamp() + interval '1 minute', $2 from unnest($1::text[]) key`, [['slack', ...connections], NIL]);
  await Promise.all(Array.from({ length: 150 }, async (_, n) => {
    const replica = replicas[n % 2];
    const inTurn = connections.map((__, at) => connections[(at + n) % connections.length] ?? '');
    if (n % 3 === 0) await replica?.giveBack(inTurn);
    else if (n % 3 === 1) await replica?.giveBackEdit(NIL);
    else await replica?.learn(inTurn.map((connection) => ({ connection, failed: true, isProbe: true, isEdit: n % 2 === 0 })), true);
  }));
  expect(lost).toEqual([]);
  expect(await opened.source.query(`select probes from breakers where breaker_key = 'slack'`)).toEqual([{ probes: 150 }]);
}, 30_000);
