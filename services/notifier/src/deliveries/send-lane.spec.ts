import { expect, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';

import type { SettlingJob } from '../digests/settling.job.js';
import { NotifierConfig } from '../notifier.config.js';
import type { Claim, LaneClaim } from './claim.js';
import type { DeliveryResult, Outcome } from './delivery-result.js';
import type { DeliveryMetrics } from './delivery.metrics.js';
import type { LaneRepository } from './lane.repository.js';
import type { PostDelivery } from './post-delivery.js';
import type { ResultRecorder } from './result-recorder.js';
import { SendLane } from './send-lane.js';

const POSTED: Outcome = { state: 'posted', charge: 1, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, channel: 'C1', ts: '1.1' };

function aLease(...ids: string[]): LaneClaim {
  const lane = { organizationId: 'acme', connectionId: 'c', laneId: '1', leaseId: 'l' };
  const claims = ids.map((deliveryId, index) => ({ ...lane, deliveryId, attempt: 1, leftover: false, isProbe: false, isLast: index === ids.length - 1, delivery: { kind: 'message', connection_id: 'c' } }) as unknown as Claim);
  return { ...lane, isToFold: false, claims };
}

/** Slack takes everything; `refused` cannot be recorded, and `settled` has an end already. */
function aSender(refused: readonly string[] = [], settled: readonly string[] = []): { lane: SendLane; asked: string[]; results: DeliveryResult[]; released: string[] } {
  const asked: string[] = [];
  const results: DeliveryResult[] = [];
  const released: string[] = [];
  const lanes = {
    markStarted: (claims: readonly Claim[]) => Promise.resolve(new Set(claims.filter(({ deliveryId }) => !settled.includes(deliveryId)))),
    release: ({ laneId, leaseId }: LaneClaim) => Promise.resolve(void released.push(`${laneId} ${leaseId} ${results.length}`)),
  } as unknown as LaneRepository;
  const delivery = {
    prepare: (claim: Claim) => Promise.resolve({ ready: { claim } }),
    post: ({ claim }: { claim: Claim }) => {
      asked.push(claim.deliveryId);
      return Promise.resolve(POSTED);
    },
  } as unknown as PostDelivery;
  const recorder = {
    record: (result: DeliveryResult) => {
      if (refused.includes(result.deliveryId)) return Promise.resolve(false);
      results.push(result);
      return Promise.resolve(true);
    },
  } as unknown as ResultRecorder;
  return { lane: new SendLane(lanes, delivery, recorder, { recorded: () => undefined } as unknown as DeliveryMetrics, {} as SettlingJob, createLogger('test', 'silent'), new NotifierConfig()), asked, results, released };
}

test('the last result gives the lane back, after all others', async () => {
  const { lane, results } = aSender();
  await (await lane.send(aLease('a', 'b', 'c'), performance.now())).recorded;
  expect(results.map(({ deliveryId, last }) => [deliveryId, last])).toEqual([['a', false], ['b', false], ['c', true]]);
});

test('what Slack answered is recorded also when another result of the lane could not be, and the lease ends by time', async () => {
  const { lane, results } = aSender(['a']);
  await (await lane.send(aLease('a', 'b', 'c'), performance.now())).recorded;
  expect(results.map(({ deliveryId, state, last }) => [deliveryId, state, last])).toEqual([['b', 'posted', false], ['c', 'posted', false]]);
});

test('a lane whose last message was told by a late holder meanwhile goes back all the same, after all others', async () => {
  const { lane, asked, released } = aSender([], ['c']);
  await (await lane.send(aLease('a', 'b', 'c'), performance.now())).recorded;
  expect(asked).toEqual(['a', 'b']);
  expect(released).toEqual(['1 l 2']);
});

test('but not when another result of it could not be recorded', async () => {
  const { lane, released } = aSender(['a'], ['b']);
  await (await lane.send(aLease('a', 'b'), performance.now())).recorded;
  expect(released).toEqual([]);
});

test('nothing is begun that could outlive its lease: it goes back untouched', async () => {
  const { lane, asked, results } = aSender();
  await (await lane.send(aLease('a', 'b'), performance.now() - 9000)).recorded;
  expect(asked).toEqual([]);
  expect(results.map(({ state, charge }) => [state, charge])).toEqual([['waiting', 0], ['waiting', 0]]);
});
