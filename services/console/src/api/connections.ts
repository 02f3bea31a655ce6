/** Connections to Slack workspaces: what there is, and what can be done with them. */
import { useMutation, useQuery, useQueryClient, type QueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import type { AcceptedDelivery, Connection, ConnectionCredentials, VerificationResult } from '@tocsin/contracts';
import { cleanLine, type Destination } from '@tocsin/domain';

import { call, type Page } from './client.js';

export type TokenCredentials = Pick<ConnectionCredentials, 'hostUrl' | 'token'>;

const CONNECTIONS = ['connections'];
const LIST_MS = 30_000;
/** Of the one that somebody looks at. */
const OPEN_MS = 10_000;

/** All connections of the organization; refreshed now and then while the page is seen, as their health changes by itself. */
export function useConnections({ enabled = true } = {}): UseQueryResult<Connection[]> {
  return useQuery({
    queryKey: CONNECTIONS,
    queryFn: async ({ signal }) => (await call<Page<Connection>>('GET', '/v1/connections', { query: { limit: 200 }, signal })).items.map(readable),
    enabled,
    refetchInterval: LIST_MS,
  });
}

export function useConnection(id: string, { enabled = true } = {}): UseQueryResult<Connection> {
  return useQuery({
    queryKey: [...CONNECTIONS, id],
    queryFn: async ({ signal }) => readable(await call<Connection>('GET', pathOf(id), { signal })),
    enabled,
    refetchInterval: OPEN_MS,
  });
}

/** Names are chosen by whoever owns the workspace: without the characters that let them read other than they are written. */
function readable(connection: Connection): Connection {
  const { workspace, bot } = connection;
  return Object.assign({}, connection, {
    workspace: Object.assign({}, workspace, { name: cleanLine(workspace.name) || workspace.id }),
    bot: Object.assign({}, bot, { name: cleanLine(bot.name) || bot.userId }),
  });
}

function pathOf(id: string): string {
  return `/v1/connections/${encodeURIComponent(id)}`;
}

/** VERIFY CONNECTIVITY: always answers with checks, passed or not. */
export function useVerifyToken(): UseMutationResult<VerificationResult, Error, TokenCredentials> {
  return useMutation({ mutationFn: ({ hostUrl, token }) => call<VerificationResult>('POST', '/v1/connections/verify', { body: { method: 'token', hostUrl, token } }) });
}

export function useVerifyOauth(): UseMutationResult<VerificationResult, Error, void> {
  return useMutation({ mutationFn: () => call<VerificationResult>('POST', '/v1/connections/verify', { body: { method: 'oauth' } }) });
}

export function useConnectWithToken(): UseMutationResult<Connection, Error, TokenCredentials> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ hostUrl, token }) => call<Connection>('POST', '/v1/connections', { body: { method: 'token', hostUrl, token } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: CONNECTIONS }),
  });
}

/** Begins at Slack's consent page, for the connection that is to be renewed or for whichever workspace is chosen there. */
export function useConnectWithOauth(): UseMutationResult<{ authorizeUrl: string }, Error, string | undefined> {
  return useMutation({ mutationFn: (connectionId) => call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { body: connectionId === undefined ? {} : { connectionId } }) });
}

export type ConnectionAction =
  | { kind: 'pause' | 'resume' | 'disconnect' }
  | { kind: 'replace-token'; token: string };

/** Pause, resume, replace the token, disconnect. */
export function useConnectionAction(id: string): UseMutationResult<unknown, Error, ConnectionAction> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (action) => act(id, action),
    // of what is gone only the list is asked anew
    onSettled: (_answer, error, { kind }) => (kind === 'disconnect' && !error ? queries.invalidateQueries({ queryKey: CONNECTIONS, exact: true }) : changed(queries, id)),
  });
}

/** VERIFY CONNECTIVITY of a connection with the token that it has; what is found becomes its health. */
export function useReverify(id: string): UseMutationResult<VerificationResult, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call<VerificationResult>('POST', `${pathOf(id)}/verify`),
    onSettled: () => changed(queries, id),
  });
}

/** What is shown of a connection, and what follows from it, is asked anew. */
async function changed(queries: QueryClient, id: string): Promise<void> {
  await Promise.all([CONNECTIONS, ['activity', id], ['directory', id], ['connection-messages', id], ['used-destinations', id]].map((queryKey) => queries.invalidateQueries({ queryKey })));
}

function act(id: string, action: ConnectionAction): Promise<unknown> {
  const path = pathOf(id);
  switch (action.kind) {
    case 'replace-token':
      return call('PUT', `${path}/token`, { body: { token: action.token } });
    case 'disconnect':
      return call('DELETE', path);
    default:
      return call('POST', `${path}/${action.kind}`);
  }
}

export interface TestMessage {
  destination: Destination;
  idempotencyKey: string;
}

export function useSendTestMessage(id: string): UseMutationResult<AcceptedDelivery, Error, TestMessage> {
  return useMutation({
    mutationFn: ({ destination, idempotencyKey }) => call<AcceptedDelivery>('POST', `${pathOf(id)}/test-messages`, { body: { destination }, idempotencyKey }),
  });
}

/** For an app of one's own, or for the published app of an installation of Tocsin. */
export type ManifestPurpose = 'token' | 'published';

/** The app manifest in the form that Slack takes. */
export function useManifest(purpose: ManifestPurpose): UseQueryResult<object> {
  return useQuery({
    queryKey: ['manifest', purpose],
    queryFn: ({ signal }) => call<object>('GET', '/v1/slack/manifest', { query: { for: purpose, format: 'json' }, signal }),
    staleTime: Infinity,
  });
}
