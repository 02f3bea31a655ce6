/** Deliveries as they are: the list, how many there are in each state, and one with its timeline. */
import { keepPreviousData, useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from '@tanstack/react-query';

import type { Delivery, DeliveryCounts, DeliveryReasons } from '@tocsin/contracts';
import { cleanLine, SETTLED_STATES } from '@tocsin/domain';

import { askedAgain } from './asked-again.js';
import { call, type Page, type Query } from './client.js';

const FOLLOW_MS = 500;
const SETTLED_MS = 10_000;
const LIST_MS = 5_000;
/** While a stream tells what changes, the list is asked only as a net. */
const LIVE_LIST_MS = 60_000;

export function isSettled(delivery: Pick<Delivery, 'state'>): boolean {
  return SETTLED_STATES.includes(delivery.state);
}

/** Asks again until the delivery has settled, and now and then after: what was posted may be deleted or brought up to date. */
export function useDelivery(id: string, { everyMs = FOLLOW_MS } = {}): UseQueryResult<Delivery> {
  return useQuery({
    queryKey: ['delivery', id],
    queryFn: async ({ signal }) => readable(await call<Delivery>('GET', `/v1/deliveries/${encodeURIComponent(id)}`, { signal })),
    refetchInterval: (query) => askedAgain(query, query.state.data && isSettled(query.state.data) ? SETTLED_MS : everyMs),
  });
}

export type DeliveryPages = InfiniteData<Page<Delivery>>;

interface ListOptions {
  enabled?: boolean;
  /** A stream tells what changes. */
  live?: boolean;
}

export function useDeliveries(filter: Query, { enabled = true, live = false }: ListOptions = {}): UseInfiniteQueryResult<DeliveryPages> {
  return useInfiniteQuery({
    queryKey: ['deliveries', filter],
    queryFn: async ({ pageParam, signal }) => {
      const { items, nextCursor } = await call<Page<Delivery>>('GET', '/v1/deliveries', { query: { ...filter, limit: 50, cursor: pageParam }, signal });
      return { items: items.map(readable), nextCursor };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    refetchInterval: (query) => askedAgain(query, listMs(query, live)),
  });
}

/** A stream does not tell what could not be asked for. */
function listMs({ state: { error } }: { state: { error: unknown } }, live: boolean): number {
  return live && error === null ? LIVE_LIST_MS : LIST_MS;
}

/** Without the characters that let a title, or a name in what is told, read other than it is written. */
export function readable(delivery: Delivery): Delivery {
  const { title, error, waitingFor, timeline } = delivery;
  return Object.assign({}, delivery, {
    ...(title !== undefined && { title: cleanLine(title) }),
    ...(error && { error: cleanReason(error) }),
    ...(waitingFor && { waitingFor: Object.assign({}, waitingFor, { reason: cleanLine(waitingFor.reason) }) }),
    ...(timeline && { timeline: timeline.map((entry) => Object.assign({}, entry, { text: cleanLine(entry.text) })) }),
  });
}

function cleanReason<Reason extends { message: string; remedy: string }>(reason: Reason): Reason {
  return Object.assign({}, reason, { message: cleanLine(reason.message), remedy: cleanLine(reason.remedy) });
}

/** Of the deliveries that match, in each state. Those of the filter before stand in until they come: see state-counts.ts. */
export function useDeliveryCounts(filter: Query, { enabled = true, live = false }: ListOptions = {}): UseQueryResult<DeliveryCounts> {
  return useQuery({
    queryKey: ['delivery-counts', filter],
    queryFn: ({ signal }) => call<DeliveryCounts>('GET', '/v1/deliveries/counts', { query: filter, signal }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => askedAgain(query, listMs(query, live)),
  });
}

/** Settled deliveries that failed for the same reason. */
export type ReasonGroup = DeliveryReasons['items'][number];

export function useReasons(filter: Query, { enabled = true } = {}): UseQueryResult<ReasonGroup[]> {
  return useQuery({
    queryKey: ['delivery-reasons', filter],
    queryFn: async ({ signal }) => (await call<DeliveryReasons>('GET', '/v1/deliveries/reasons', { query: filter, signal })).items.map(cleanReason),
    enabled,
    refetchInterval: (query) => askedAgain(query, LIST_MS),
  });
}
