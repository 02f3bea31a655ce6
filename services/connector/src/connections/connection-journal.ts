/** The one way to change a connection: its row, its next check, `connection.changed.v1` and the audit entry are one transaction. */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { Audit, LOGGER, Outbox, type Logger } from '@tocsin/platform';

import type { Author } from '../author.js';
import type { SealedCredential } from '../credentials/credentials.js';
import { CheckSchedule } from './check-schedule.repository.js';
import { ConnectionRepository } from './connection.repository.js';
import { auditView, toConnectionChanged, type StoredConnection } from './stored-connection.js';

export interface Change {
  /** `<noun>.<past verb>`. */
  action: string;
  author: Author;
  before?: StoredConnection | undefined;
  /** A new one; left out = stays; null = is forgotten. */
  credential?: SealedCredential | null;
}

@Injectable()
export class ConnectionJournal {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly schedule: CheckSchedule,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param wanted the connection as it shall be; its version is counted here */
  async write(tx: EntityManager, wanted: StoredConnection, { action, author, before, credential }: Change): Promise<StoredConnection> {
    const after = { ...wanted, version: (before?.version ?? 0) + 1 };
    const { id, organizationId } = after;
    await this.connections.save(tx, after, credential);
    await this.schedule.plan(tx, after);
    await this.outbox.add(tx, { type: 'connection.changed.v1', organizationId, subject: id, data: toConnectionChanged(after) });
    await this.audit.record(tx, {
      organizationId, action, actor: author.actor, target: { kind: 'connection', id }, after: auditView(after),
      ...(before && { before: auditView(before) }), ...(author.requestId !== undefined && { requestId: author.requestId }),
    });
    if (before && before.health.state !== after.health.state) this.tell(before, after);
    return after;
  }

  /** Metrics tell how many connections are in trouble, this which. */
  private tell({ health: { state: from } }: StoredConnection, { id, organizationId, workspace, health: { state, reason } }: StoredConnection): void {
    const facts = { connectionId: id, organizationId, workspaceId: workspace.id, from, state };
    if (state === 'connected') this.logger.info(facts, 'a connection is well again');
    else this.logger.warn({ ...facts, reason }, 'the health of a connection changed');
  }
}
