/** The stop button: what is paused, by whom, and going on. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import type { Pause, PausedDeliveries, Pauses, ResumedDeliveries } from '@tocsin/contracts';

import { askedAgain } from './asked-again.js';
import { call } from './client.js';

const REFRESH_MS = 10_000;

export function usePauses({ enabled = true } = {}): UseQueryResult<Pause[]> {
  return useQuery({
    queryKey: ['pauses'],
    queryFn: async ({ signal }) => (await call<Pauses>('GET', '/v1/deliveries/pauses', { signal })).items,
    enabled,
    refetchInterval: (query) => askedAgain(query, REFRESH_MS),
  });
}

export interface PauseAction {
  kind: 'pause' | 'resume';
  /** Left out: everything of the organization. */
  workflowId?: string;
}

export function usePauseAction(): UseMutationResult<PausedDeliveries | ResumedDeliveries, Error, PauseAction> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, workflowId }) => call<PausedDeliveries | ResumedDeliveries>('POST', `/v1/deliveries/${kind}`, { body: workflowId === undefined ? {} : { workflowId } }),
    onSettled: () => { for (const key of ['pauses', 'deliveries', 'delivery-counts']) void queries.invalidateQueries({ queryKey: [key] }); },
  });
}
