/** What happened to one connection, newest first: the audit log, read by whoever may. */
import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from '@tanstack/react-query';

import type { AuditEntry } from '@tocsin/contracts';

import { call, type Page } from './client.js';

const REFRESH_MS = 30_000;
const PAGE = 30;

export function useActivity(targetId: string, { enabled = true } = {}): UseInfiniteQueryResult<InfiniteData<Page<AuditEntry>>> {
  return useInfiniteQuery({
    queryKey: ['activity', targetId],
    queryFn: ({ pageParam, signal }) => call<Page<AuditEntry>>('GET', '/v1/audit', { query: { target: targetId, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    refetchInterval: REFRESH_MS,
  });
}
