/** Asks Slack about a connection’s own token and keeps what it says, unless the token was replaced meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { saysTokenIsDead, type CheckReason, type HealthNews, type SlackFailure } from '@tocsin/domain';
import { Inbox, LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { slackAsAuthor, tocsinAsAuthor, type Author } from '../author.js';
import { Credentials, type Credential } from '../credentials/credentials.js';
import { RenewToken } from '../credentials/renew-token.js';
import { SlackAccess } from '../slack-access.js';
import { askAboutToken, type Finding } from '../verification/ask-about-token.js';
import { isVerdict, maySend, verifyToken, type Verification } from '../verification/verify-token.js';
import { CheckSchedule } from './check-schedule.repository.js';
import { ConnectionJournal } from './connection-journal.js';
import { ConnectionRepository } from './connection.repository.js';
import { learn } from './learn.js';
import { isSameButForTheCheck, type StoredConnection } from './stored-connection.js';

/** How long a renewal may take that somebody else is at: a request to Slack. */
const SUCCESSOR_MS = 10_000;
const SUCCESSOR_LOOK_MS = 200;

interface Check {
  author: Author;
  reason: CheckReason;
  /** Id of the event that gave reason for it: taken twice, it counts once. */
  eventId?: string;
}

/** One of Slack's answers that speaks against a credential. */
export interface ReportedRefusal {
  eventId: string;
  /** Slack's code. */
  slackError: string;
}

@Injectable()
export class CheckConnection {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
    private readonly renewal: RenewToken,
    private readonly journal: ConnectionJournal,
    private readonly schedule: CheckSchedule,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** With every check of VERIFY CONNECTIVITY. @returns undefined when there is no such connection in the author's organization */
  async byHand(id: string, author: Author): Promise<Verification | undefined> {
    return this.look(id, { author, reason: { kind: 'person' } }, async (token, { workspace }) => {
      const verification = await verifyToken({ hostUrl: workspace.url, token }, this.slack);
      const found = verification.found?.identity.workspace;
      const isRenamed = found?.id === workspace.id && found.url !== workspace.url;
      return isRenamed ? verifyToken({ hostUrl: found.url, token }, this.slack) : verification;
    });
  }

  async byClock(id: string, organizationId: string): Promise<void> {
    await this.look(id, { author: tocsinAsAuthor(organizationId), reason: { kind: 'clock' } }, (token, known) => this.ask(token, known));
  }

  async afterRefusal({ id, organizationId }: StoredConnection, { eventId, slackError }: ReportedRefusal): Promise<void> {
    const check: Check = { author: slackAsAuthor(organizationId), reason: { kind: 'refusal', code: slackError }, eventId };
    await this.look(id, check, (token, known) => this.ask(token, known));
  }

  /** No token of Slack's goes to a sandbox, nor the other way round, when SLACK_BASE_URL was changed. */
  private async ask(token: string, known: StoredConnection): Promise<Finding> {
    return maySend({ hostUrl: known.workspace.url, token }, this.slack) ? askAboutToken(this.slack.open(token), known) : {};
  }

  private async look<F extends Finding>(id: string, check: Check, ask: (token: string, known: StoredConnection) => Promise<F>, mayRenew = true): Promise<F | undefined> {
    const connection = await this.connections.find(check.author.organizationId, id);
    const credential = connection && (await this.credentials.of(id));
    if (!connection || !credential) return undefined;
    const finding = await ask(credential.token, connection);
    const renewal = mayRenew && isWorthRenewing(connection, finding, Date.now()) ? await this.renewal.renewNow(connection) : undefined;
    const isByHand = check.reason.kind === 'person';
    const isRenewed = renewal === 'renewed' || (renewal === 'elsewhere' && isByHand && (await this.hasSuccessor(id, credential)));
    // What was reported was said of the token before.
    if (isRenewed) return this.look(id, isByHand ? check : { ...check, reason: { kind: 'clock' } }, ask, false);
    if (isVerdict(finding) && (renewal === undefined || renewal === 'given_up')) await this.keep(id, check, finding, credential.credentialVersion);
    else await this.postpone(id, check, finding.failure);
    return finding;
  }

  /** Whoever asks by hand waits for a renewal under way. */
  private async hasSuccessor(id: string, { credentialVersion }: Credential): Promise<boolean> {
    const end = performance.now() + SUCCESSOR_MS;
    while (performance.now() < end) {
      const now = await this.credentials.of(id);
      if (now?.credentialVersion !== credentialVersion) return now !== undefined;
      await sleep(SUCCESSOR_LOOK_MS);
    }
    return false;
  }

  private async keep(id: string, check: Check, finding: Finding, credentialVersion: number): Promise<void> {
    const { author, reason, eventId } = check;
    await this.outbox.transaction(async (tx) => {
      const before = await this.connections.lock(tx, author.organizationId, id);
      if (before?.credentialVersion !== credentialVersion) return;
      if (eventId !== undefined && !(await this.inbox.firstTime(tx, 'connection.reported', eventId))) return;
      const now = await this.credentials.now(tx);
      const after = { ...withDetails(learn(before, newsOf(finding, credentialVersion, reason), now), finding), lastCheckAt: now };
      if (reason.kind === 'clock' && isSameButForTheCheck(before, after)) await this.schedule.plan(tx, after);
      else await this.journal.write(tx, after, { action: actionOf(reason, before, after), author, before });
    });
  }

  /** Slack said nothing of the token. What a person or a refused message asked for is asked again by them. */
  private async postpone(id: string, { author, reason }: Check, failure: SlackFailure | undefined): Promise<void> {
    this.logger.info({ connectionId: id, organizationId: author.organizationId, slackError: failure?.code, reason: reason.kind }, 'Slack gave no verdict on the token of a connection');
    if (reason.kind !== 'clock') return;
    await this.outbox.transaction(async (tx) => {
      const connection = await this.connections.lock(tx, author.organizationId, id);
      if (connection) await this.schedule.postpone(tx, connection, failure);
    });
  }
}

/** A token that Slack takes no longer may have a successor; one that Slack refuses from the first minute on has another trouble. */
function isWorthRenewing({ tokenUpdatedAt }: StoredConnection, { failure }: Finding, now: number): boolean {
  if (failure === undefined || !saysTokenIsDead(failure.code)) return false;
  return failure.code === 'token_expired' || now - tokenUpdatedAt.getTime() > 60_000;
}

function newsOf({ found, failure }: Finding, credentialVersion: number, reason: CheckReason): HealthNews {
  if (found) return { kind: 'accepted', credentialVersion, missingScopes: found.missingScopes, reason };
  if (failure) return { kind: 'not_accepted', credentialVersion, failure };
  throw new Error('a verdict says nothing');
}

/** What else Slack says of a token that it accepts. */
function withDetails(connection: StoredConnection, { found }: Finding): StoredConnection {
  if (!found) return connection;
  const { identity, scopes } = found;
  return { ...connection, scopes, bot: identity.bot, ...(identity.workspace.id === connection.workspace.id && { workspace: identity.workspace }) };
}

/** As the audit log calls it. */
function actionOf(reason: CheckReason, before: StoredConnection, after: StoredConnection): string {
  if (reason.kind === 'person') return 'connection.verified';
  if (after.health !== before.health) return 'connection.health_changed';
  return reason.kind === 'clock' ? 'connection.details_changed' : 'connection.checked';
}
