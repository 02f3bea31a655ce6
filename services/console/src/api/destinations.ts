/** The picker's answers: channels and people by what has been typed, each workspace answering for itself. */
import { useMutation, useQueries, useQueryClient, type QueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import type { Connection, DestinationList, DestinationView, DirectoryStatus } from '@tocsin/contracts';

import { ApiProblem, call } from './client.js';

type Destination = Pick<DestinationView, keyof DestinationView>;

export interface FoundDestination extends Destination {
  connectionId: string;
  workspace: string;
}

/** What one workspace has to say to what was typed. */
export interface WorkspaceAnswer {
  connection: Connection;
  found: FoundDestination[];
  /** `asking`: nothing yet; `earlier`: `found` answers something typed before. */
  state: 'asking' | 'earlier' | 'answered' | 'refused';
  /** How good our copy of the workspace is; unknown until it has answered. */
  copy?: Pick<DestinationList, 'complete' | 'syncedAt' | 'reason'>;
  /** More may match than `found` holds. */
  more: boolean;
  /** Why it could not be asked. */
  problem?: string;
}

const LIMIT = 25;
/** A workspace whose list is not complete brings more every second. */
const GROWING_MS = 2_000;

const keyOf = (connectionId: string, q: string) => ['destinations', connectionId, q] as const;

/** An answer that is in hand is given at once; what is on its way for something typed before is given up. */
export function useDestinations(connections: readonly Connection[], q: string, enabled: boolean): WorkspaceAnswer[] {
  const queries = useQueryClient();
  const answers = useQueries({
    queries: connections.map(({ id }) => ({
      queryKey: keyOf(id, q),
      queryFn: ({ signal }: { signal: AbortSignal }) => ask(id, q, signal),
      enabled,
      placeholderData: () => answerToLess(queries, id, q),
      refetchInterval: ({ state }: { state: { data: DestinationList | undefined } }) => (enabled && state.data?.complete === false ? GROWING_MS : false as const),
    })),
  });
  return connections.map((connection, at) => answerOf(connection, answers[at]));
}

/** Whether every workspace has its answer to `q` in hand. */
export function useHasAnswers(connections: readonly Connection[], q: string): boolean {
  const queries = useQueryClient();
  return connections.every(({ id }) => queries.getQueryData(keyOf(id, q)) !== undefined);
}

/** Looks after which nobody believes any more that what was asked of Slack comes by itself. */
const LOOKS = 8;
const LOOK_MS = 1_000;

/**
 * Asks Slack anew for the channels and people of these workspaces, those that the app is in first. Pending until all of it is
 * there, or for some seconds of a large workspace; answers show what has come meanwhile.
 */
export function useRefreshDirectories(connectionIds: readonly string[]): UseMutationResult<DirectoryStatus[], Error, void> {
  const queries = useQueryClient();
  const showNews = (): Promise<unknown> => Promise.all([queries.invalidateQueries({ queryKey: ['destinations'] }), queries.invalidateQueries({ queryKey: ['directory'] })]);
  return useMutation({
    mutationFn: async () => {
      let statuses = await Promise.all(connectionIds.map((id) => directory('POST', id, '/sync')));
      for (let look = 0; look < LOOKS && statuses.some(({ state }) => state === 'syncing'); look += 1) {
        await sleep(LOOK_MS);
        await showNews();
        statuses = await Promise.all(connectionIds.map((id) => directory('GET', id)));
      }
      return statuses;
    },
    onSettled: showNews,
  });
}

/** Looks at Slack whether the app can post to a channel by now. Answers with the channel as it is then, or with nothing once it has been looked for long enough. */
export function useCheckInvited({ connectionId, id, workspace }: FoundDestination): UseMutationResult<FoundDestination | undefined, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await directory('POST', connectionId, '/sync');
      for (let look = 0; look < LOOKS; look += 1) {
        const { items } = await ask(connectionId, id);
        const item: Destination | undefined = items.find((one) => one.id === id);
        if (item?.canPost) return { ...item, connectionId, workspace };
        await sleep(LOOK_MS);
      }
      return undefined;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['destinations'] }),
  });
}

function directory(method: 'GET' | 'POST', connectionId: string, what = ''): Promise<DirectoryStatus> {
  return call<DirectoryStatus>(method, `/v1/connections/${encodeURIComponent(connectionId)}/directory${what}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

function ask(connectionId: string, q: string, signal?: AbortSignal): Promise<DestinationList> {
  return call<DestinationList>('GET', `/v1/connections/${encodeURIComponent(connectionId)}/destinations`, { query: { q, limit: LIMIT }, ...(signal && { signal }) });
}

/** The answer in hand to the longest beginning of `q`: it may hold what is looked for, until the right one comes. */
function answerToLess(queries: QueryClient, connectionId: string, q: string): DestinationList | undefined {
  for (let length = q.length - 1; length >= 0; length -= 1) {
    const answer = queries.getQueryData<DestinationList>(keyOf(connectionId, q.slice(0, length)));
    if (answer) return answer;
  }
  return undefined;
}

function answerOf(connection: Connection, query: UseQueryResult<DestinationList> | undefined): WorkspaceAnswer {
  const { data, error, isPlaceholderData } = query ?? { data: undefined, error: null, isPlaceholderData: false };
  const items: readonly Destination[] = data?.items ?? [];
  return {
    connection,
    found: items.map((item) => ({ ...item, connectionId: connection.id, workspace: connection.workspace.name })),
    state: error ? 'refused' : data === undefined ? 'asking' : isPlaceholderData ? 'earlier' : 'answered',
    ...(data && { copy: data }),
    more: items.length >= LIMIT,
    ...(error && { problem: error instanceof ApiProblem ? error.problem.detail : error.message }),
  };
}
