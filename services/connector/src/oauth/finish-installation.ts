/** The way back from Slack's consent page: from state and code to a connection, or to the reason why there is none. */
import { Inject, Injectable } from '@nestjs/common';

import { missingScopes, type SlackFailure } from '@tocsin/domain';
import { Audit, LOGGER, Outbox, type Logger } from '@tocsin/platform';
import type { Installation, SlackIdentity } from '@tocsin/slack';

import type { Author } from '../author.js';
import { Connect } from '../connections/connect.js';
import { ConnectionRepository } from '../connections/connection.repository.js';
import { SlackAccess } from '../slack-access.js';
import { OAuthStateRepository, type BegunInstallation } from './oauth-state.repository.js';

export type InstallationResult = 'connected' | 'cancelled' | 'expired' | 'used' | 'wrong_browser' | 'wrong_workspace' | 'refused' | 'enterprise';

export interface Outcome {
  result: InstallationResult;
  connectionId?: string;
  /** Slack's code where Slack refused, or ours where it could not be asked: `not_sent`, `no_answer`, `http_503`. */
  slackError?: string;
  /** Undefined for a state that is not ours. */
  begun?: BegunInstallation;
}

type End = Omit<Outcome, 'begun'>;

export interface WayBack {
  state: string;
  browser: string;
  code: string | undefined;
  /** Slack's code where the consent page ended without one. */
  error: string | undefined;
}

@Injectable()
export class FinishInstallation {
  constructor(
    private readonly slack: SlackAccess,
    private readonly states: OAuthStateRepository,
    private readonly connections: ConnectionRepository,
    private readonly connect: Connect,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async finish({ state, browser, code, error }: WayBack): Promise<Outcome> {
    const taken = await this.states.take(state, browser);
    const begun = taken.installation;
    if (!begun) {
      this.logger.warn({ withState: state !== '', withCookie: browser !== '' }, 'somebody came back from Slack with a state that is not ours, or that was cleaned up long ago');
      return { result: 'expired' };
    }
    const end = taken.result !== 'taken' ? { result: taken.result } : error !== undefined ? denied(error) : await this.install(begun, code ?? '');
    if (end.result !== 'connected') await this.auditFailure(begun, end);
    return { ...end, begun };
  }

  private async install(begun: BegunInstallation, code: string): Promise<End> {
    const { client, redirectUri } = this.slack;
    if (!client) return { result: 'refused', slackError: 'invalid_client_id' };
    const exchange = await this.slack.open().oauthAccess({ code, clientId: client.id, clientSecret: client.secret, redirectUri });
    if (!exchange.ok) return refusedBy(exchange.failure);
    const installation = exchange.value;
    if (!installation.workspace) return { result: 'enterprise' };
    if (await this.isAnother(begun, installation.workspace.id)) {
      await this.giveBack(installation);
      return { result: 'wrong_workspace' };
    }
    const test = await this.slack.open(installation.token).authTest();
    return test.ok ? this.keep(begun, installation, test.value) : refusedBy(test.failure);
  }

  /** One that was disconnected meanwhile is still known by its workspace, and is connected again. */
  private async isAnother({ connectionId }: BegunInstallation, workspaceId: string): Promise<boolean> {
    return connectionId !== undefined && (await this.connections.get(connectionId))?.workspace.id !== workspaceId;
  }

  /** An installation that nobody wanted is taken back, unless somebody else lives on it. */
  private async giveBack({ token, workspace }: Installation): Promise<void> {
    const isUsed = await this.outbox.transaction((tx) => this.connections.isWorkspaceUsed(tx, workspace?.id ?? ''));
    if (isUsed) return;
    const answer = await this.slack.open(token).authRevoke();
    if (!answer.ok) this.logger.warn({ workspaceId: workspace?.id, slackError: answer.failure.code }, 'an installation in another workspace than the wanted one could not be taken back; it can be removed in Slack under Manage apps');
  }

  private async keep(begun: BegunInstallation, { token, refreshToken, expiresInSeconds, scopes, appId }: Installation, identity: SlackIdentity): Promise<End> {
    const credential = { method: 'oauth' as const, token, refreshToken, expiresInSeconds, identity, scopes, missingScopes: missingScopes(scopes), appId };
    const { connection } = await this.outbox.transaction((tx) => this.connect.keep(tx, credential, authorOf(begun)));
    return { result: 'connected', connectionId: connection.id };
  }

  private async auditFailure(begun: BegunInstallation, { result, slackError }: End): Promise<void> {
    await this.outbox.transaction((tx) =>
      this.audit.record(tx, {
        ...authorOf(begun),
        action: 'connection.installation_ended',
        target: { kind: 'connection', id: begun.connectionId ?? 'new' },
        after: { result, ...(slackError !== undefined && { slackError }) },
      }));
  }
}

function authorOf({ organizationId, userId, user }: BegunInstallation): Author {
  return { organizationId, actor: { kind: 'user', id: userId, ...(user !== userId && { name: user }) } };
}

/** @param error from the address, where anybody can write anything */
function denied(error: string): End {
  if (error === 'access_denied') return { result: 'cancelled' };
  return { result: 'refused', slackError: /^[a-z0-9_]{1,60}$/.test(error) ? error : 'unreadable_answer' };
}

function refusedBy({ code }: SlackFailure): End {
  return code === 'cannot_install_an_org_installed_app' ? { result: 'enterprise' } : { result: 'refused', slackError: code };
}
