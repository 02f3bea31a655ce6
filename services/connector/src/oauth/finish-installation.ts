/** The way back from Slack's consent page: from state and code to a connection, or to the reason why there is none. */
import { Injectable } from '@nestjs/common';

import { missingScopes, type SlackFailure } from '@tocsin/domain';
import { Audit, Outbox } from '@tocsin/platform';
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
  /** Slack's code, where Slack refused. */
  slackError?: string;
}

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
  ) {}

  async finish({ state, browser, code, error }: WayBack): Promise<Outcome> {
    const taken = await this.states.take(state, browser);
    const outcome = taken.result !== 'taken' ? { result: taken.result } : error !== undefined ? denied(error) : await this.install(taken.installation, code ?? '');
    if (outcome.result !== 'connected' && taken.installation) await this.auditFailure(taken.installation, outcome);
    return outcome;
  }

  private async install(begun: BegunInstallation, code: string): Promise<Outcome> {
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

  private async isAnother({ organizationId, connectionId }: BegunInstallation, workspaceId: string): Promise<boolean> {
    if (connectionId === undefined) return false;
    return (await this.connections.find(organizationId, connectionId))?.workspace.id !== workspaceId;
  }

  /** An installation that nobody wanted is taken back, unless somebody else lives on it. */
  private async giveBack({ token, workspace }: Installation): Promise<void> {
    const isUsed = await this.outbox.transaction((tx) => this.connections.isWorkspaceUsed(tx, workspace?.id ?? ''));
    if (!isUsed) await this.slack.open(token).authRevoke();
  }

  private async keep(begun: BegunInstallation, { token, scopes, appId }: Installation, identity: SlackIdentity): Promise<Outcome> {
    const credential = { method: 'oauth' as const, token, identity, scopes, missingScopes: missingScopes(scopes), appId };
    const { connection } = await this.outbox.transaction((tx) => this.connect.keep(tx, credential, authorOf(begun)));
    return { result: 'connected', connectionId: connection.id };
  }

  private async auditFailure(begun: BegunInstallation, { result, slackError }: Outcome): Promise<void> {
    await this.outbox.transaction((tx) =>
      this.audit.record(tx, {
        ...authorOf(begun),
        action: 'connection.installation_ended',
        target: { kind: 'connection', id: begun.connectionId ?? 'new' },
        after: { result, ...(slackError !== undefined && { slackError }) },
      }));
  }
}

function authorOf({ organizationId, user }: BegunInstallation): Author {
  return { organizationId, actor: { kind: 'user', id: user } };
}

function denied(error: string): Outcome {
  return error === 'access_denied' ? { result: 'cancelled' } : { result: 'refused', slackError: error };
}

function refusedBy({ code }: SlackFailure): Outcome {
  return code === 'cannot_install_an_org_installed_app' ? { result: 'enterprise' } : { result: 'refused', slackError: code };
}
