/** Where an organization's messages of one connection go, and which of these places do not work any more. */
import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from '@tanstack/react-query';

import type { UsedDestinationView } from '@tocsin/contracts';

import { call, type Page } from './client.js';

export type UsedDestination = Pick<UsedDestinationView, keyof UsedDestinationView>;

const REFRESH_MS = 30_000;
const PAGE = 50;

export function useUsedDestinations(connectionId: string, { state, enabled = true }: { state?: UsedDestination['health']['state']; enabled?: boolean } = {}): UseInfiniteQueryResult<InfiniteData<Page<UsedDestination>>> {
  return useInfiniteQuery({
    queryKey: ['used-destinations', connectionId, state],
    queryFn: ({ pageParam, signal }) => call<Page<UsedDestination>>('GET', `/v1/connections/${encodeURIComponent(connectionId)}/used-destinations`, { query: { state, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    refetchInterval: REFRESH_MS,
  });
}
