/** What comes between two steps of another: each as open transactions in a fixed order. */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { aSendToSlack, eventually } from '@tocsin/testing';
import type { EntityManager } from 'typeorm';

import { aConnection, OpenedLanes, POSTED, waits } from '../../test/opened-lanes.js';
import { resultOf } from './delivery-result.js';

const CLAIM = `select * from claim_deliveries(10, 1, interval '30 seconds', 0, 1, interval '1 second', interval '0')`;
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

/** Runs `work` in a transaction that stays open while `meanwhile` runs. */
async function between(work: (tx: EntityManager) => Promise<unknown>, meanwhile: () => Promise<unknown>): Promise<void> {
  const runner = opened.source.createQueryRunner();
  await runner.startTransaction();
  try {
    await work(runner.manager);
    await meanwhile();
    await runner.commitTransaction();
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

async function claimedIds(): Promise<string[]> {
  return (await opened.claim(10)).map(({ deliveryId }) => deliveryId);
}

describe('a destination is not put to sleep over a message', () => {
  beforeEach(async () => {
    await opened.accept({});
    await opened.finish(await opened.claimOne());
    await opened.passTime(1.1);
  });

  test('that arrives while a claim puts it to sleep', async () => {
    let arriving: Promise<string[]> = Promise.resolve([]);
    await between(
      (tx) => tx.query(CLAIM),
      async () => {
        arriving = opened.accept({});
        await sleep(300);
      },
    );
    const [id] = await arriving;
    expect(await claimedIds()).toEqual([id]);
  });

  test('that is just being recorded when a claim finds nothing in it', async () => {
    const command = aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0SECALERT' } });
    await between(
      (tx) => opened.arrivals.ingestWithin(tx, [{ command, saidAt: new Date() }]),
      async () => { expect(await claimedIds()).toEqual([]); },
    );
    expect(await claimedIds()).toEqual([command.commandId]);
  });
});

test('a destination does not sleep for its connection when that is just coming back', async () => {
  await opened.connect({ version: 2, paused: true });
  const [id] = await opened.accept({});
  const ids: (string | undefined)[] = [id];
  await between(
    (tx) => opened.connections.apply(tx, aConnection({ version: 3 })),
    async () => {
      ids.push(...(await opened.accept({ destination: { id: 'C0ANOTHER1' } })));
      expect(await claimedIds()).toEqual([]);
    },
  );
  expect((await claimedIds()).sort()).toEqual(ids.sort());
});

test('what is cancelled while a claim takes it is the claim’s', async () => {
  const [id] = await opened.accept({});
  let ending: Promise<number> = Promise.resolve(0);
  await between(
    (tx) => tx.query(CLAIM),
    async () => {
      ending = opened.waiting.endAll({ state: 'suppressed', error: { code: 'cancelled', message: 'Cancelled', remedy: '' } }, { condition: 'd.delivery_id = $1', parameters: [id] });
      await sleep(300);
    },
  );
  expect(await ending).toBe(0);
  expect(await opened.row(id ?? '')).toMatchObject({ state: 'posting' });
});

test('what a claim took whose answer was lost, with the connection to the database, goes at once and not when its lease ends', async () => {
  const [id = ''] = await opened.accept({});
  let lost: Promise<unknown> = Promise.resolve();
  await between(
    (tx) => tx.query('lock table commands in access exclusive mode'),
    async () => {
      lost = expect(opened.claim(1)).rejects.toThrow();
      await eventually(async () => (await opened.row(id)).state === 'posting');
      await eventually(async () => (await opened.source.query<unknown[]>(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0);
    },
  );
  await lost;
  expect(await opened.claimOne()).toMatchObject({ deliveryId: id, leftover: false });
});

test.each([[[0, 1]], [[1, 0]]])('an answer that came when its lease had ended is recorded together with what its next holder made of it: %j', async (order) => {
  const [id = ''] = await opened.accept({});
  const late = await opened.claimOne();
  if (late) await opened.lanes.markStarted([late]);
  await opened.passTime(31);
  const next = await opened.claimOne();
  expect(next).toMatchObject({ deliveryId: id, leftover: true });
  const results = [late && resultOf(late, POSTED), next && resultOf(next, waits({ ambiguous: 1 }))].filter((result) => result !== undefined);
  await opened.lanes.finish(order.flatMap((at) => results[at] ?? []));
  expect(await opened.row(id)).toMatchObject({ state: 'posted' });
  expect((await opened.said()).filter(({ type }) => type === 'delivery.settled.v1').map(({ data: { state } }) => state)).toEqual(['posted']);
  expect(await opened.source.query('select 1 from lanes where leased_until > clock_timestamp()')).toEqual([]);
});
