import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';

import { OpenedLanes } from '../../test/opened-lanes.js';
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

afterAll(async () => {
  await opened.close();
});

beforeEach(async () => {
  await opened.clear();
  await opened.connect();
  woken = 0;
});

describe('the sweep', () => {
  test.each([
    ['asleep', 'active = false'],
    ['held though its connection can send', `next_at = 'infinity'`],
  ])('wakes a destination that was forgotten: %s', async (_, forgotten) => {
    const [id] = await opened.accept({});
    await opened.source.query(`update lanes set ${forgotten}`);
    expect(await opened.claimOne()).toBeUndefined();
    await sweep.sweep();
    expect(woken).toBe(1);
    expect((await opened.claimOne())?.deliveryId).toBe(id);
  });

  test('leaves a lane alone that somebody holds, that sleeps rightly or whose connection cannot send', async () => {
    await opened.accept({});
    await opened.claimOne();
    await opened.connect({ id: 'paused', paused: true });
    await opened.accept({ connectionId: 'paused' });
    await opened.claimOne();
    await sweep.sweep();
    expect(woken).toBe(0);
    expect(await opened.claim(10)).toEqual([]);
  });

  test('ends what waited too long as dead, and tells it', async () => {
    const [late = '', early = ''] = await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' }, {});
    await sweep.sweep();
    expect(await opened.row(late)).toMatchObject({ state: 'dead' });
    expect(await opened.row(early)).toMatchObject({ state: 'waiting' });
    expect(await opened.said()).toMatchObject([{ type: 'delivery.settled.v1', data: { id: late, state: 'dead', error: { code: 'expired' } } }]);
  });

  test('never sends what is too old, even before the sweep has come by', async () => {
    await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' });
    expect(await opened.claimOne()).toBeUndefined();
  });

  test('does not end what people paused', async () => {
    const [held = '', late = ''] = await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' }, { expiresAt: '2026-01-01T00:00:00.000Z' });
    await opened.source.query('update deliveries set held_since = now() where delivery_id = $1', [held]);
    await sweep.sweep();
    expect(await opened.row(held)).toMatchObject({ state: 'waiting' });
    expect(await opened.row(late)).toMatchObject({ state: 'dead' });
  });

  test('does not end what waits for its connection', async () => {
    const [id = ''] = await opened.accept({ expiresAt: '2026-01-01T00:00:00.000Z' });
    await opened.connect({ version: 2, health: { state: 'revoked', since: new Date().toISOString() } });
    await sweep.sweep();
    expect(await opened.row(id)).toMatchObject({ state: 'waiting' });
  });

  test('gives a disconnected workspace seven days, then ends what waits as suppressed', async () => {
    const [id = ''] = await opened.accept({});
    await opened.connect({ version: 2, disconnected: true });
    await opened.source.query(`update connections set held_since = held_since - interval '167 hours'`);
    await sweep.sweep();
    expect(await opened.row(id)).toMatchObject({ state: 'waiting' });
    await opened.source.query(`update connections set held_since = held_since - interval '2 hours'`);
    await sweep.sweep();
    expect(await opened.row(id)).toMatchObject({ state: 'suppressed' });
    expect(await opened.said()).toMatchObject([{ data: { error: { code: 'disconnected' } } }]);
  });
});
