/** What a connection has sent last and what waits for it. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import type { Delivery, DeliveryCounts } from '@tocsin/contracts';

import { call, type Page } from './client.js';

const REFRESH_MS = 15_000;

export interface ConnectionMessages {
  /** Deliveries that have not left yet. */
  waiting: number;
  /** When the newest message was posted; undefined before the first. */
  lastPostedAt: string | undefined;
  /** The server looked at the newest deliveries of all connections, and none of them was posted through this one. */
  isLastPostedOlder: boolean;
}

export function useConnectionMessages(connectionId: string, { enabled = true } = {}): UseQueryResult<ConnectionMessages> {
  return useQuery({
    queryKey: ['connection-messages', connectionId],
    queryFn: async ({ signal }) => {
      const [{ byState }, { items: [last], nextCursor }] = await Promise.all([
        call<DeliveryCounts>('GET', '/v1/deliveries/counts', { query: { connectionId }, signal }),
        call<Page<Delivery>>('GET', '/v1/deliveries', { query: { connectionId, state: 'posted', limit: 1 }, signal }),
      ]);
      return { waiting: byState.accepted + byState.waiting, lastPostedAt: last?.settledAt, isLastPostedOlder: last === undefined && nextCursor !== null };
    },
    enabled,
    refetchInterval: REFRESH_MS,
  });
}
