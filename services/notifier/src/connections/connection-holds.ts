/** Stops a connection whose credential Slack refused, and tells connector. Connections come before lanes, as where connector's news wakes them. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { Outbox } from '@tocsin/platform';

import { ConnectionRepository, type Hold } from './connection.repository.js';
import { Credentials } from './credentials.js';

@Injectable()
export class ConnectionHolds {
  constructor(
    private readonly outbox: Outbox,
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
  ) {}

  async hold(tx: EntityManager, organizationId: string, hold: Hold): Promise<void> {
    // News of its successor is heard by one replica; another one finds out here.
    this.credentials.forget(hold.connectionId);
    if (!(await this.connections.hold(tx, hold))) return;
    const { connectionId, credentialVersion, slackError } = hold;
    await this.outbox.add(tx, { type: 'connection.reported.v1', organizationId, subject: connectionId, data: { organizationId, connectionId, credentialVersion, slackError, at: new Date().toISOString() } });
  }
}
