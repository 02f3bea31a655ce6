/** `channel.reported.v1` and `person.reported.v1` in: Slack's events reach our copy and the destinations at once. */
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';

import { ChannelReported, PersonReported } from '@tocsin/contracts';
import { PermanentError } from '@tocsin/platform';

import { ConnectionRepository, type KnownConnection } from '../connections/connection.repository.js';
import { DestinationRepository } from './destination.repository.js';
import { TakeChannelReport } from './take-channel-report.js';
import { TakePersonReport } from './take-person-report.js';

@Controller()
export class SlackEventsConsumer {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly channels: TakeChannelReport,
    private readonly people: TakePersonReport,
    private readonly destinations: DestinationRepository,
    private readonly database: DataSource,
  ) {}

  @EventPattern<string>('channel.reported.v1')
  async channel(@Payload() report: ChannelReported): Promise<void> {
    const connection = await this.ownerOf(report);
    if (connection) await this.channels.take(connection, report, await this.happenedAt(report));
  }

  @EventPattern<string>('person.reported.v1')
  async person(@Payload() report: PersonReported): Promise<void> {
    const connection = await this.ownerOf(report);
    if (connection) await this.people.take(connection, report, await this.happenedAt(report));
  }

  /** Of a connection that nobody told us of there is no copy yet: it is read as it is then. */
  private async ownerOf({ connectionId, organizationId }: { connectionId: string; organizationId: string }): Promise<KnownConnection | undefined> {
    const connection = await this.connections.get(connectionId);
    if (connection && connection.organizationId !== organizationId) throw new PermanentError('foreign_connection', 'The connection belongs to another organization.');
    return connection;
  }

  /** A clock that runs ahead must not make everything old that is said later; this process's own may be wrong either way. */
  private async happenedAt({ at }: { at: string }): Promise<Date> {
    return new Date(Math.min(Date.parse(at), await this.destinations.now(this.database)));
  }
}
