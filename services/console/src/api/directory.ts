/** How much of a workspace's channels and people we know. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import type { DirectoryStatus } from '@tocsin/contracts';

import { call } from './client.js';

const SYNCING_MS = 1_000;
const IDLE_MS = 30_000;

/** Asked often only while it grows and somebody sees it. */
export function useDirectory(connectionId: string): UseQueryResult<DirectoryStatus> {
  return useQuery({
    queryKey: ['directory', connectionId],
    queryFn: ({ signal }) => call<DirectoryStatus>('GET', `/v1/connections/${encodeURIComponent(connectionId)}/directory`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'syncing' || state.data?.state === 'paused' ? SYNCING_MS : IDLE_MS),
  });
}
