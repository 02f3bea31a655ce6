/**
 * Renews a token that ends, under a lease, so that the replicas use its refresh token once. No transaction is open while Slack
 * is asked: whoever dies in between leaves a lease that ends, and the next tries with the same refresh token.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { healthOfCredential, missingScopes, REMEDIES, type HealthNews, type RenewalProblem, type SlackFailure } from '@tocsin/domain';
import { failPoint, LOGGER, Outbox, type Logger } from '@tocsin/platform';
import type { Installation, SlackAnswer } from '@tocsin/slack';

import { tocsinAsAuthor } from '../author.js';
import { ConnectionJournal } from '../connections/connection-journal.js';
import { ConnectionRepository } from '../connections/connection.repository.js';
import { learn } from '../connections/learn.js';
import type { StoredConnection } from '../connections/stored-connection.js';
import { SlackAccess } from '../slack-access.js';
import { maySend } from '../verification/verify-token.js';
import { CredentialRepository, type RenewalLease } from './credential.repository.js';
import { Credentials, hintOf } from './credentials.js';
import { judgeRenewal, lifeOf, type TokenLife } from './renewal.js';

/** `later`: it could not be renewed now and is tried again. `elsewhere`: somebody else is at it, or has just done it. */
export type RenewalResult = 'renewed' | 'later' | 'elsewhere' | 'given_up';

const NO_CLIENT: SlackFailure = { family: 'refused', kind: 'configuration', code: 'no_client', message: 'The client id or client secret of the published Slack app is not set.', remedy: REMEDIES.clientSettings };
const OTHER_SLACK: SlackFailure = { family: 'refused', kind: 'configuration', code: 'other_slack', message: 'The token is not one of the Slack that SLACK_BASE_URL leads to.', remedy: 'Set SLACK_BASE_URL to the Slack of this workspace, or connect the workspace again.' };

@Injectable()
export class RenewToken {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly stored: CredentialRepository,
    private readonly credentials: Credentials,
    private readonly journal: ConnectionJournal,
    private readonly outbox: Outbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Now, since Slack takes the token no longer. @returns undefined when there is nothing to renew it with */
  async renewNow({ id, credentialVersion }: StoredConnection): Promise<RenewalResult | undefined> {
    const lease = await this.stored.leaseOf(id, credentialVersion);
    if (lease) return this.renew(lease);
    return (await this.stored.isRenewable(id)) ? 'elsewhere' : undefined;
  }

  async renew(lease: RenewalLease): Promise<RenewalResult> {
    const answer = await this.ask(lease);
    failPoint('renewal.answer');
    if (answer.ok) return this.keep(lease, answer.value);
    const verdict = judgeRenewal(answer.failure, lease, Math.random());
    this.logger.warn({ connectionId: lease.connectionId, organizationId: lease.organizationId, slackError: answer.failure.code, verdict: verdict.then }, 'a token could not be renewed');
    await this.outbox.transaction(async (tx) => {
      if (verdict.then === 'give_up') await this.stored.forgetRefreshToken(tx, lease);
      else await this.stored.postpone(tx, lease, verdict.afterSeconds);
      if (verdict.problem) await this.tell(tx, lease, verdict.problem);
    });
    return verdict.then === 'give_up' ? 'given_up' : 'later';
  }

  private async ask(lease: RenewalLease): Promise<SlackAnswer<Installation>> {
    const { client } = this.slack;
    if (!client) return { ok: false, failure: NO_CLIENT };
    if (!(await this.isOfThisSlack(lease))) return { ok: false, failure: OTHER_SLACK };
    const refreshToken = this.credentials.openRefreshToken(lease, lease.refresh);
    return this.slack.open().oauthRenew({ refreshToken, clientId: client.id, clientSecret: client.secret });
  }

  /** What is refused for the token is refused for what renews it: a refresh token does not tell whose it is. */
  private async isOfThisSlack({ organizationId, connectionId }: RenewalLease): Promise<boolean> {
    const connection = await this.connections.find(organizationId, connectionId);
    const credential = await this.credentials.of(connectionId);
    return connection !== undefined && credential !== undefined && maySend({ hostUrl: connection.workspace.url, token: credential.token }, this.slack);
  }

  private async keep(lease: RenewalLease, issued: Installation): Promise<RenewalResult> {
    const isWanted = await this.outbox.transaction(async (tx) => {
      const before = await this.lock(tx, lease);
      if (!before) return this.connections.isWorkspaceUsed(tx, issued.workspace?.id ?? '');
      const life = lifeOf(issued, await this.credentials.now(tx), Math.random());
      await this.journal.write(tx, renewed(before, issued, life), {
        action: 'connection.token_renewed', author: tocsinAsAuthor(lease.organizationId), before, credential: this.credentials.seal(lease, issued, life.renewAt),
      });
      return true;
    });
    if (!isWanted) await this.slack.open(issued.token).authRevoke();
    return 'renewed';
  }

  private async tell(tx: EntityManager, lease: RenewalLease, problem: RenewalProblem): Promise<void> {
    const before = await this.lock(tx, lease);
    if (before) await this.hear(tx, before, { kind: 'not_renewed', credentialVersion: before.credentialVersion, problem });
  }

  /** Says of a token that has ended for good that it has. */
  async sayEnded(organizationId: string, connectionId: string): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const before = await this.connections.lock(tx, organizationId, connectionId);
      if (before) await this.hear(tx, before, { kind: 'ended', credentialVersion: before.credentialVersion });
    });
  }

  private async hear(tx: EntityManager, before: StoredConnection, news: HealthNews): Promise<void> {
    const after = learn(before, news, await this.credentials.now(tx));
    if (after !== before) await this.journal.write(tx, after, { action: 'connection.health_changed', author: tocsinAsAuthor(before.organizationId), before });
  }

  /** The connection, unless it was disconnected or has another credential by now. */
  private async lock(tx: EntityManager, { organizationId, connectionId, credentialVersion }: RenewalLease): Promise<StoredConnection | undefined> {
    const connection = await this.connections.lock(tx, organizationId, connectionId);
    return connection?.credentialVersion === credentialVersion ? connection : undefined;
  }
}

function renewed(before: StoredConnection, { token, scopes: granted }: Installation, { now, expiresAt, problem }: TokenLife): StoredConnection {
  const scopes = granted.length > 0 ? granted : before.scopes;
  const missing = missingScopes(scopes);
  return {
    ...before, scopes, missingScopes: missing, doubted: undefined, doubts: 0,
    health: healthOfCredential(before.health, { missingScopes: missing, tokenExpiresAt: expiresAt?.toISOString(), renewalProblem: problem }, now.toISOString()),
    credentialVersion: before.credentialVersion + 1,
    tokenHint: hintOf(token), tokenUpdatedAt: now, tokenExpiresAt: expiresAt, renewalProblem: problem,
  };
}
