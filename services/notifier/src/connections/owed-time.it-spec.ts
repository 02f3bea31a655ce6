import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';

import { OpenedLanes } from '../../test/opened-lanes.js';
import type { PostingJob } from '../deliveries/posting.job.js';
import { SweepJob } from '../deliveries/sweep.job.js';
import { OwedTimeJob } from './owed-time.job.js';

const LANES = 50;
let opened: OpenedLanes;
let job: OwedTimeJob;
let sweep: SweepJob;
let woken = 0;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  const posting = { wake: () => { woken += 1; } } as unknown as PostingJob;
  job = new OwedTimeJob(opened.source, posting, createLogger('notifier', 'silent'));
  sweep = new SweepJob(opened.source, opened.outbox, opened.waiting, posting, createLogger('notifier', 'silent'));
}, 30_000);

afterAll(async () => {
  await opened.close();
});

/** A message in each of many lanes waited for two days for its connection, with an hour of its life left. */
beforeEach(async () => {
  await opened.clear();
  await opened.connect();
  await opened.accept(...Array.from({ length: LANES }, (_, n) => ({ destination: { id: `C0${n}` } })));
  await opened.connect({ version: 2, paused: true });
  await opened.claim(LANES);
  await opened.source.query(`update connections set held_since = held_since - interval '2 days'`);
  await opened.source.query(`update deliveries set created_at = created_at - interval '3 days', expires_at = clock_timestamp() - interval '47 hours'`);
  woken = 0;
});

async function giveAll(): Promise<void> {
  while (await job.pass());
}

async function states(): Promise<object[]> {
  return opened.source.query('select state, count(*)::int as count from deliveries group by 1');
}

describe('a connection that comes back to very many destinations', () => {
  test('lets nothing expire before its destination was given the time in which it could not send', async () => {
    await opened.hear({ version: 3 });
    await sweep.pass();
    expect(await states()).toEqual([{ state: 'waiting', count: LANES }]);
    await giveAll();
    await sweep.pass();
    expect(await states()).toEqual([{ state: 'waiting', count: LANES }]);
    const [row] = await opened.source.query<{ hours: number[] }[]>('select array_agg(distinct round(extract(epoch from expires_at - clock_timestamp()) / 3600)::int) as hours from deliveries');
    expect(row?.hours).toEqual([1]);
  });

  test('sends to the first of them at once, and to none that was not given its time', async () => {
    await opened.hear({ version: 3 });
    await opened.source.query(`update lanes set next_at = clock_timestamp() where owed_since is not null`); // as an answer from before the stop would
    const first = await opened.claim(2 * LANES);
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(LANES);
    await sweep.pass();
    expect(woken).toBe(0); // they are not forgotten
    await giveAll();
    expect(woken).toBeGreaterThan(0);
    expect(first.length + (await opened.claim(2 * LANES)).length).toBe(LANES);
  });

  test('and stops again meanwhile, owes the rest from its first stop on', async () => {
    await opened.hear({ version: 3 });
    await opened.hear({ version: 4, paused: true });
    await giveAll();
    expect(await opened.source.query('select count(*)::int as count from lanes where owed_since is not null')).toEqual([{ count: LANES - 10 }]);
    await opened.hear({ version: 5 });
    await giveAll();
    const [row] = await opened.source.query<{ hours: number[] }[]>('select array_agg(distinct round(extract(epoch from expires_at - clock_timestamp()) / 3600)::int) as hours from deliveries');
    expect(row?.hours).toEqual([1]);
  });
});
