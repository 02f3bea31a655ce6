/** The picker's answers: channels and people of all connections, by what has been typed. */
import { keepPreviousData, useQueries } from '@tanstack/react-query';

import type { Connection, DestinationList, DestinationView } from '@tocsin/contracts';

import { call } from './client.js';

type Destination = Pick<DestinationView, keyof DestinationView>;

export interface FoundDestination extends Destination {
  connectionId: string;
  workspace: string;
}

export interface DestinationSearch {
  found: FoundDestination[];
  searching: boolean;
  /** These are answers to an earlier question. */
  earlier: boolean;
  /** Why the answer may lack something, one line for each workspace. */
  notes: string[];
  error: Error | undefined;
}

export function useDestinations(connections: readonly Connection[], q: string, enabled: boolean): DestinationSearch {
  return useQueries({
    queries: connections.map((connection) => ({
      queryKey: ['destinations', connection.id, q],
      queryFn: ({ signal }: { signal: AbortSignal }) => call<DestinationList>('GET', `/v1/connections/${encodeURIComponent(connection.id)}/destinations`, { query: { q, limit: 25 }, signal }),
      enabled,
      placeholderData: keepPreviousData,
      // the first sync brings more every second
      refetchInterval: ({ state }: { state: { data: DestinationList | undefined } }) => (enabled && state.data?.complete === false ? 2_000 : false as const),
    })),
    combine: (answers) => ({
      found: answers.flatMap(({ data }, at) => {
        const connection = connections[at];
        return connection === undefined ? [] : (data?.items ?? []).map((item: Destination) => ({ ...item, connectionId: connection.id, workspace: connection.workspace.name }));
      }),
      searching: answers.some(({ isFetching, data }) => isFetching && data === undefined),
      earlier: answers.some(({ isPlaceholderData }) => isPlaceholderData),
      notes: answers.flatMap(({ data }, at) => (data === undefined || data.complete ? [] : [partialNote(connections[at]?.workspace.name ?? '', data.reason)])),
      error: answers.find(({ error }) => error !== null)?.error ?? undefined,
    }),
  });
}

function partialNote(workspace: string, reason: string | undefined): string {
  return `The list of ${workspace} is not complete yet${reason === undefined ? '' : `: ${reason}`}. An exact id or e-mail address is looked up at Slack.`;
}
