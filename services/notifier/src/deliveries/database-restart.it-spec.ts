/**
 * What a second replica makes of a first one's requests after PostgreSQL was started anew. The server that the tests share is
 * not restarted: claim_deliveries is told another start of it, by a function of the same name that it finds first.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { OpenedLanes, waits } from '../../test/opened-lanes.js';
import type { Claim } from './claim.js';
import { LEASE_MS } from './lane.repository.js';

const LEASE_SECONDS = LEASE_MS / 1000;
const UNCONFIRMED = { ...waits(), state: 'unconfirmed', charge: 1, ambiguous: 1 } as const;

let opened: OpenedLanes;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  await opened.source.query('create table server (started_at timestamptz not null)');
  await opened.source.query(`insert into server values ('-infinity')`);
  await opened.source.query('create function pg_postmaster_start_time() returns timestamptz language sql volatile as $$ select started_at from notifier.server $$');
  await opened.source.query('alter function claim_deliveries set search_path = notifier, pg_catalog');
}, 30_000);

afterAll(() => opened.close());

beforeEach(async () => {
  await opened.clear();
  await opened.source.query(`update server set started_at = '-infinity'`);
});

async function databaseIsRestarted(): Promise<void> {
  await opened.source.query('update server set started_at = clock_timestamp()');
}

async function passTime(seconds: number): Promise<void> {
  await opened.passTime(seconds);
  await opened.source.query('update server set started_at = started_at - make_interval(secs => $1)', [seconds]);
}

/** Its request has begun, and its lease has ended while the database was away. */
async function heldOverTheRestart(): Promise<Claim> {
  const claim = await opened.claimOne();
  if (!claim) throw new Error('nothing was claimed');
  await opened.lanes.markStarted([claim]);
  await passTime(LEASE_SECONDS + 1);
  await databaseIsRestarted();
  return claim;
}

describe('after a restart of PostgreSQL, a message whose request had begun', () => {
  test('is left to the replica that knows its end, which is recorded as it was', async () => {
    const [id = ''] = await opened.accept({});
    const first = await heldOverTheRestart();
    expect(await opened.claim(10)).toEqual([]);
    await passTime(LEASE_SECONDS - 2);
    expect(await opened.claim(10)).toEqual([]);
    await opened.finish(first);
    expect(await opened.row(id)).toMatchObject({ state: 'posted', attempts: 1, ambiguous: 0 });
    expect((await opened.said()).map(({ type, subject }) => [type, subject])).toEqual([['delivery.settled.v1', id]]);
  });

  test('keeps its end also when that is a failure, which nobody believes of a holder that was overtaken', async () => {
    const [id = ''] = await opened.accept({});
    const first = await heldOverTheRestart();
    expect(await opened.claim(10)).toEqual([]);
    await opened.finish(first, { ...waits(), state: 'failed', charge: 1, error: { code: 'channel_not_found', message: 'gone', remedy: 'choose another' } });
    expect(await opened.row(id)).toMatchObject({ state: 'failed', ambiguous: 0 });
  });

  test('is judged by another replica when nobody has recorded its end within the length of a lease', async () => {
    const [id = ''] = await opened.accept({});
    await heldOverTheRestart();
    expect(await opened.claim(10)).toEqual([]);
    await passTime(LEASE_SECONDS);
    const [leftover] = await opened.claim(10);
    expect(leftover).toMatchObject({ deliveryId: id, leftover: true });
    await opened.finish(leftover, UNCONFIRMED);
    expect(await opened.row(id)).toMatchObject({ state: 'unconfirmed', ambiguous: 1 });
  });

  test('is left alone also when its lane is woken meanwhile, and lets none of its destination pass', async () => {
    await opened.accept({}, {});
    const first = await heldOverTheRestart();
    await opened.claim(10);
    await opened.connect({ version: 2, paused: true });
    await opened.connect({ version: 3 });
    await opened.source.query(`update lanes set next_at = '-infinity'`);
    expect(await opened.claim(10)).toEqual([]);
    await opened.finish(first);
    await passTime(1);
    expect((await opened.claim(10)).map(({ leftover }) => leftover)).toEqual([false]);
  });

  test('keeps nobody else waiting: what had not begun, and what goes elsewhere, is sent at once', async () => {
    const [, unbegun] = await opened.accept({}, { destination: { id: 'C0GENERAL1' } });
    const claims = await opened.claim(10);
    await opened.lanes.markStarted(claims.filter(({ deliveryId }) => deliveryId !== unbegun));
    await passTime(LEASE_SECONDS + 1);
    await databaseIsRestarted();
    const [elsewhere] = await opened.accept({ destination: { id: 'C0PAYMENTS' } });
    const taken = await opened.claim(10);
    expect(taken.map(({ deliveryId }) => deliveryId).sort()).toEqual([unbegun, elsewhere].sort());
    expect(taken.map(({ leftover }) => leftover)).toEqual([false, false]);
  });
});
