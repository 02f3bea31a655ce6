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
import { RenewToken } from '../credentials/renew-token.js';
import { nextHealth } from './health.js';
import type { StoredConnection } from './stored-connection.js';

@Injectable()
export class CheckConnection {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
    private readonly renewal: RenewToken,
    private readonly journal: ConnectionJournal,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param reported Slack's code in the answer that gave reason for the check
   * @returns undefined when there is no such connection in the author's organization
   */
  async check(id: string, author: Author, reported?: string): Promise<Verification | undefined> {
    return this.look(id, author, reported, true);
  }

  private async look(id: string, author: Author, reported: string | undefined, mayRenew: boolean): Promise<Verification | undefined> {
    const connection = await this.connections.find(author.organizationId, id);
    const asked = connection && (await this.ask(connection));
    if (!connection || !asked) return undefined;
    const renewal = mayRenew && isWorthRenewing(connection, asked, Date.now()) ? await this.renewal.renewNow(connection) : undefined;
    if (renewal === 'later') return asked;
    if (renewal === 'renewed') return this.look(id, author, undefined, false); // what was reported was said of the token before
    if (isVerdict(asked)) await this.keep(connection, asked, author, reported);
    return asked;
  }

  private async ask({ id, workspace }: StoredConnection): Promise<Verification | undefined> {
    const credential = await this.credentials.of(id);
    return credential && verifyToken({ hostUrl: workspace.url, token: credential.token }, this.slack);
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

/** A token that Slack takes no longer may have a successor; one that Slack refuses from the first minute on has another trouble. */
function isWorthRenewing({ tokenUpdatedAt }: StoredConnection, { failure }: Verification, now: number): boolean {
  if (failure === undefined || !saysTokenIsDead(failure.code)) return false;
  return failure.code === 'token_expired' || now - tokenUpdatedAt.getTime() > 60_000;
}

function withFindings(before: StoredConnection, { found, failure }: Verification, reported: string | undefined): StoredConnection {
  const now = new Date();
  const doubted = reported !== undefined && saysTokenIsDead(reported) ? reported : undefined;
  const scopes = found?.scopes ?? before.scopes;
  const missingScopes = found?.missingScopes ?? before.missingScopes;
  const findings = { missingScopes, token: { expiresAt: before.tokenExpiresAt, problem: before.renewalProblem }, ...(failure && { failure }), ...(doubted !== undefined && { doubted, doubtedTwice: before.doubted === doubted }) };
  return {
    ...before, scopes, missingScopes, doubted,
    workspace: found?.identity.workspace ?? before.workspace,
    bot: found?.identity.bot ?? before.bot,
    health: nextHealth(before.health, findings, now.toISOString()),
    lastCheckAt: now,
  };
}
