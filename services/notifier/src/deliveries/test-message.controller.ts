/** A test message of a connection: through the real path, from the line of its destination on. */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v7 as uuid } from 'uuid';

import { AcceptedDelivery, CreateTestMessage } from '@tocsin/contracts';
import { Audit, Idempotency, IdempotentRequest, nameOf, notFound, ProblemException, Requires, type IdempotentCall } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { ConnectionNews } from '../connections/connection-news.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { ArrivalRepository } from './arrival.repository.js';
import { PostingJob } from './posting.job.js';

@ApiTags('connections')
@Controller('v1/connections/:id/test-messages')
export class TestMessageController {
  constructor(
    private readonly connections: ConnectionNews,
    private readonly arrivals: ArrivalRepository,
    private readonly idempotency: Idempotency,
    private readonly audit: Audit,
    private readonly posting: PostingJob,
    private readonly resolution: ResolutionJob,
  ) {}

  @ApiOperation({ summary: 'Sends a test message through the real path.' })
  @Post()
  @Requires('connectors:configure')
  @ApiAcceptedResponse({ type: AcceptedDelivery })
  async send(@CurrentAuthor() author: Author, @Param('id') connectionId: string, @Body() { destination }: CreateTestMessage, @IdempotentRequest() call: IdempotentCall): Promise<AcceptedDelivery> {
    const connection = await this.connections.find(author.organizationId, connectionId);
    if (!connection) throw notFound('connection', connectionId);
    const accepted = await this.idempotency.run(call, async (tx) => {
      if (connection.state === 'disconnected') throw disconnected(connectionId);
      const deliveryId = uuid();
      const command = { commandId: deliveryId, organizationId: author.organizationId, connectionId, destination, issues: [], source: { kind: 'test' as const, user: nameOf(author.actor) } };
      await this.arrivals.ingestWithin(tx, [{ command, saidAt: new Date() }]);
      await this.audit.record(tx, { ...author, action: 'test-message.sent', target: { kind: 'connection', id: connectionId }, after: { deliveryId, destination } });
      return { status: 202, body: { deliveryId } };
    });
    this.resolution.wake();
    this.posting.wake();
    return accepted;
  }
}

/** As for every other message; this one would be posted on the day on which the workspace is connected again. */
function disconnected(id: string): ProblemException {
  return new ProblemException(409, {
    title: 'The workspace is disconnected', code: 'connection_disconnected', detail: `The connection "${id}" was disconnected.`,
    hint: 'Connect the workspace again and test it then.',
  });
}
