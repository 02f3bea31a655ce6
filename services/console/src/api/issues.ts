/** Issues: the filtered list, one issue, and how many there are of each kind. */
import { keepPreviousData, useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from '@tanstack/react-query';

import type { IssueFacets } from '@tocsin/contracts';
import { cleanLine, type Issue, type IssueStatus } from '@tocsin/domain';

import { askedAgain } from './asked-again.js';
import { call, type Page, type Query } from './client.js';

/** An empty list waits for the first issue, and says that it fills by itself. */
const FIRST_ISSUE_MS = 2_000;
const LIST_MS = 30_000;

export function useIssues(filter: Query): UseInfiniteQueryResult<InfiniteData<Page<Issue>>> {
  return useInfiniteQuery({
    queryKey: ['issues', filter],
    queryFn: async ({ pageParam, signal }) => {
      const { items, nextCursor } = await call<Page<Issue>>('GET', '/v1/issues', { query: { ...filter, limit: 50, cursor: pageParam }, signal });
      return { items: items.map(readable), nextCursor };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => askedAgain(query, query.state.data?.pages[0]?.items.length === 0 ? FIRST_ISSUE_MS : LIST_MS),
  });
}

export function useIssue(id: string, { enabled = true } = {}): UseQueryResult<Issue> {
  return useQuery({ queryKey: ['issue', id], queryFn: async ({ signal }) => readable(await call<Issue>('GET', `/v1/issues/${encodeURIComponent(id)}`, { signal })), enabled });
}

/** Without the characters that let a text read other than it is written. */
function readable(issue: Issue): Issue {
  const { title, location } = issue;
  return { ...issue, title: cleanLine(title), ...(location && { location: { ...location, path: cleanLine(location.path) } }) };
}

/** Of open issues, or of those with the given statuses. */
export function useFacets(status: readonly IssueStatus[] = []): UseQueryResult<IssueFacets['facets']> {
  return useQuery({ queryKey: ['facets', status], queryFn: async ({ signal }) => (await call<IssueFacets>('GET', '/v1/issues/facets', { query: { status }, signal })).facets });
}
