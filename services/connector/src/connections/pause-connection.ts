/** Pause and resume: a paused connection keeps its deliveries waiting. */
import { Injectable } from '@nestjs/common';

import { Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { ConnectionJournal } from './connection-journal.js';
import { ConnectionRepository } from './connection.repository.js';
import type { StoredConnection } from './stored-connection.js';

@Injectable()
export class PauseConnection {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly journal: ConnectionJournal,
    private readonly outbox: Outbox,
  ) {}

  /** Asked for twice it is done once. @returns undefined when there is no such connection */
  async set(id: string, paused: boolean, author: Author): Promise<StoredConnection | undefined> {
    return this.outbox.transaction(async (tx) => {
      const before = await this.connections.lock(tx, author.organizationId, id);
      if (before === undefined || before.paused === paused) return before;
      return this.journal.write(tx, { ...before, paused }, { action: paused ? 'connection.paused' : 'connection.resumed', author, before });
    });
  }
}
