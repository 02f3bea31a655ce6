import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger, Metrics } from '@tocsin/platform';

import { OpenedLanes, waits } from '../../test/opened-lanes.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import type { PostingJob } from './posting.job.js';
import { SweepJob } from './sweep.job.js';

let opened: OpenedLanes;
let sweep: SweepJob;
let woken = 0;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  const posting: Pick<PostingJob, 'wake'> = { wake: () => { woken += 1; } };
  sweep = new SweepJob(opened.source, opened.outbox, opened.waiting, posting as PostingJob, createLogger('notifier', 'silent'));
}, 30_000);

afterAll(() => opened.close());

beforeEach(async () => {
  await opened.clear();
  woken = 0;
});

/** Open, with a probe that was due this long ago. */
async function openBreakers(dueSeconds: number, ...keys: readonly string[]): Promise<void> {
  await opened.source.query(
    `insert into breakers (breaker_key, is_open, opened_at, probe_at) select key, true, clock_timestamp(), clock_timestamp() - make_interval(secs => $2) from unnest($1::text[]) key`, [keys, dueSeconds]);
}

async function openOnes(): Promise<string[]> {
  return (await opened.source.query<{ breaker_key: string }[]>('select breaker_key from breakers where is_open order by 1')).map(({ breaker_key }) => breaker_key);
}

