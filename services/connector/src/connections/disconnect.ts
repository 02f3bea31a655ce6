/**
 * Disconnects: the token is forgotten, the row stays for a re-connection. The published app is uninstalled from a workspace
 * that nobody else uses; a pasted token is left to its owner.
 */
import { Inject, Injectable } from '@nestjs/common';

import { LOGGER, Outbox, type Logger } from '@tocsin/platform';

import type { Author } from '../author.js';
import { SlackAccess } from '../slack-access.js';
import { CheckSchedule } from './check-schedule.repository.js';
import { ConnectionJournal } from './connection-journal.js';
import { ConnectionRepository } from './connection.repository.js';
import { Credentials } from '../credentials/credentials.js';

@Injectable()
export class Disconnect {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
    private readonly journal: ConnectionJournal,
    private readonly schedule: CheckSchedule,
    private readonly outbox: Outbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns false when there is no such connection */
  async disconnect(id: string, author: Author): Promise<boolean> {
    const done = await this.outbox.transaction(async (tx) => {
      const before = await this.connections.lock(tx, author.organizationId, id);
      if (!before) return undefined;
      const isLast = before.method === 'oauth' && !(await this.connections.isWorkspaceUsed(tx, before.workspace.id, id));
      const credential = isLast ? await this.credentials.of(id, tx) : undefined;
      await this.journal.write(tx, { ...before, disconnectedAt: new Date() }, { action: 'connection.disconnected', author, before, credential: null });
      return { workspaceId: before.workspace.id, tokenToRevoke: credential?.token };
    });
    if (done?.tokenToRevoke !== undefined) await this.revoke(id, done.workspaceId, done.tokenToRevoke);
    return done !== undefined;
  }

  /**
   * After the commit: were it the other way round, a failed commit would leave a connection with a dead token. Slack has one token
   * for app and workspace, so whoever connected the workspace at this very moment has lost it as well, and is looked at.
   */
  private async revoke(connectionId: string, workspaceId: string, token: string): Promise<void> {
    const answer = await this.slack.open(token).authRevoke();
    if (!answer.ok) this.logger.warn({ connectionId, slackError: answer.failure.code }, 'the token of a disconnected workspace could not be revoked; it can be removed in Slack under Manage apps');
    else await this.schedule.hurryWorkspace(workspaceId);
  }
}
