/** Deliveries over HTTP: lists and numbers, the proof that none is lost; one with its timeline and its message, and what is done to it. */
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { AcceptedReplay, Delivery, DeliveryCounts, DeliveryCriteria, DeliveryMessage, DeliveryReasons, DeliverySummary, DeliveryTraits, ReplayDelivery, RetractDelivery } from '@tocsin/contracts';
import { ApiPage, CurrentCaller, Idempotency, IdempotentRequest, notFound, Requires, type Caller, type IdempotentCall, type Page } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { PostingJob } from '../deliveries/posting.job.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { DeliveryActions } from './delivery.actions.js';
import { DeliveryCountsQueries } from './delivery-counts.queries.js';
import { DeliveryFilter } from './delivery-filter.js';
import { DeliveryListQuery } from './delivery-list.query.js';
import { DeliveryMessageQuery } from './delivery-message.query.js';
import { DeliveryQueries } from './delivery.queries.js';
import { Retraction } from './retraction.js';

const LISTS = 'Where few of very many match, a page may hold less than its limit, or nothing, although there are more: `nextCursor` says whether there are.';

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class DeliveryController {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly lists: DeliveryListQuery,
    private readonly numbers: DeliveryCountsQueries,
    private readonly messages: DeliveryMessageQuery,
    private readonly retraction: Retraction,
    private readonly actions: DeliveryActions,
    private readonly idempotency: Idempotency,
    private readonly posting: PostingJob,
    private readonly resolution: ResolutionJob,
  ) {}

  @ApiOperation({ summary: 'Lists deliveries, newest first.', description: LISTS })
  @Get()
  @Requires('deliveries:read')
  @ApiPage(Delivery)
  list(@CurrentCaller() caller: Caller, @Query() filter: DeliveryFilter): Promise<Page<Delivery>> {
    return this.lists.list(caller.organizationId, filter);
  }

  @ApiOperation({ summary: 'Counts all deliveries by state against what was accepted: the proof that nothing is lost. To operators those of all organizations; each look of theirs is in the audit log.' })
  @Get('summary')
  @Requires('deliveries:read', 'operations:read')
  @ApiOkResponse({ type: DeliverySummary })
  summary(@CurrentCaller() { permissions, organizationId }: Caller, @CurrentAuthor() author: Author): Promise<DeliverySummary> {
    return organizationId !== '' && permissions.has('deliveries:read') ? this.queries.summary(organizationId) : this.actions.countAll(author);
  }

  @ApiOperation({ summary: 'Counts deliveries by state.' })
  @Get('counts')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: DeliveryCounts })
  counts(@CurrentCaller() caller: Caller, @Query() traits: DeliveryTraits): Promise<DeliveryCounts> {
    return this.numbers.counts(caller.organizationId, traits);
  }

  @ApiOperation({ summary: 'Groups deliveries that were not posted by the reason.' })
  @Get('reasons')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: DeliveryReasons })
  reasons(@CurrentCaller() caller: Caller, @Query() criteria: DeliveryCriteria): Promise<DeliveryReasons> {
    return this.numbers.reasons(caller.organizationId, criteria);
  }

  @ApiOperation({ summary: 'Shows a delivery with its timeline; from the 202 that promised it on, it is never 404.' })
  @Get(':id')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: Delivery })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<Delivery> {
    const delivery = await this.queries.find(caller.organizationId, id);
    if (!delivery) throw notFound('delivery', id);
    return delivery;
  }

  @ApiOperation({ summary: 'Shows the message exactly as it is or would be posted, and as it stands in Slack now.' })
  @Get(':id/message')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: DeliveryMessage })
  async message(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeliveryMessage> {
    const message = await this.messages.of(caller.organizationId, id);
    if (!message) throw await this.queries.absenceOf(caller.organizationId, id);
    return message;
  }

  @ApiOperation({ summary: 'Cancels a delivery that waits.' })
  @Post(':id/cancel')
  @HttpCode(200)
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: Delivery })
  cancel(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<Delivery> {
    return this.actions.cancel(author, id);
  }

  @ApiOperation({ summary: 'Sends a delivery again, as a new one; what was posted already only with `force`.' })
  @Post(':id/replay')
  @Requires('deliveries:replay')
  @ApiAcceptedResponse({ type: AcceptedReplay })
  async replay(@CurrentAuthor() author: Author, @Param('id') id: string, @Body() body: ReplayDelivery, @IdempotentRequest() call: IdempotentCall): Promise<AcceptedReplay> {
    const accepted = await this.idempotency.run(call, async (tx) => ({ status: 202, body: await this.actions.replay(tx, author, id, body) }));
    this.resolution.wake();
    this.posting.wake();
    return accepted;
  }

  @ApiOperation({ summary: 'Takes back what was posted to the wrong place: deletes it and our answers in its thread from Slack.' })
  @Post(':id/retract')
  @HttpCode(200)
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: Delivery })
  retract(@CurrentAuthor() author: Author, @Param('id') id: string, @Body() { reason }: RetractDelivery): Promise<Delivery> {
    return this.retraction.retract(author, id, reason);
  }
}
