/** Deliveries over HTTP: list, one with its timeline, the proof that none is lost, cancel, replay. */
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { AcceptedReplay, Delivery, DeliverySummary, ReplayDelivery } from '@tocsin/contracts';
import { ApiPage, CurrentCaller, Idempotency, IdempotentRequest, notFound, Requires, type Caller, type IdempotentCall, type Page } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { DeliveryActions } from './delivery.actions.js';
import { DeliveryFilter } from './delivery-filter.js';
import { DeliveryQueries } from './delivery.queries.js';
import { PostingJob } from '../deliveries/posting.job.js';

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class DeliveryController {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly actions: DeliveryActions,
    private readonly idempotency: Idempotency,
    private readonly posting: PostingJob,
    private readonly resolution: ResolutionJob,
  ) {}

  @Get()
  @Requires('deliveries:read')
  @ApiPage(Delivery)
  list(@CurrentCaller() caller: Caller, @Query() filter: DeliveryFilter): Promise<Page<Delivery>> {
    return this.queries.list(caller.organizationId, filter);
  }

  @Get('summary')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: DeliverySummary })
  summary(@CurrentCaller() caller: Caller): Promise<DeliverySummary> {
    return this.queries.summary(caller.organizationId);
  }

  @Get(':id')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: Delivery })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<Delivery> {
    const delivery = await this.queries.find(caller.organizationId, id);
    if (!delivery) throw notFound('delivery', id);
    return delivery;
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: Delivery })
  cancel(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<Delivery> {
    return this.actions.cancel(author, id);
  }

  @Post(':id/replay')
  @Requires('deliveries:replay')
  @ApiAcceptedResponse({ type: AcceptedReplay })
  async replay(@CurrentAuthor() author: Author, @Param('id') id: string, @Body() body: ReplayDelivery, @IdempotentRequest() call: IdempotentCall): Promise<AcceptedReplay> {
    const accepted = await this.idempotency.run(call, async (tx) => ({ status: 202, body: await this.actions.replay(tx, author, id, body) }));
    this.resolution.wake();
    this.posting.wake();
    return accepted;
  }
}
