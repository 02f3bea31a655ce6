/** Issues: the filtered list, one issue, and how many there are of each kind. */
import { keepPreviousData, useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from '@tanstack/react-query';

import type { IssueFacets } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';

import { call, type Page, type Query } from './client.js';

export function useIssues(filter: Query): UseInfiniteQueryResult<InfiniteData<Page<Issue>>> {
  return useInfiniteQuery({
    queryKey: ['issues', filter],
    queryFn: ({ pageParam, signal }) => call<Page<Issue>>('GET', '/v1/issues', { query: { ...filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useIssue(id: string): UseQueryResult<Issue> {
  return useQuery({ queryKey: ['issue', id], queryFn: ({ signal }) => call<Issue>('GET', `/v1/issues/${encodeURIComponent(id)}`, { signal }) });
}

export function useFacets(): UseQueryResult<IssueFacets['facets']> {
  return useQuery({ queryKey: ['facets'], queryFn: async ({ signal }) => (await call<IssueFacets>('GET', '/v1/issues/facets', { signal })).facets });
}
