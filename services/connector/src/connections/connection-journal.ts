/** The one way to change a connection: its row, its next check, `connection.changed.v1` and the audit entry are one transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { Audit, Outbox } from '@tocsin/platform';

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
    return after;
  }
}
