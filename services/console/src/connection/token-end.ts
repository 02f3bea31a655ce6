/** What becomes of a connection's token when its time is over. */
import type { Connection } from '@tocsin/contracts';

export type TokenEnd = 'never' | 'renewed' | 'ends' | 'ended';

/**
 * A token that was pasted came with nothing to renew it. Of any other whose connection is in trouble nothing is promised: the
 * trouble may be the renewal, and then stands in the reason of its health.
 */
export function endOfToken({ method, health, token: { expiresAt } }: Pick<Connection, 'method' | 'health' | 'token'>, now: Date): TokenEnd {
  if (expiresAt === undefined) return 'never';
  if (new Date(expiresAt) <= now) return 'ended';
  return method === 'oauth' && health.state === 'connected' ? 'renewed' : 'ends';
}
