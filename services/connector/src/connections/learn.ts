/** What is learnt of a connection, as the rule of its health takes it. */
import { afterHealthNews, type HealthNews, type HealthRecord } from '@tocsin/domain';

import type { StoredConnection } from './stored-connection.js';

/** The connection after the news; the very same object when the news changes nothing. */
export function learn(connection: StoredConnection, news: HealthNews, now: Date): StoredConnection {
  const before = recordOf(connection);
  const after = afterHealthNews(before, news, now.toISOString());
  if (after === before) return connection;
  const { health, missingScopes, doubted, doubts, renewalProblem } = after;
  return { ...connection, health, missingScopes: [...missingScopes], doubted, doubts, renewalProblem };
}

function recordOf({ health, missingScopes, credentialVersion, tokenUpdatedAt, tokenExpiresAt, renewalProblem, doubted, doubts }: StoredConnection): HealthRecord {
  return { health, missingScopes, credentialVersion, credentialSince: tokenUpdatedAt.toISOString(), tokenExpiresAt: tokenExpiresAt?.toISOString(), renewalProblem, doubted, doubts };
}
