/**
 * Slack says that the published app was removed, or its token taken back. It says so once for all organizations that use
 * the workspace, sometimes twice, and sometimes only after somebody has installed the app again.
 */
import { Injectable } from '@nestjs/common';

import { failureOfCode } from '@tocsin/domain';
import { Inbox, Outbox } from '@tocsin/platform';

import { slackAsAuthor } from '../author.js';
import { ConnectionJournal } from '../connections/connection-journal.js';
import { ConnectionRepository } from '../connections/connection.repository.js';
import { nextHealth } from '../connections/health.js';
import type { StoredConnection } from '../connections/stored-connection.js';
import type { SlackEvent } from './slack-event.js';

type Revocation = Extract<SlackEvent, { kind: 'revoked' }>;

/** What auth.test would say from now on. */
const CODES = { app_uninstalled: 'account_inactive', tokens_revoked: 'token_revoked' } as const;

@Injectable()
export class RevokeInstallations {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly journal: ConnectionJournal,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
  ) {}

  async revoke(event: Revocation): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      if (!(await this.inbox.firstTime(tx, 'slack', event.eventId))) return;
      for (const before of await this.connections.lockInstallations(tx, event.workspaceId, event.appId)) {
        if (!isMeant(before, event)) continue;
        const health = nextHealth(before.health, { missingScopes: before.missingScopes, failure: failureOfCode(CODES[event.reason]) }, new Date().toISOString());
        await this.journal.write(tx, { ...before, health }, { action: 'connection.health_changed', author: slackAsAuthor(before.organizationId), before });
      }
    });
  }
}

/** Slack tells whole seconds, so an event of the very second of the installation counts as later. */
function isMeant({ tokenUpdatedAt, bot }: StoredConnection, { at, botUserIds }: Revocation): boolean {
  const isLate = at.getTime() + 1000 <= tokenUpdatedAt.getTime();
  return !isLate && (botUserIds === undefined || botUserIds.includes(bot.userId));
}
