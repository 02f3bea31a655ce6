/** Sending issues to Slack by hand, and the preview of the very message. */
import { keepPreviousData, useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';

import type { AcceptedDelivery } from '@tocsin/contracts';
import type { Destination, RenderedMessage } from '@tocsin/domain';

import { call } from './client.js';

export interface Message {
  issueIds: string[];
  connectionId: string;
  destination: Destination;
  comment?: string;
}

export interface KeyedMessage {
  message: Message;
  idempotencyKey: string;
}

export function useSendMessage(): UseMutationResult<AcceptedDelivery, Error, KeyedMessage> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ message, idempotencyKey }) => send(message, idempotencyKey),
    onSuccess: () => { void queries.invalidateQueries({ queryKey: ['deliveries'] }); },
  });
}

function send({ issueIds, ...content }: Message, idempotencyKey: string): Promise<AcceptedDelivery> {
  const [only] = issueIds;
  return only !== undefined && issueIds.length === 1
    ? call('POST', `/v1/issues/${encodeURIComponent(only)}/slack-messages`, { body: content, idempotencyKey })
    : call('POST', '/v1/slack-messages', { body: { issueIds, ...content }, idempotencyKey });
}

export function usePreview(message: Message | undefined): UseQueryResult<RenderedMessage> {
  return useQuery({
    queryKey: ['preview', message],
    queryFn: ({ signal }) => call<RenderedMessage>('POST', '/v1/slack-messages/preview', { body: message, signal }),
    enabled: message !== undefined,
    placeholderData: keepPreviousData,
  });
}