describe('the sweep', () => {
  test.each([
    ['asleep', 'active = false'],
    ['held though its connection can send', `next_at = 'infinity'`],
  ])('wakes a destination that was forgotten: %s', async (_, forgotten) => {
    const [id] = await opened.accept({});
    await opened.source.query(`update lanes set ${forgotten}`);
    expect(await opened.claimOne()).toBeUndefined();
    await sweep.pass();
    expect(woken).toBe(1);
    expect((await opened.claimOne())?.deliveryId).toBe(id);
  });

  test('wakes a destination that rests for one message while another could go', async () => {
    await opened.accept({});
    await opened.finish(await opened.claimOne(), waits({ messageWaitMs: 60_000 }));
    await opened.passTime(1.1);
    await opened.claim(10);
    await sweep.pass();
    expect(woken).toBe(0);
    const [id] = await opened.accept({});
    await opened.source.query(`update lanes set rests = true, next_at = clock_timestamp() + interval '1 minute'`);
    await sweep.pass();
    expect(woken).toBe(1);
    expect((await opened.claimOne())?.deliveryId).toBe(id);
  });

  test('sends what waited by a clock that was set back since, and lets others wait as long as they were told', async () => {
    await opened.connect({ id: 'connection-2', appId: 'A0OTHER' });
    await opened.accept({}, {}, { connectionId: 'connection-2' }, { destination: { id: 'C0ANOTHER1' } });
    for (const claim of await opened.claim(10)) await opened.finish(claim, claim.delivery.destination_id === 'C0ANOTHER1' ? waits({ laneWaitMs: 3_600_000 }) : waits());
    await opened.passTime(-7200);
    expect(await opened.claim(10)).toEqual([]);
    await sweep.pass();
    await opened.passTime(3);
    expect((await opened.claim(10)).map(({ delivery: { connection_id, destination_id } }) => `${connection_id} ${destination_id ?? ''}`).sort()).toEqual(['connection-1 C0SECALERT', 'connection-2 C0SECALERT']);
    await opened.source.query(`update lanes set leased_until = '-infinity'`);
    await opened.passTime(3600);
    expect((await opened.claim(10)).map(({ delivery }) => delivery.destination_id)).toContain('C0ANOTHER1');
  });

  test('ends what waited too long, and says of which of it that it may have arrived', async () => {
    const ids = await opened.accept({}, { destination: { id: 'C0ANOTHER1' } });
    await opened.finish((await opened.claim(10)).find(({ deliveryId }) => deliveryId === ids[0]), waits({ ambiguous: 1 }));
    await opened.source.query(`update deliveries set state = 'waiting', expires_at = now() - interval '1 second'`);
    await sweep.pass();
    const ends = await opened.source.query<{ state: string; message: string; told: string }[]>(
      `select state, error->>'message' as message, (select text from timeline t where t.delivery_id = d.delivery_id order by id desc limit 1) as told from deliveries d order by arrival`);
    const MAY_BE_THERE = /may have arrived/;
    expect(ends).toEqual([
      { state: 'dead', message: expect.stringMatching(MAY_BE_THERE), told: expect.stringMatching(MAY_BE_THERE) },
      { state: 'dead', message: expect.not.stringMatching(MAY_BE_THERE), told: expect.not.stringMatching(MAY_BE_THERE) },
    ]);
  });

  test('closes a breaker that nothing has asked for a minute, since nothing waits', async () => {
    await openBreakers(61, 'slack', 'connection-1');
    await sweep.pass();
    expect(await openOnes()).toEqual([]);
  });

  test('leaves a breaker alone whose probe has not been due for long', async () => {
    await openBreakers(50, 'slack', 'connection-1');
    await sweep.pass();
    expect(await openOnes()).toEqual(['connection-1', 'slack']);
  });

  test('leaves a breaker alone about which an edit finds out', async () => {
    await openBreakers(300, 'slack', 'connection-1');
    await opened.source.query(`update breakers set edit_probe_at = clock_timestamp() - interval '50 seconds'`);
    await sweep.pass();
    expect(await openOnes()).toEqual(['connection-1', 'slack']);
  });

  test('leaves a breaker alone for which something waits, be it for a time of its own', async () => {
    await opened.connect({ id: 'idle' });
    await opened.accept({});
    await opened.finish(await opened.claimOne(), waits({ messageWaitMs: 600_000 }));
    await opened.passTime(1.1);
    expect(await opened.claim(10)).toEqual([]);
    await openBreakers(300, 'slack', 'connection-1', 'idle');
    await sweep.pass();
    expect(await openOnes()).toEqual(['connection-1', 'slack']);
  });

  test('forgets a closed breaker that learnt nothing for an hour; not one that did, nor an open one', async () => {
    await opened.accept({}); // for which the open one stays open
    await opened.source.query(
      `insert into breakers (breaker_key, is_open, failures_in_a_row, opened_at, probe_at, learned_at)
       select key, is_open, 1, clock_timestamp(), clock_timestamp(), clock_timestamp() - make_interval(mins => minutes)
       from (values ('old', false, 61), ('recent', false, 59), ('slack', true, 600)) breaker (key, is_open, minutes)`);
    await sweep.pass();
    expect(await opened.source.query('select breaker_key as key from breakers order by 1')).toEqual([{ key: 'recent' }, { key: 'slack' }]);
  });

  test('forgets none that a result changed meanwhile', async () => {
    const failed = { connection: 'connection-1', failed: true, isEdit: false };
    await opened.breakers.learn([failed], false);
    await opened.source.query(`update breakers set learned_at = clock_timestamp() - interval '2 hours'`);
    await opened.breakers.learn([failed], false);
    await sweep.pass();
    expect(await opened.source.query('select breaker_key as key from breakers order by 1')).toEqual([{ key: 'connection-1' }, { key: 'slack' }]);
  });

  test('leaves a lane alone that somebody holds, that sleeps rightly or whose connection cannot send', async () => {
    await opened.accept({});
    await opened.claimOne();
    await opened.connect({ id: 'paused', paused: true });
    await opened.accept({ connectionId: 'paused' });
    await opened.claimOne();
    await sweep.pass();
    expect(woken).toBe(0);
    expect(await opened.claim(10)).toEqual([]);
  });

  test('ends what waited too long as dead, and tells it', async () => {
    const [late = '', early = ''] = await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' }, {});
    await sweep.pass();
    expect(await opened.row(late)).toMatchObject({ state: 'dead' });
    expect(await opened.row(early)).toMatchObject({ state: 'waiting' });
    expect(await opened.said()).toMatchObject([{ type: 'delivery.settled.v1', data: { id: late, state: 'dead', error: { code: 'expired' } } }]);
    expect(await opened.metrics.registry.getSingleMetricAsString('tocsin_deliveries_total')).toContain('tocsin_deliveries_total{kind="manual",outcome="dead",reason="expired"} 1');
  });

  test('never sends what is too old, even before the sweep has come by', async () => {
    await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' });
    expect(await opened.claimOne()).toBeUndefined();
  });

  test('does not end what people paused', async () => {
    const [held = '', late = ''] = await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' }, { expiresAt: '2026-01-01T00:00:00.000Z' });
    await opened.source.query('update deliveries set held_since = now() where delivery_id = $1', [held]);
    await sweep.pass();
    expect(await opened.row(held)).toMatchObject({ state: 'waiting' });
    expect(await opened.row(late)).toMatchObject({ state: 'dead' });
  });

  test('does not end what waits for its connection', async () => {
    const [id = ''] = await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' });
    await opened.connect({ version: 2, health: { state: 'revoked', since: new Date().toISOString() } });
    await sweep.pass();
    expect(await opened.row(id)).toMatchObject({ state: 'waiting' });
  });

  test.each([
    ['of a disconnected workspace', 'suppressed', { version: 2, disconnected: true }, `update connections set held_since = held_since - interval '8 days'`],
    ['that waited too long', 'dead', {}, `update deliveries set expires_at = now() - interval '1 second'`],
  ])('ends many messages %s in several transactions', async (_, state, change, late) => {
    await opened.acceptMany(501);
    await opened.connect(change);
    await opened.source.query(late);
    expect(await sweep.pass()).toBe(true);
    expect(await sweep.pass()).toBe(false);
    await expect(opened.source.query(`select count(*)::int as ended, count(distinct xmin::text)::int as transactions from deliveries where state = $1`, [state])).resolves.toEqual([{ ended: 501, transactions: 2 }]);
    expect(new Set((await opened.said()).map(({ subject }) => subject)).size).toBe(501);
  });

  test('gives a disconnected workspace seven days, then ends what waits as suppressed', async () => {
    const [id = ''] = await opened.accept({});
    await opened.connect({ version: 2, disconnected: true });
    await opened.source.query(`update connections set held_since = held_since - interval '167 hours'`);
    await sweep.pass();
    expect(await opened.row(id)).toMatchObject({ state: 'waiting' });
    await opened.source.query(`update connections set held_since = held_since - interval '2 hours'`);
    await sweep.pass();
    expect(await opened.row(id)).toMatchObject({ state: 'suppressed' });
    expect(await opened.said()).toMatchObject([{ data: { error: { code: 'disconnected' } } }]);
  });

  test('counts these days from when it was disconnected, however long it was paused before, and that time to no life', async () => {
    const [id = ''] = await opened.accept({});
    await opened.connect({ version: 2, paused: true });
    await opened.source.query(`update connections set held_since = held_since - interval '8 days'`);
    await opened.source.query(`update deliveries set created_at = created_at - interval '9 days', expires_at = expires_at - interval '8 days'`);
    await opened.connect({ version: 3, disconnected: true });
    await sweep.pass();
    expect(await opened.row(id)).toMatchObject({ state: 'waiting' });
    await opened.connect({ version: 4 });
    await sweep.pass();
    expect((await opened.claimOne())?.deliveryId).toBe(id);
  });
});

test('a destination whose name is still looked for is not overdue', async () => {
  const metrics = new Metrics();
  new DeliveryMetrics(metrics, opened.source).onApplicationBootstrap();
  await opened.accept({ destination: { name: '#sec-alerts' } }, { destination: { id: 'C0GENERAL1' } });
  await opened.passTime(3);
  expect(await metrics.registry.getSingleMetricAsString('tocsin_lanes_overdue')).toContain('tocsin_lanes_overdue 1');
});
