/** Importing a scanner's report, and following what becomes of it. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';

import type { AcceptedScan, Scan } from '@tocsin/contracts';

import { askedAgain } from './asked-again.js';
import { call } from './client.js';

const FOLLOW_MS = 500;

export interface Report {
  file: File;
  application: string;
}

export function useImportReport(): UseMutationResult<AcceptedScan, Error, Report> {
  return useMutation({ mutationFn: ({ file, application }) => call<AcceptedScan>('POST', '/v1/scans', { query: { application }, file }) });
}

export function hasEnded({ state }: Scan): boolean {
  return state === 'done' || state === 'refused' || state === 'cancelled';
}

/** Asks again until the scan has ended; then the list of issues is fetched anew. */
export function useScan(scanId: string): UseQueryResult<Scan> {
  const queries = useQueryClient();
  const scan = useQuery({
    queryKey: ['scan', scanId],
    queryFn: ({ signal }) => call<Scan>('GET', `/v1/scans/${encodeURIComponent(scanId)}`, { signal }),
    refetchInterval: (query) => (query.state.data && hasEnded(query.state.data) ? false : askedAgain(query, FOLLOW_MS)),
  });
  const ended = scan.data !== undefined && hasEnded(scan.data);
  useEffect(() => {
    if (ended) void Promise.all(['issues', 'facets'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  }, [ended, queries]);
  return scan;
}
