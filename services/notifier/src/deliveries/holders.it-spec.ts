import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { OpenedLanes, POSTED, waits } from '../../test/opened-lanes.js';
import { arrivalRow } from './arrival.js';
import { resultOf } from './delivery-result.js';

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());
beforeEach(() => opened.clear());

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

  test('before the request leaves a message that is held when its workflow was paused meanwhile', async () => {
    const [paused = '', free = ''] = await opened.accept({ source: { kind: 'workflow', workflowId: 'noisy', version: 1, stepId: 's' }, priority: 0 }, { priority: 9 });
    await opened.claimOne();
    await opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', 'noisy', 'noa@acme.test')`);
    await opened.passTime(30);
    expect((await opened.claimOne())?.deliveryId).toBe(free);
    await expect(opened.source.query('select state, held_since is not null as held from deliveries where delivery_id = $1', [paused])).resolves.toEqual([{ state: 'waiting', held: true }]);
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
