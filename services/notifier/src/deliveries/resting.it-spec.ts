import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { aSendToSlack } from '@tocsin/testing';

import { OpenedLanes, waits } from '../../test/opened-lanes.js';
import { arrivalRow } from './arrival.js';

const MINUTE = 60_000;
let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());

/** The one message of the lane waits for half an hour, and the lane rests until then. */
async function rest(): Promise<string> {
  const [waiting = ''] = await opened.accept({});
  await opened.finish(await opened.claimOne(), waits({ messageWaitMs: 30 * MINUTE }));
  await opened.passTime(1.1);
  expect(await opened.claim(10)).toEqual([]);
  expect(await secondsUntilNext()).toBeGreaterThan(25 * 60);
  return waiting;
}

async function secondsUntilNext(): Promise<number> {
  return ((await opened.source.query<{ s: number }[]>('select extract(epoch from next_at - clock_timestamp())::float8 as s from lanes'))[0])?.s ?? NaN;
}

async function claimedIds(): Promise<string[]> {
  return (await opened.claim(10)).map(({ deliveryId }) => deliveryId);
}

describe('a destination that rests for the time of one message', () => {
  beforeEach(async () => {
    await opened.clear();
    await rest();
  });

  test('is woken by a message that can go before', async () => {
    const [next] = await opened.accept({});
    expect(await claimedIds()).toEqual([next]);
  });

  test('is woken by what can go a little later, and rests until then', async () => {
    await opened.arrivals.ingest([arrivalRow({ command: aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0SECALERT' } }), saidAt: new Date(), waitMs: 10_000 })]);
    expect(await claimedIds()).toEqual([]);
    expect(await secondsUntilNext()).toBeLessThan(10.1);
  });

  test('is woken by whatever puts something back in line', async () => {
    const [held] = await opened.accept({});
    await opened.source.query('update deliveries set held_since = clock_timestamp() where delivery_id = $1', [held]);
    expect(await claimedIds()).toEqual([]);
    expect(await secondsUntilNext()).toBeGreaterThan(25 * 60);
    await opened.source.query('update deliveries set held_since = null where delivery_id = $1', [held]);
    await opened.source.query('select wake_lanes(array(select lane_id from lanes))');
    expect(await claimedIds()).toEqual([held]);
  });

  test('keeps its pace when it was woken', async () => {
    const [next, later] = await opened.accept({}, {});
    await opened.finish(await opened.claimOne());
    expect(await claimedIds()).toEqual([]);
    await opened.passTime(1.1);
    expect(await claimedIds()).toEqual([later]);
    expect((await opened.row(next ?? '')).state).toBe('posted');
  });

  test('sends it when its time has come', async () => {
    await opened.passTime(30 * 60);
    expect(await opened.claim(10)).toHaveLength(1);
  });
});

test('a destination that waits for its pace is not woken before it', async () => {
  await opened.clear();
  await opened.accept({});
  await opened.finish(await opened.claimOne());
  await opened.accept({});
  expect(await claimedIds()).toEqual([]);
  await opened.source.query('select wake_lanes(array(select lane_id from lanes))');
  expect(await claimedIds()).toEqual([]);
});
