import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { aSendToSlack, eventually } from '@tocsin/testing';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { LaneMoves, type Place } from './lane-moves.js';

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

const moves = new LaneMoves();
const NOWHERE = { name: '#nowhere' };
const OTHERS = ['C0OTHER001', 'C0OTHER002', 'C0OTHER003'];

async function placeOf(key: string): Promise<Place> {
  const [lane] = await opened.source.query<{ lane_id: string }[]>('select lane_id from lanes where destination_key = $1', [key]);
  return { organizationId: 'acme', connectionId: 'connection-1', laneId: lane?.lane_id ?? '' };
}

async function inLane(key: string): Promise<string[]> {
  const rows = await opened.source.query<{ delivery_id: string }[]>('select d.delivery_id from deliveries d join lanes using (lane_id) where destination_key = $1 order by d.priority, d.said_at, d.arrival', [key]);
  return rows.map(({ delivery_id }) => delivery_id);
}

async function isKeptWaiting(): Promise<boolean> {
  return (await opened.source.query<unknown[]>(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0;
}

describe('what cannot be delivered to its address', () => {
  test('goes where each command says otherwise, in its order; what says nothing stays', async () => {
    const ids = await opened.accept(
      { destination: NOWHERE, otherwise: { id: 'C0OTHER001' } }, { destination: NOWHERE }, { destination: NOWHERE, otherwise: { name: '#else' } },
      { destination: NOWHERE, otherwise: { id: 'C0OTHER001', name: '#other' } }, { destination: NOWHERE, otherwise: { id: 'C0OTHER001' } },
    );
    await opened.source.transaction(async (tx) => { await moves.toOtherwise(tx, await placeOf('name:nowhere')); });
    expect([await inLane('C0OTHER001'), await inLane('name:else'), await inLane('name:nowhere')]).toEqual([[ids[0], ids[3], ids[4]], [ids[2]], [ids[1]]]);
  });

  test.each([OTHERS, [...OTHERS].reverse()])('moves to several lanes while commands arrive in them, and neither waits for the other for ever', async (...others) => {
    const [early = '', middle = '', late = ''] = others;
    await opened.accept({ destination: { id: early } }, { destination: { id: middle } }, { destination: NOWHERE }, { destination: { id: late } });
    await opened.accept(...others.map((id) => ({ destination: NOWHERE, otherwise: { id } })));
    const place = await placeOf('name:nowhere');
    const arriving = opened.source.createQueryRunner();
    try {
      await arriving.startTransaction();
      await accept(arriving.manager, early);
      const moved = opened.source.transaction((tx) => moves.toOtherwise(tx, place));
      await eventually(isKeptWaiting);
      for (const id of [middle, late]) await accept(arriving.manager, id);
      await arriving.commitTransaction();
      await moved;
    } finally {
      await arriving.release();
    }
    for (const id of others) expect(await inLane(id)).toHaveLength(3);
  });
});

async function accept(tx: Parameters<LaneMoves['toOtherwise']>[0], id: string): Promise<void> {
  const command = aSendToSlack({ connectionId: 'connection-1', destination: { id } });
  await opened.arrivals.ingestWithin(tx, [{ command, saidAt: new Date() }]);
}
