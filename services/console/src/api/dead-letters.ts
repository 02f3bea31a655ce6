/** Dead letters: messages of the bus that a service could not handle, of all services. */
import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';

import { askedAgain } from './asked-again.js';
import { ApiProblem, call, type Query } from './client.js';
import { idsOf, type LetterPage, type Letters } from './letter-run.js';

const REFRESH_MS = 10_000;
const DEAD_LETTERS = ['dead-letters'];
const PAGE = 100;

interface ListOptions {
  /** Only when somebody asks: each look of an operator is a record in the audit log. */
  byHand: boolean;
}

export function useDeadLetters({ byHand }: ListOptions): UseInfiniteQueryResult<InfiniteData<LetterPage>> {
  return useInfiniteQuery({
    queryKey: DEAD_LETTERS,
    queryFn: ({ pageParam, signal }) => pageOf({}, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: (query) => (byHand ? false : askedAgain(query, REFRESH_MS)),
    refetchOnWindowFocus: !byHand,
    refetchOnReconnect: !byHand,
  });
}

function pageOf(filter: Query, cursor: string | undefined, signal?: AbortSignal): Promise<LetterPage> {
  return call<LetterPage>('GET', '/v1/dead-letters', { query: { ...filter, limit: PAGE, cursor }, ...(signal && { signal }) });
}

export type LetterAction = 'replay' | 'delete';

async function act(action: LetterAction, id: string): Promise<void> {
  const path = `/v1/dead-letters/${encodeURIComponent(id)}`;
  try {
    await (action === 'replay' ? call('POST', `${path}/replay`) : call('DELETE', path));
  } catch (error) {
    // somebody else was faster
    if (!(error instanceof ApiProblem && error.problem.status === 404)) throw error;
  }
}

export interface LetterRun {
  action: LetterAction;
  letters: Letters;
}

/** One after the other; the first refusal ends it. `done` tells how many there were until then. */
export function useLetterAction(): { run: UseMutationResult<void, Error, LetterRun>; done: number } {
  const queries = useQueryClient();
  const [done, setDone] = useState(0);
  const run = useMutation({
    mutationFn: async ({ action, letters }: LetterRun) => {
      setDone(0);
      for await (const id of idsOf(letters, (group, cursor) => pageOf({ ...group }, cursor))) {
        await act(action, id);
        setDone((before) => before + 1);
      }
    },
    onSettled: () => { void queries.invalidateQueries({ queryKey: DEAD_LETTERS }); },
  });
  return { run, done };
}
