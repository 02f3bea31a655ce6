/** A new token for a connection: checked like the first one, and it must be of the same workspace. */
import { Injectable } from '@nestjs/common';

import { Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { SlackAccess } from '../slack-access.js';
import { failed } from '../verification/checks.js';
import { verifyToken } from '../verification/verify-token.js';
import { accepted, refused } from './accepted.js';
import { Connect } from './connect.js';
import { ConnectionRepository } from './connection.repository.js';
import type { StoredConnection } from './stored-connection.js';

@Injectable()
export class ReplaceConnectionToken {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly connect: Connect,
    private readonly outbox: Outbox,
  ) {}

  /** @returns undefined when there is no such connection. @throws ProblemException 422 with `checks` */
  async replace(id: string, token: string, author: Author): Promise<StoredConnection | undefined> {
    const connection = await this.connections.find(author.organizationId, id);
    if (!connection) return undefined;
    const { workspace } = connection;
    const verification = await verifyToken({ hostUrl: workspace.url, token }, this.slack);
    const credential = accepted('token', token, verification);
    if (credential.identity.workspace.id !== workspace.id) {
      throw refused({ checks: [failed('workspace.matches', `The token belongs to another workspace than ${workspace.name}.`, 'Use a token of the same workspace, or make a new connection.')] });
    }
    return this.outbox.transaction(async (tx) => {
      const stillThere = await this.connections.lock(tx, author.organizationId, id);
      return stillThere && (await this.connect.keep(tx, credential, author, 'connection.token_replaced')).connection;
    });
  }
}
