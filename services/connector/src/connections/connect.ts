/** Keeps a credential that Slack accepted: a new connection, or the one of that workspace brought up to date in place. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { healthOfCredential, type ConnectionMethod } from '@tocsin/domain';
import type { SlackIdentity } from '@tocsin/slack';

import type { Author } from '../author.js';
import { lifeOf, type TokenLife } from '../credentials/renewal.js';
import { ConnectionJournal } from './connection-journal.js';
import { ConnectionRepository } from './connection.repository.js';
import { Credentials, hintOf } from '../credentials/credentials.js';
import type { StoredConnection } from './stored-connection.js';

export interface AcceptedCredential {
  method: ConnectionMethod;
  token: string;
  /** Renews the token; the token then ends. */
  refreshToken?: string | undefined;
  /** Life of a token that ends, where Slack tells it. */
  expiresInSeconds?: number | undefined;
  identity: SlackIdentity;
  scopes: string[];
  missingScopes: string[];
  appId?: string | undefined;
}

export interface Connected {
  connection: StoredConnection;
  /** False when the workspace was connected already. */
  isNew: boolean;
}

@Injectable()
export class Connect {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
    private readonly journal: ConnectionJournal,
  ) {}

  /** @param action what the audit log calls it where the workspace was connected already */
  async keep(tx: EntityManager, credential: AcceptedCredential, author: Author, action = 'connection.reconnected'): Promise<Connected> {
    const { organizationId } = author;
    const before = await this.connections.lockWorkspace(tx, organizationId, credential.identity.workspace.id);
    const isNew = !before || before.disconnectedAt !== undefined;
    const id = before?.id ?? uuid();
    const life = lifeOf(credential, await this.credentials.now(tx), Math.random());
    const connection = await this.journal.write(tx, connectionWith(credential, life, { id, organizationId, before }), {
      action: isNew ? 'connection.connected' : action,
      author,
      before,
      credential: this.credentials.seal({ organizationId, connectionId: id }, credential, life.renewAt),
    });
    return { connection, isNew };
  }
}

function connectionWith(credential: AcceptedCredential, { now, expiresAt, problem }: TokenLife, { id, organizationId, before }: { id: string; organizationId: string; before: StoredConnection | undefined }): StoredConnection {
  const { method, token, identity, scopes, missingScopes } = credential;
  return {
    id, organizationId, method, scopes, missingScopes,
    workspace: identity.workspace,
    bot: identity.bot,
    appId: credential.appId ?? identity.appId,
    // Who paused it wanted silence; connecting it anew after a disconnection is a wish to send.
    paused: before?.disconnectedAt === undefined && (before?.paused ?? false),
    health: healthOfCredential(before?.health, { missingScopes, tokenExpiresAt: expiresAt?.toISOString(), renewalProblem: problem }, now.toISOString()),
    doubted: undefined,
    doubts: 0,
    version: 0,
    credentialVersion: (before?.credentialVersion ?? 0) + 1,
    tokenHint: hintOf(token),
    tokenUpdatedAt: now,
    tokenExpiresAt: expiresAt,
    renewalProblem: problem,
    createdAt: before?.createdAt ?? now,
    lastCheckAt: now,
    unansweredChecks: 0,
    disconnectedAt: undefined,
  };
}
