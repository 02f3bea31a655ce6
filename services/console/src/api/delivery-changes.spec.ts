import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { QueryClient } from '@tanstack/react-query';

import type { Delivery } from '@tocsin/contracts';

import type { DeliveryPages } from './deliveries.js';
import { deliveryChanges } from './delivery-changes.js';

const LIST = ['deliveries', {}];

function delivery(id: string, version: number): Delivery {
  return { id, version } as Delivery;
}

function listOf(queries: QueryClient): Delivery[] {
  return queries.getQueryData<DeliveryPages>(LIST)?.pages.flatMap(({ items }) => items) ?? [];
}

let queries: QueryClient;
let drawn = 0;

beforeEach(() => {
  jest.useFakeTimers();
  queries = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } });
  queries.setQueryData<DeliveryPages>(LIST, { pages: [{ items: [delivery('d1', 1), delivery('d2', 1), delivery('d3', 1)], nextCursor: null }], pageParams: [undefined] });
  drawn = 0;
  queries.getQueryCache().subscribe(({ type, query }) => { if (type === 'updated' && (query.queryKey as unknown[])[0] === 'deliveries') drawn += 1; });
});

afterEach(() => { jest.useRealTimers(); });

test('the first change is drawn at once, what comes right after it together: the newest of each, and nothing else anew', async () => {
  const changes = deliveryChanges(queries);
  const [, , untouched] = listOf(queries);
  changes.add(delivery('d1', 2));
  expect(listOf(queries).map(({ version }) => version)).toEqual([2, 1, 1]);
  const before = drawn;
  for (const [id, version] of [['d1', 4], ['d1', 3], ['d2', 2], ['elsewhere', 1]] as const) changes.add(delivery(id, version));
  expect(drawn).toBe(before);
  await jest.advanceTimersByTimeAsync(500);
  expect(drawn).toBe(before + 1);
  expect(listOf(queries).map(({ version }) => version)).toEqual([4, 2, 1]);
  expect(listOf(queries)[2]).toBe(untouched);
});

test('what is older than what is shown is not drawn over it, and nothing is drawn after the end', async () => {
  const changes = deliveryChanges(queries);
  changes.add(delivery('d1', 0));
  expect(listOf(queries)[0]?.version).toBe(1);
  changes.add(delivery('d2', 5));
  changes.cancel();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(listOf(queries)[1]?.version).toBe(1);
});
