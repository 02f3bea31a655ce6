/** `connection.reported.v1` in: one of Slack's answers speaks against a credential. Only our own check makes it a verdict. */
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';

import { ConnectionReported } from '@tocsin/contracts';
import { BusContext, PermanentError } from '@tocsin/platform';

import { CheckConnection } from './check-connection.js';
import { ConnectionRepository } from './connection.repository.js';

@Controller()
export class ConnectionReportedConsumer {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly checks: CheckConnection,
  ) {}

  @EventPattern<string>('connection.reported.v1')
  async handle(@Payload() { organizationId, connectionId, credentialVersion, slackError }: ConnectionReported, @Ctx() { id: eventId }: BusContext): Promise<void> {
    const connection = await this.connections.get(connectionId);
    if (!connection || connection.disconnectedAt !== undefined) return;
    if (connection.organizationId !== organizationId) throw new PermanentError('foreign_connection', `The connection is not one of organization "${organizationId}".`);
    if (credentialVersion < connection.credentialVersion) return; // a verdict on a token that was replaced
    await this.checks.afterRefusal(connection, { eventId, slackError });
  }
}
