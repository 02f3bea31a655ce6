import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { OpenedLanes } from '../../test/opened-lanes.js';
import type { PausedMembers } from '../digests/paused-members.js';
import { PauseRepository } from '../ledger/pause.repository.js';
import type { Claim } from './claim.js';
import { DeliveryLog } from './delivery-log.js';
import { UNTOUCHED } from './outcome.js';

const author = { organizationId: 'acme', actor: { kind: 'user', id: 'noa@acme.test' } } as const;
let opened: OpenedLanes;
let pauses: PauseRepository;

beforeAll(async () => {
  opened = await OpenedLanes.open();
  pauses = pausesWith(new DeliveryLog(opened.outbox));
}, 30_000);

afterAll(async () => {
  await opened.close();
});

beforeEach(async () => {
  await opened.clear();
  await opened.connect();
});

function pausesWith(log: Pick<DeliveryLog, 'write'>): PauseRepository {
  return new PauseRepository(opened.source, opened.outbox, log as DeliveryLog, { record: () => Promise.resolve() }, { takeOut: () => Promise.resolve(false) } as unknown as PausedMembers);
}

function of(workflowId: string): { source: { kind: 'workflow'; workflowId: string; version: number; stepId: string } } {
  return { source: { kind: 'workflow', workflowId, version: 1, stepId: 's' } };
}

async function begin(claims: readonly Claim[]): Promise<string[]> {
  return [...(await opened.lanes.markStarted(claims))].map(({ deliveryId }) => deliveryId);
}

describe.each([['its workflow', 'noisy'], ['everything', '']])('a message that was claimed before %s was paused', (_, paused) => {
  test('does not begin, and is back in its line at once: held, at no cost, with a line that says by whom', async () => {
    const [id = ''] = await opened.accept(of('noisy'));
    const claims = await opened.claim(1);
    await pauses.pause(author, paused);
    expect(await begin(claims)).toEqual([]);
    await opened.finish(claims[0], UNTOUCHED);
    expect(await opened.row(id)).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(await opened.source.query('select leased_until, fail_streak from lanes')).toEqual([{ leased_until: -Infinity, fail_streak: 0 }]);
    expect(await opened.source.query('select kind, text from timeline where delivery_id = $1 order by id', [id])).toEqual([
      { kind: 'accepted', text: expect.anything() }, { kind: 'paused', text: 'Sending was paused by noa@acme.test' }]);
    await pauses.resume(author, paused);
    await pauses.settle('acme');
    const again = await opened.claim(1);
    expect(await begin(again)).toEqual([id]);
  });
});

test('whoever pauses waits for what is just being begun', async () => {
  await opened.accept(of('noisy'));
  const [claim] = await opened.claim(1);
  const runner = opened.source.createQueryRunner();
  await runner.startTransaction();
  await runner.query('select * from mark_started($1, $2, $3, $4, $5)', [[claim?.organizationId], [claim?.deliveryId], [claim?.attempt], [claim?.laneId], [claim?.leaseId]]);
  let isPaused = false;
  const pausing = pauses.pause(author, 'noisy').then(() => { isPaused = true; });
  await sleep(200);
  expect(isPaused).toBe(false);
  await runner.commitTransaction();
  await runner.release();
  await pausing;
});

test('a digest of several workflows does not begin with a message of one that was paused', async () => {
  const [digest = '', member = ''] = await opened.accept({}, of('noisy'));
  await opened.source.query(`update deliveries set kind = 'digest' where delivery_id = $1`, [digest]);
  await opened.source.query('update deliveries set digest_id = $1 where delivery_id = $2', [digest, member]);
  const claims = await opened.claim(1);
  await pauses.pause(author, 'noisy');
  expect(await begin(claims)).toEqual([]);
  await opened.source.query('update deliveries set digest_id = null where delivery_id = $1', [member]);
  expect(await begin(claims)).toEqual([digest]);
});

describe('while a pause is being carried through, a claim', () => {
  test('takes what stands behind it of another workflow, and nothing that it covers', async () => {
    const ids = await opened.accept(of('noisy'), of('noisy'), of('calm'));
    await pauses.pause(author, 'noisy');
    expect((await opened.claim(10)).map(({ deliveryId }) => deliveryId)).toEqual([ids[2]]);
  });

  test.each([['its workflow', 'noisy'], ['everything', '']])('looks once a second at a destination of which nothing else is there: %s is paused', async (_, paused) => {
    await opened.accept(...Array.from({ length: 60 }, () => of('noisy')));
    const theirs = { organizationId: 'globex', connectionId: 'connection-2' };
    await opened.connect({ id: 'connection-2', organizationId: 'globex' });
    const [other] = await opened.accept(theirs);
    await pauses.pause(author, paused);
    expect((await opened.claim(10)).map(({ deliveryId }) => deliveryId)).toEqual([other]);
    const [lane] = await opened.source.query<{ ms: number }[]>(`select extract(epoch from next_at - clock_timestamp())::float8 * 1000 as ms from lanes where organization_id = 'acme' and active and rests`);
    expect(lane?.ms).toBeGreaterThan(0);
    await opened.passTime(1);
    expect(await opened.claim(10)).toEqual([]);
    await pauses.settle('acme');
    await opened.passTime(1);
    await opened.claim(10);
    expect(await opened.source.query(`select active from lanes where organization_id = 'acme'`)).toEqual([{ active: false }]);
  });
});

test('what is let go keeps its order, and every destination has something to send while the rest follows', async () => {
  const ids = await opened.accept({ destination: { id: 'C0FIRST000' } }, { destination: { id: 'C0SECOND00' } }, { destination: { id: 'C0THIRD000' } });
  await opened.source.query(
    `insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at)
     select organization_id, delivery_id || '-' || n, lane_id, connection_id, priority, said_at + make_interval(secs => (n * 7919) % 1499 + 1), expires_at, created_at
     from ledger cross join generate_series(1, 1499) n where delivery_id = any($1)`,
    [ids],
  );
  await pauses.pause(author, '');
  await pauses.settle('acme');
  await pauses.resume(author, '');
  let batches = 0;
  const stopped = pausesWith({ write: () => (batches++ < 4 ? Promise.resolve() : Promise.reject(new Error('the process ends'))) });
  await expect(stopped.settle('acme')).rejects.toThrow('the process ends');
  const lanes = await opened.source.query<{ free: number; in_order: boolean }[]>(
    `select count(*) filter (where held_since is null)::int as free, coalesce(max(said_at) filter (where held_since is null) < min(said_at) filter (where held_since is not null), true) as in_order
     from deliveries group by lane_id`);
  expect(lanes.map(({ free, in_order }) => [free > 0, in_order])).toEqual([[true, true], [true, true], [true, true]]);
});
