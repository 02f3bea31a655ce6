import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { aSendToSlack, anIssue, eventually } from '@tocsin/testing';

import { changed, BY_WORKFLOW, OpenedLiving } from '../../test/opened-living.js';
import { POSTED, type OpenedLanes } from '../../test/opened-lanes.js';
import { commandOf } from '../deliveries/claim.js';
import { DestinationRepository } from '../destinations/destination.repository.js';
import { traced } from '../living/claim-telling.js';
import { traceOf } from '../living/told.js';
import { LaneMoves, type Place } from './lane-moves.js';

let living: OpenedLiving;
let opened: OpenedLanes;

beforeAll(async () => {
  living = await OpenedLiving.open();
  ({ opened } = living);
}, 30_000);

afterAll(() => opened.close());
beforeEach(() => opened.clear());

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

/** Days that are left of each one's life in the lane. */
async function daysLeft(key: string): Promise<number[]> {
  const rows = await opened.source.query<{ days: number }[]>(`select round(extract(epoch from d.expires_at - clock_timestamp()) / 86400)::int as days from deliveries d join lanes using (lane_id) where destination_key = $1`, [key]);
  return rows.map(({ days }) => days);
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

describe('a lane whose id was changed', () => {
  const [CHANNEL, NEW] = ['C0SECALERT', 'C0NEWIDNEW'];
  const [CONVERSATION, PERSON] = ['D0ALICE001', 'U0ALICE001'];

  async function toNewId(oldId: string, newId: string): Promise<void> {
    const place = await placeOf(oldId);
    const old = { ...place, destinationId: oldId };
    const kind = newId === PERSON ? 'user' : 'channel';
    await opened.outbox.transaction<unknown>((tx) => (kind === 'user' ? opened.destinations.move(tx, old, newId) : opened.destinations.changeId(tx, old, newId, Date.now())));
    await opened.outbox.transaction(async (tx) => {
      await moves.toNewId(tx, place, oldId, { ...(await new DestinationRepository().present(tx, old)), kind });
    });
  }

  /** An issue that was told there, and an answer that waits for its thread. */
  async function toldAt(id: string): Promise<void> {
    const issue = anIssue();
    await opened.accept({ destination: { id }, issues: [issue], source: BY_WORKFLOW, change: 'new' });
    const claim = await opened.claimOne();
    if (!claim) throw new Error('nothing was claimed');
    await opened.finish(claim, traced({ ...POSTED, channel: id, ts: '9.9' }, traceOf(commandOf(claim.delivery)), false));
    await living.hear(changed(issue, { severity: 'low' }));
  }

  test.each([
    ['a channel, what it was told and the answers that wait go along', CHANNEL, NEW, NEW],
    ['a conversation that joins its person, they stay in the conversation', CONVERSATION, PERSON, CONVERSATION],
  ])('of %s', async (_, oldId, newId, channel) => {
    await toldAt(oldId);
    await toNewId(oldId, newId);
    expect(await opened.source.query('select t.channel, l.destination_key as lane from told_issues t join lanes l using (lane_id)')).toEqual([{ channel, lane: newId }]);
    expect(await opened.source.query(`select d.parent_channel as channel, l.destination_key as lane from deliveries d join lanes l using (lane_id) where d.kind = 'reply'`)).toEqual([{ channel, lane: newId }]);
    await opened.passTime(60);
    expect((await living.edits.claim(5)).map((edit) => edit.channel)).toEqual([channel]);
  });

  test('leaves behind what the new one was told as well, which went with its channel all the same', async () => {
    const issue = anIssue();
    const [before, after] = [await living.tell({ issues: [issue] }), await living.tell({ issues: [issue], destination: { id: NEW } })];
    await opened.source.query('update told_issues set channel = $1 where delivery_id = $2', [NEW, after.id]);
    await toNewId(CHANNEL, NEW);
    expect(await opened.source.query('select t.delivery_id as id, t.channel, l.destination_key as lane from told_issues t join lanes l using (lane_id) order by l.lane_id')).toEqual([
      { id: before.id, channel: NEW, lane: CHANNEL }, { id: after.id, channel: NEW, lane: NEW },
    ]);
    await living.hear(changed(issue, { status: 'resolved' }, 'resolved'));
    expect((await living.edits.claim(5)).map(({ channel }) => channel)).not.toContain(CHANNEL);
  });

  test('holds what was claimed and not begun, when its workflow was paused meanwhile', async () => {
    const [paused, other] = await opened.accept({ source: BY_WORKFLOW }, { destination: { id: 'C0OTHER001' }, source: BY_WORKFLOW });
    expect(await opened.claim(2)).toHaveLength(2);
    await opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', 'w1', 'noa@acme.test')`);
    await toNewId(CHANNEL, NEW);
    expect(await opened.source.query('select d.delivery_id as id, d.state, d.held_since is not null as held, l.destination_key as lane from deliveries d join lanes l using (lane_id) order by d.arrival')).toEqual([
      { id: paused, state: 'waiting', held: true, lane: NEW }, { id: other, state: 'posting', held: false, lane: 'C0OTHER001' },
    ]);
  });

  test('lets it go on at the new id when nothing is paused', async () => {
    const [id] = await opened.accept({ source: BY_WORKFLOW });
    await opened.claimOne();
    await toNewId(CHANNEL, NEW);
    expect(await opened.claimOne()).toMatchObject({ deliveryId: id });
  });
});

async function accept(tx: Parameters<LaneMoves['toOtherwise']>[0], id: string): Promise<void> {
  const command = aSendToSlack({ connectionId: 'connection-1', destination: { id } });
  await opened.arrivals.ingestWithin(tx, [{ command, saidAt: new Date() }]);
}

test.each([
  ['what was found', 'C0GENERAL1', (place: Place) => opened.outbox.transaction((tx) => moves.toFound(tx, place, { id: 'C0GENERAL1', kind: 'channel', name: '#general' }))],
  ['where it goes otherwise', 'C0OTHER001', (place: Place) => opened.outbox.transaction((tx) => moves.toOtherwise(tx, place))],
])('what moves to %s takes the time along that its connection owes it', async (_, key, move) => {
  await opened.accept({ destination: NOWHERE, otherwise: { id: 'C0OTHER001' } });
  await opened.source.query(`update lanes set owed_since = clock_timestamp() - interval '2 days'`);
  await opened.source.query(`update deliveries set created_at = created_at - interval '3 days'`);
  await move(await placeOf('name:nowhere'));
  expect(await daysLeft(key)).toEqual([3]);
});
