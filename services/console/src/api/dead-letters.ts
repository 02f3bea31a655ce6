/** Dead letters: messages of the bus that a service could not handle, of all services. */
import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';

import type { DeadLetter as DeadLetterView } from '@tocsin/contracts';

import { call, type Page } from './client.js';

export type DeadLetter = Pick<DeadLetterView, keyof DeadLetterView>;

/** Services that could not be asked. */
type LetterPage = Page<DeadLetter> & { unavailable?: string[] };

const REFRESH_MS = 10_000;
const DEAD_LETTERS = ['dead-letters'];

export function useDeadLetters({ enabled = true } = {}): UseInfiniteQueryResult<InfiniteData<LetterPage>> {
  return useInfiniteQuery({
    queryKey: DEAD_LETTERS,
    queryFn: ({ pageParam, signal }) => call<LetterPage>('GET', '/v1/dead-letters', { query: { limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    refetchInterval: REFRESH_MS,
  });
}

export type LetterAction = 'replay' | 'delete';

function act(action: LetterAction, id: string): Promise<unknown> {
  const path = `/v1/dead-letters/${encodeURIComponent(id)}`;
  return action === 'replay' ? call('POST', `${path}/replay`) : call('DELETE', path);
}

export interface LetterRun {
  action: LetterAction;
  ids: readonly string[];
}

/** One after the other; the first refusal ends it. */
export function useLetterAction(): { run: UseMutationResult<number, Error, LetterRun>; done: number } {
  const queries = useQueryClient();
  const [done, setDone] = useState(0);
  const run = useMutation({
    mutationFn: async ({ action, ids }: LetterRun) => {
      setDone(0);
      for (const [at, id] of ids.entries()) {
        await act(action, id);
        setDone(at + 1);
      }
      return ids.length;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: DEAD_LETTERS }),
  });
  return { run, done };
}
