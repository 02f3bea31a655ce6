/** Deliveries: the list, those of one issue, and following one to its end. */
import { useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from '@tanstack/react-query';

import type { Delivery } from '@tocsin/contracts';
import { SETTLED_STATES } from '@tocsin/domain';

import { call, type Page, type Query } from './client.js';

const FOLLOW_MS = 500;
const LIST_MS = 5_000;

export function isSettled(delivery: Delivery): boolean {
  return SETTLED_STATES.includes(delivery.state);
}

/** Asks again until the delivery has settled. */
export function useDelivery(id: string): UseQueryResult<Delivery> {
  return useQuery({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => call<Delivery>('GET', `/v1/deliveries/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data && isSettled(state.data) ? false : FOLLOW_MS),
  });
}

export function useDeliveries(filter: Query, { enabled = true } = {}): UseInfiniteQueryResult<InfiniteData<Page<Delivery>>> {
  return useInfiniteQuery({
    queryKey: ['deliveries', filter],
    queryFn: ({ pageParam, signal }) => call<Page<Delivery>>('GET', '/v1/deliveries', { query: { ...filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    refetchInterval: LIST_MS,
  });
}
