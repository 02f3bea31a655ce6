/**
 * Slack says that the published app was removed, or its token taken back. It says so once for all organizations that use
 * the workspace, sometimes twice, and sometimes only after somebody has installed the app again: then it changes nothing,
 * unless our clock and Slack's only disagree, which a check finds out.
 */
import { Injectable } from '@nestjs/common';

import { Inbox, Outbox } from '@tocsin/platform';

import { slackAsAuthor } from '../author.js';
import { CheckSchedule } from '../connections/check-schedule.repository.js';
import { ConnectionJournal } from '../connections/connection-journal.js';
import { ConnectionRepository } from '../connections/connection.repository.js';
import { learn } from '../connections/learn.js';
import type { SlackEvent } from './slack-event.js';

type Revocation = Extract<SlackEvent, { kind: 'revoked' }>;

@Injectable()
export class RevokeInstallations {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly journal: ConnectionJournal,
    private readonly schedule: CheckSchedule,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
  ) {}

  async revoke({ eventId, workspaceIds, appId, reason, at, botUserIds }: Revocation): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const concerned = await this.connections.lockOfApp(tx, workspaceIds, appId);
      if (concerned.length === 0 || !(await this.inbox.firstTime(tx, 'slack', eventId))) return;
      for (const before of concerned) {
        if (botUserIds !== undefined && !botUserIds.includes(before.bot.userId)) continue;
        // Of tokens that end Slack may mean one that was renewed: only a check tells.
        const isMaybeAnother = reason === 'tokens_revoked' && before.tokenExpiresAt !== undefined;
        const after = isMaybeAnother ? before : learn(before, { kind: 'removed', event: reason, at: at.toISOString() }, new Date());
        if (after !== before) await this.journal.write(tx, after, { action: 'connection.health_changed', author: slackAsAuthor(before.organizationId), before });
        else if (before.health.state !== 'revoked') await this.schedule.hurry(tx, before);
      }
    });
  }
}
