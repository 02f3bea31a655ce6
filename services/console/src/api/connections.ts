/** Connections to Slack workspaces: what there is, and what can be done with them. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import type { AcceptedDelivery, Connection, ConnectionCredentials, DirectoryStatus, VerificationResult } from '@tocsin/contracts';
import type { Destination } from '@tocsin/domain';

import { call, type Page } from './client.js';

export type TokenCredentials = Pick<ConnectionCredentials, 'hostUrl' | 'token'>;

const CONNECTIONS = ['connections'];

/** All connections of the organization; refreshed now and then, as their health changes by itself. */
export function useConnections({ enabled = true } = {}): UseQueryResult<Connection[]> {
  return useQuery({
    queryKey: CONNECTIONS,
    queryFn: async ({ signal }) => (await call<Page<Connection>>('GET', '/v1/connections', { query: { limit: 200 }, signal })).items,
    enabled,
    refetchInterval: 30_000,
  });
}

export function useDirectory(connectionId: string): UseQueryResult<DirectoryStatus> {
  return useQuery({
    queryKey: ['directory', connectionId],
    queryFn: ({ signal }) => call<DirectoryStatus>('GET', `/v1/connections/${connectionId}/directory`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'syncing' ? 1_000 : 30_000),
  });
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

export function useConnectWithOauth(): UseMutationResult<{ authorizeUrl: string }, Error, void> {
  return useMutation({ mutationFn: () => call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { body: {} }) });
}

export type ConnectionAction =
  | { kind: 'verify' | 'pause' | 'resume' | 'disconnect' }
  | { kind: 'replace-token'; token: string };

/** Re-verify, pause, resume, replace the token, disconnect. */
export function useConnectionAction(id: string): UseMutationResult<unknown, Error, ConnectionAction> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (action) => act(id, action),
    onSettled: () => queries.invalidateQueries({ queryKey: CONNECTIONS }),
  });
}

function act(id: string, action: ConnectionAction): Promise<unknown> {
  const path = `/v1/connections/${encodeURIComponent(id)}`;
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
    mutationFn: ({ destination, idempotencyKey }) => call<AcceptedDelivery>('POST', `/v1/connections/${encodeURIComponent(id)}/test-messages`, { body: { destination }, idempotencyKey }),
  });
}

/** The app manifest for an own Slack app, as JSON text. */
export function useManifest(): UseQueryResult<string> {
  return useQuery({
    queryKey: ['manifest'],
    queryFn: async () => JSON.stringify(await call('GET', '/v1/slack/manifest', { query: { for: 'token', format: 'json' } }), null, 2),
    staleTime: Infinity,
  });
}
