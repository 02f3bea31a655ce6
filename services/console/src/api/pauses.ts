/** The stop button: what is paused, by whom, and going on. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import { call } from './client.js';

export interface Pause {
  /** Left out when everything of the organization is paused. */
  workflowId?: string;
  pausedAt: string;
  pausedBy: string;
  /** How many deliveries it holds. */
  waiting: number;
}

const REFRESH_MS = 10_000;

export function usePauses({ enabled = true } = {}): UseQueryResult<Pause[]> {
  return useQuery({
    queryKey: ['pauses'],
    queryFn: async ({ signal }) => (await call<{ items: Pause[] }>('GET', '/v1/deliveries/pauses', { signal })).items,
    enabled,
    refetchInterval: REFRESH_MS,
  });
}

export interface PauseAction {
  kind: 'pause' | 'resume';
  /** Left out: everything of the organization. */
  workflowId?: string;
}

export function usePauseAction(): UseMutationResult<{ waiting: number }, Error, PauseAction> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, workflowId }) => call<{ waiting: number }>('POST', `/v1/deliveries/${kind}`, { body: workflowId === undefined ? {} : { workflowId } }),
    onSettled: () => Promise.all(['pauses', 'deliveries', 'delivery-counts'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}
