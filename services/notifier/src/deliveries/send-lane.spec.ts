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

/** Slack takes everything; `refused` cannot be recorded, and `kept` may not begin: it is paused, or has an end already. */
function aSender(refused: readonly string[] = [], kept: readonly string[] = []): { lane: SendLane; asked: string[]; results: DeliveryResult[] } {
  const asked: string[] = [];
  const results: DeliveryResult[] = [];
  const lanes = {
    markStarted: (claims: readonly Claim[]) => Promise.resolve(new Set(claims.filter(({ deliveryId }) => !kept.includes(deliveryId)))),
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
  return { lane: new SendLane(lanes, delivery, recorder, { recorded: () => undefined } as unknown as DeliveryMetrics, {} as SettlingJob, createLogger('test', 'silent'), new NotifierConfig()), asked, results };
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

test('a lane whose last message may not begin, since it was paused or told by a late holder meanwhile, goes back all the same, after all others', async () => {
  const { lane, asked, results } = aSender([], ['c']);
  await (await lane.send(aLease('a', 'b', 'c'), performance.now())).recorded;
  expect(asked).toEqual(['a', 'b']);
  expect(results.map(({ deliveryId, state, charge, last }) => [deliveryId, state, charge, last])).toEqual([['a', 'posted', 1, false], ['b', 'posted', 1, false], ['c', 'waiting', 0, true]]);
});

test('but not when another result of it could not be recorded', async () => {
  const { lane, results } = aSender(['a'], ['b']);
  await (await lane.send(aLease('a', 'b'), performance.now())).recorded;
  expect(results.map(({ deliveryId, last }) => [deliveryId, last])).toEqual([['b', false]]);
});

test('what comes after a message that may not begin keeps its place', async () => {
  const { lane, asked, results } = aSender([], ['a']);
  await (await lane.send(aLease('a', 'b'), performance.now())).recorded;
  expect(asked).toEqual([]);
  expect(results.map(({ state, charge, last }) => [state, charge, last])).toEqual([['waiting', 0, false], ['waiting', 0, true]]);
});

test('nothing is begun that could outlive its lease: it goes back untouched', async () => {
  const { lane, asked, results } = aSender();
  await (await lane.send(aLease('a', 'b'), performance.now() - 9000)).recorded;
  expect(asked).toEqual([]);
  expect(results.map(({ state, charge }) => [state, charge])).toEqual([['waiting', 0], ['waiting', 0]]);
});
