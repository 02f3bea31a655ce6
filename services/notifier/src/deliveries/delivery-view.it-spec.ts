import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';
import { InternalClient } from '@tocsin/platform';

import { OpenedLanes, waits } from '../../test/opened-lanes.js';
import { DeliveryListQuery } from '../ledger/delivery-list.query.js';
import { DeliveryQueries } from '../ledger/delivery.queries.js';

let opened: OpenedLanes;
let deliveries: DeliveryQueries;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  deliveries = new DeliveryQueries(opened.source, new InternalClient('notifier', { connector: '', issues: '', workflows: '', notifier: '' }, new Uint8Array(32)));
}, 30_000);

afterAll(async () => {
  await opened.close();
});

beforeEach(async () => {
  await opened.clear();
  await opened.connect();
});

async function waitingFor(id: string): Promise<Delivery['waitingFor']> {
  const one = await deliveries.find('acme', id);
  const listed = (await new DeliveryListQuery(opened.source).list('acme', { limit: 50 })).items.find((delivery) => delivery.id === id);
  expect(listed?.waitingFor).toEqual(one?.waitingFor);
  return one?.waitingFor;
}

/** Seconds from now until then. */
function inSeconds(until: string | undefined): number {
  return Math.round((Date.parse(until ?? '') - Date.now()) / 1000);
}

async function blockWorkspace(seconds: number): Promise<void> {
  await opened.source.query('update budgets set blocked_until = clock_timestamp() + make_interval(secs => $1)', [seconds]);
}

describe('a delivery that waits says for what', () => {
  test('its turn, as soon as somebody takes it', async () => {
    const [id = ''] = await opened.accept({});
    expect(await waitingFor(id)).toEqual({ reason: 'its turn' });
  });

  test('its turn, until its destination may be sent to again', async () => {
    await opened.accept({});
    await opened.finish(await opened.claimOne(), waits({ laneWaitMs: 40_000 }));
    const [id = ''] = await opened.accept({});
    const waiting = await waitingFor(id);
    expect(waiting?.reason).toBe('its turn');
    expect(Math.abs(inSeconds(waiting?.until) - 40)).toBeLessThanOrEqual(2);
  });

  test('its turn, and no time where nobody knows it', async () => {
    const [id = ''] = await opened.accept({});
    await opened.source.query(`update lanes set next_at = 'infinity'`);
    expect(await waitingFor(id)).toEqual({ reason: 'its turn' });
  });
});

describe('while Slack lets a workspace send nothing', () => {
  test('every delivery of it says so, and until when, also those to destinations that were never refused', async () => {
    const ids = await opened.accept({}, { destination: { id: 'C0GENERAL1' } });
    const claim = await opened.claimOne();
    const [refused = '', other = ''] = [claim?.deliveryId, ids.find((id) => id !== claim?.deliveryId)];
    const until = new Date(Date.now() + 3_599_000).toISOString();
    await opened.finish(claim, waits({ laneWaitMs: 3_600_000, workspaceWaitMs: 3_600_000, rateLimited: true, waitingFor: { reason: 'The workspace has reached its number of messages.', until } }));
    const [later = ''] = await opened.accept({ destination: { id: 'C0PAYMENTS' } });
    for (const id of [other, later]) {
      const waiting = await waitingFor(id);
      expect(waiting?.reason).toBe('the workspace: Slack asked to wait');
      expect(Math.abs(inSeconds(waiting?.until) - 3600)).toBeLessThanOrEqual(5);
    }
    expect((await waitingFor(refused))?.reason).toBe('the workspace: Slack asked to wait (The workspace has reached its number of messages.)');
  });

  test('what waits longer for a reason of its own says that', async () => {
    const [id = ''] = await opened.accept({});
    const own = { reason: 'Slack did not answer.', until: new Date(Date.now() + 7_200_000).toISOString() };
    await opened.finish(await opened.claimOne(), waits({ messageWaitMs: 7_200_000, waitingFor: own }));
    await blockWorkspace(60);
    expect(await waitingFor(id)).toEqual(own);
  });

  test('deliveries of other workspaces wait for their turn', async () => {
    await opened.connect({ id: 'other', workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
    const [id = ''] = await opened.accept({ connectionId: 'other' });
    await opened.source.query(`update budgets set blocked_until = clock_timestamp() + interval '1 hour' where budget_key = (select budget_key from connections where connection_id = 'connection-1')`);
    expect(await waitingFor(id)).toEqual({ reason: 'its turn' });
  });

  test('it is no reason any more once the time is over', async () => {
    const [id = ''] = await opened.accept({});
    await blockWorkspace(-1);
    expect(await waitingFor(id)).toEqual({ reason: 'its turn' });
  });
});

test.each(['slack', 'connection-1'])('while the breaker of %s is open it says so, until the next message finds out', async (key) => {
  const [id = ''] = await opened.accept({});
  await opened.source.query(`insert into breakers (breaker_key, is_open, probe_at) values ($1, true, clock_timestamp() + interval '20 seconds')`, [key]);
  const waiting = await waitingFor(id);
  expect(waiting?.reason).toBe('Slack does not answer; one message at a time finds out whether it does again');
  expect(Math.abs(inSeconds(waiting?.until) - 20)).toBeLessThanOrEqual(2);
});
