/** The picker's answers: channels and people of all connections, by what has been typed. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import type { Connection, DestinationList, DestinationView } from '@tocsin/contracts';

import { ApiProblem, call } from './client.js';

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

interface Answer {
  found: FoundDestination[];
  notes: string[];
  complete: boolean;
}

const NOTHING: Answer = { found: [], notes: [], complete: true };
/** The first sync of a workspace brings more every second. */
const GROWING_MS = 2_000;

export function useDestinations(connections: readonly Connection[], q: string, enabled: boolean): DestinationSearch {
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['destinations', connections.map(({ id }) => id), q],
    queryFn: ({ signal }) => searchAll(connections, q, signal),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (enabled && state.data?.complete === false ? GROWING_MS : false),
  });
  const { found, notes } = data ?? NOTHING;
  return { found, notes, searching: enabled && data === undefined && error === null, earlier: isPlaceholderData, error: error ?? undefined };
}

/** @throws the first refusal when no workspace could be searched; one that could not is a note beside the others' answers */
async function searchAll(connections: readonly Connection[], q: string, signal: AbortSignal): Promise<Answer> {
  const answers = await Promise.all(connections.map((connection) => searchOne(connection, q, signal)));
  const refused = answers.flatMap((answer) => ('refusal' in answer ? [answer] : []));
  if (refused[0] && refused.length === answers.length) throw refused[0].refusal;
  const given = answers.flatMap((answer) => ('found' in answer ? [answer] : []));
  return {
    found: given.flatMap(({ found }) => found),
    notes: [...given.flatMap(({ notes }) => notes), ...refused.map(({ workspace, refusal }) => `${workspace} cannot be searched: ${refusal.problem.detail}`)],
    complete: given.every(({ complete }) => complete),
  };
}

async function searchOne({ id, workspace: { name: workspace } }: Connection, q: string, signal: AbortSignal): Promise<Answer | { workspace: string; refusal: ApiProblem }> {
  try {
    const { items, complete, reason } = await call<DestinationList>('GET', `/v1/connections/${encodeURIComponent(id)}/destinations`, { query: { q, limit: 25 }, signal });
    return {
      found: items.map((item: Destination) => ({ ...item, connectionId: id, workspace })),
      notes: complete ? [] : [`The list of ${workspace} is not complete yet${reason === undefined ? '' : `: ${reason}`}. An exact id or e-mail address is looked up at Slack.`],
      complete,
    };
  } catch (error) {
    if (error instanceof ApiProblem) return { workspace, refusal: error };
    throw error;
  }
}
