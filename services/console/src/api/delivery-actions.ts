/** What can be done to deliveries: one or many that match a filter. */
import { useMutation, useQuery, useQueryClient, type QueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';

import type { AcceptedReplay, AcceptedReplays, CancelledDeliveries, Delivery, ReplayDelivery, ReplayProgress, RetractDelivery } from '@tocsin/contracts';

import { askedAgain } from './asked-again.js';
import { call } from './client.js';

/** Names and values of the list's filters. */
export type BulkFilter = Readonly<Record<string, string | readonly string[]>>;

const FOLLOW_MS = 500;
const CHANGED = ['deliveries', 'delivery', 'delivery-counts', 'delivery-reasons', 'pauses'];

/** Everything that is shown of deliveries is asked anew. What was done is done before it has come: nobody waits for it. */
function useRefresh(): () => void {
  const queries = useQueryClient();
  return () => void refreshAll(queries);
}

function refreshAll(queries: QueryClient): Promise<unknown> {
  return Promise.all(CHANGED.map((key) => queries.invalidateQueries({ queryKey: [key] })));
}

export interface Keyed<Body> {
  body: Body;
  idempotencyKey: string;
}

export function useReplay(id: string): UseMutationResult<AcceptedReplay, Error, Keyed<ReplayDelivery>> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ body, idempotencyKey }) => call<AcceptedReplay>('POST', `/v1/deliveries/${encodeURIComponent(id)}/replay`, { body, idempotencyKey }),
    onSettled: refresh,
  });
}

export function useCancel(id: string): UseMutationResult<Delivery, Error, void> {
  const refresh = useRefresh();
  return useMutation({ mutationFn: () => call<Delivery>('POST', `/v1/deliveries/${encodeURIComponent(id)}/cancel`), onSettled: refresh });
}

/** Deletes from Slack what was posted. */
export function useRetract(id: string): UseMutationResult<Delivery, Error, RetractDelivery> {
  const refresh = useRefresh();
  return useMutation({ mutationFn: (body) => call<Delivery>('POST', `/v1/deliveries/${encodeURIComponent(id)}/retract`, { body }), onSettled: refresh });
}

export function useCancelMany(): UseMutationResult<CancelledDeliveries, Error, BulkFilter> {
  const refresh = useRefresh();
  return useMutation({ mutationFn: (filter) => call<CancelledDeliveries>('POST', '/v1/deliveries/cancel', { body: { filter: orAll(filter) } }), onSettled: refresh });
}

export interface ReplayMany extends ReplayDelivery {
  filter: BulkFilter;
}

export interface ReplayManyRequest extends Keyed<ReplayMany> {
  /** How many are to be sent again, as far as it is known here. */
  wanted: number;
}

/** @param onBegun is told also when nobody waits for it any more */
export function useReplayMany(onBegun: (replayId: string, wanted: number) => void): UseMutationResult<AcceptedReplays, Error, ReplayManyRequest> {
  return useMutation({
    mutationFn: ({ body, idempotencyKey }) => call<AcceptedReplays>('POST', '/v1/deliveries/replay', { body: { ...body, filter: orAll(body.filter) }, idempotencyKey }),
    onSuccess: ({ replayId }, { wanted }) => { onBegun(replayId, wanted); },
  });
}

/** Whoever means everything has to say so. */
function orAll(filter: BulkFilter): object {
  return Object.keys(filter).length === 0 ? { all: true } : filter;
}

/** Asks again until all have been replayed or skipped. */
export function useReplayProgress(replayId: string): UseQueryResult<ReplayProgress> {
  const queries = useQueryClient();
  const progress = useQuery({
    queryKey: ['replay', replayId],
    queryFn: ({ signal }) => call<ReplayProgress>('GET', `/v1/deliveries/replays/${encodeURIComponent(replayId)}`, { signal }),
    refetchInterval: (query) => (query.state.data?.state === 'done' ? false : askedAgain(query, FOLLOW_MS)),
  });
  const ended = progress.data?.state === 'done';
  useEffect(() => {
    if (ended) void refreshAll(queries);
  }, [ended, queries]);
  return progress;
}
