/** Asks Slack about a connection’s own token and keeps what it says, unless the token was replaced meanwhile. */
import { Injectable } from '@nestjs/common';

import { saysTokenIsDead } from '@tocsin/domain';
import { Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { SlackAccess } from '../slack-access.js';
import { isVerdict, verifyToken, type Verification } from '../verification/verify-token.js';
import { ConnectionJournal } from './connection-journal.js';
import { ConnectionRepository } from './connection.repository.js';
import { Credentials } from '../credentials/credentials.js';
import { nextHealth } from './health.js';
import type { StoredConnection } from './stored-connection.js';

@Injectable()
export class CheckConnection {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
    private readonly journal: ConnectionJournal,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param reported Slack's code in the answer that gave reason for the check
   * @returns undefined when there is no such connection in the author's organization
   */
  async check(id: string, author: Author, reported?: string): Promise<Verification | undefined> {
    const connection = await this.connections.find(author.organizationId, id);
    const credential = connection && (await this.credentials.of(id));
    if (!connection || !credential) return undefined;
    const verification = await verifyToken({ hostUrl: connection.workspace.url, token: credential.token }, this.slack);
    if (isVerdict(verification)) await this.keep(connection, verification, author, reported);
    return verification;
  }

  private async keep({ id, credentialVersion }: StoredConnection, verification: Verification, author: Author, reported: string | undefined): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const before = await this.connections.lock(tx, author.organizationId, id);
      if (before?.credentialVersion !== credentialVersion) return;
      const after = withFindings(before, verification, reported);
      await this.journal.write(tx, after, { action: reported === undefined ? 'connection.verified' : 'connection.health_changed', author, before });
    });
  }
}

function withFindings(before: StoredConnection, { found, failure }: Verification, reported: string | undefined): StoredConnection {
  const now = new Date();
  const doubted = reported !== undefined && saysTokenIsDead(reported) ? reported : undefined;
  const scopes = found?.scopes ?? before.scopes;
  const missingScopes = found?.missingScopes ?? before.missingScopes;
  const findings = { missingScopes, ...(failure && { failure }), ...(doubted !== undefined && { doubted, doubtedTwice: before.doubted === doubted }) };
  return {
    ...before, scopes, missingScopes, doubted,
    workspace: found?.identity.workspace ?? before.workspace,
    bot: found?.identity.bot ?? before.bot,
    health: nextHealth(before.health, findings, now.toISOString()),
    lastCheckAt: now,
  };
}
