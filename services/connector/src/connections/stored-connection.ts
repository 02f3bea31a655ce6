/** A connection as connector keeps it, and how others see it. The token is not part of it: it is stored and read apart. */
import { isDeepStrictEqual } from 'node:util';

import type { Connection, ConnectionChanged } from '@tocsin/contracts';
import type { ConnectionHealth, ConnectionMethod, RenewalProblem } from '@tocsin/domain';

export interface StoredConnection {
  id: string;
  organizationId: string;
  method: ConnectionMethod;
  workspace: { id: string; name: string; url: string };
  bot: { id?: string; userId: string; name: string };
  appId: string | undefined;
  scopes: string[];
  missingScopes: string[];
  paused: boolean;
  health: ConnectionHealth;
  /** Slack's code in a refusal that its check of the token did not explain. */
  doubted: string | undefined;
  /** How often in a row such a refusal came. */
  doubts: number;
  version: number;
  credentialVersion: number;
  tokenHint: string;
  tokenUpdatedAt: Date;
  /** When the token ends; undefined for one that does not, or whose end Slack does not tell. */
  tokenExpiresAt: Date | undefined;
  /** Why a token that ends is not renewed; undefined while it is, and for one that does not end. */
  renewalProblem: RenewalProblem | undefined;
  createdAt: Date;
  lastCheckAt: Date | undefined;
  /** Checks by the clock since then that Slack gave no verdict in. */
  unansweredChecks: number;
  disconnectedAt: Date | undefined;
}

/** As the API shows it. */
export function toConnection(stored: StoredConnection): Connection {
  return fieldsOf(stored);
}

/** For other services: `connection.changed.v1`. */
export function toConnectionChanged(stored: StoredConnection): ConnectionChanged {
  const { organizationId, credentialVersion, disconnectedAt } = stored;
  return { ...fieldsOf(stored), organizationId, credentialVersion, ...(disconnectedAt && { disconnected: true }) };
}

function fieldsOf(stored: StoredConnection): Pick<Connection, keyof Connection> {
  const { id, method, workspace, bot, appId, scopes, missingScopes, paused, version, health, lastCheckAt } = stored;
  return {
    id, method, workspace, bot, scopes, missingScopes, paused, version, health,
    token: { hint: stored.tokenHint, updatedAt: stored.tokenUpdatedAt.toISOString(), ...(stored.tokenExpiresAt && { expiresAt: stored.tokenExpiresAt.toISOString() }) },
    createdAt: stored.createdAt.toISOString(),
    ...(appId !== undefined && { appId }),
    ...(lastCheckAt && { lastCheckAt: lastCheckAt.toISOString() }),
  };
}

/** Whether a check found all as it was. */
export function isSameButForTheCheck(before: StoredConnection, after: StoredConnection): boolean {
  return isDeepStrictEqual(withoutCheck(before), withoutCheck(after));
}

/** Slack lists scopes in no order. */
function withoutCheck(connection: StoredConnection): object {
  return { ...connection, lastCheckAt: undefined, scopes: [...connection.scopes].sort(), missingScopes: [...connection.missingScopes].sort() };
}

/** What the audit log keeps of a connection. */
export function auditView({ workspace, method, health, paused, scopes, credentialVersion }: StoredConnection): object {
  return { workspace: workspace.name, workspaceId: workspace.id, method, health: health.state, ...(health.reason !== undefined && { reason: health.reason }), paused, scopes, credentialVersion };
}
