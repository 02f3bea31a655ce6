/** How much of a workspace's channels and people we know, and asking for all of it anew. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import type { DirectoryStatus } from '@tocsin/contracts';

import { call } from './client.js';

const SYNCING_MS = 1_000;
const IDLE_MS = 30_000;

/** Asked often only while it grows and somebody sees it. */
export function useDirectory(connectionId: string): UseQueryResult<DirectoryStatus> {
  return useQuery({
    queryKey: ['directory', connectionId],
    queryFn: ({ signal }) => call<DirectoryStatus>('GET', pathOf(connectionId), { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'syncing' || state.data?.state === 'paused' ? SYNCING_MS : IDLE_MS),
  });
}

/** Refresh now. */
export function useRefreshDirectory(connectionId: string): UseMutationResult<DirectoryStatus, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call<DirectoryStatus>('POST', `${pathOf(connectionId)}/sync`),
    onSuccess: (status) => { queries.setQueryData(['directory', connectionId], status); },
  });
}

function pathOf(connectionId: string): string {
  return `/v1/connections/${encodeURIComponent(connectionId)}/directory`;
}
