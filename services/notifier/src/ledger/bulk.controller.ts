/** What is done to many deliveries at once: cancel, replay. */
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { AcceptedReplays, CancelDeliveries, CancelledDeliveries, ReplayDeliveries, ReplayProgress } from '@tocsin/contracts';
import { Audit, CurrentCaller, Idempotency, IdempotentRequest, notFound, Requires, type Caller, type IdempotentCall } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { BulkCancellation } from './bulk-cancellation.js';
import { ReplayJob } from './replay.job.js';
import { ReplayRepository } from './replay.repository.js';

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class BulkController {
  constructor(
    private readonly cancellation: BulkCancellation,
    private readonly replays: ReplayRepository,
    private readonly job: ReplayJob,
    private readonly idempotency: Idempotency,
    private readonly audit: Audit,
  ) {}

  @ApiOperation({ summary: 'Cancels all that wait of the deliveries that a filter names.' })
  @Post('cancel')
  @HttpCode(200)
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: CancelledDeliveries })
  async cancel(@CurrentAuthor() author: Author, @Body() { filter }: CancelDeliveries): Promise<CancelledDeliveries> {
    return { cancelled: await this.cancellation.cancel(author, filter) };
  }

  @ApiOperation({ summary: 'Sends all deliveries that a filter names again, in the order in which they were said.' })
  @Post('replay')
  @Requires('deliveries:replay')
  @ApiAcceptedResponse({ type: AcceptedReplays })
  async replay(@CurrentAuthor() author: Author, @Body() body: ReplayDeliveries, @IdempotentRequest() call: IdempotentCall): Promise<AcceptedReplays> {
    const accepted = await this.idempotency.run(call, async (tx) => {
      const begun = await this.replays.begin(tx, author, body);
      await this.audit.record(tx, { ...author, action: 'replay.requested', target: { kind: 'replay', id: begun.replayId }, after: { asked: body, matched: begun.matched } });
      return { status: 202, body: begun };
    });
    this.job.wake();
    return accepted;
  }

  @ApiOperation({ summary: 'Tells how far a replay of many has come; known for 30 days.' })
  @Get('replays/:id')
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: ReplayProgress })
  async progress(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ReplayProgress> {
    const progress = await this.replays.progress(caller.organizationId, id);
    if (!progress) throw notFound('replay', id);
    return progress;
  }
}
