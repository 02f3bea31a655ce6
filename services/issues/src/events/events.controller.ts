/** `POST /v1/events`: issue events over HTTP, as CloudEvents, all of a batch or none. */
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { CLOUD_EVENT_BATCH_CONTENT_TYPE, CLOUD_EVENT_CONTENT_TYPE, Receipt } from '@tocsin/contracts';
import { actorOf, CurrentCaller, Outbox, ProblemException, ReadsBody, requestId, Requires, type Caller } from '@tocsin/platform';

import { readBody } from '../scans/read-body.js';
import { BATCH_MAX, readEvents, type EventsReading } from './read-events.js';
import { TakeEvent } from './take-event.js';

const BODY_MAX = 5 * 1024 * 1024;
const TITLES = { 400: 'The events are not valid', 403: 'Not allowed', 413: 'Too large', 422: 'The events are not understood' } as const;
const CODES = { 400: 'invalid_events', 403: 'foreign_events', 413: 'too_large', 422: 'unknown_type' } as const;
const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)|^application\/cloudevents(-batch)?\s*(;|$)/i;

@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly outbox: Outbox,
    private readonly events: TakeEvent,
  ) {}

  @ApiOperation({ summary: 'Takes issue events: all of a request, or none and tells why. An event that comes again is taken once.' })
  @Post()
  @HttpCode(202)
  @Requires('issues:ingest')
  @ReadsBody()
  @ApiConsumes(CLOUD_EVENT_CONTENT_TYPE, CLOUD_EVENT_BATCH_CONTENT_TYPE, 'application/json')
  @ApiBody({ description: `A CloudEvent in structured or binary mode, or a batch of at most ${BATCH_MAX}.`, schema: {} })
  @ApiAcceptedResponse({ type: Receipt })
  async post(@CurrentCaller() caller: Caller, @Req() request: Request): Promise<Receipt> {
    const contentType = request.get('content-type');
    if (contentType === undefined || !JSON_TYPE.test(contentType)) throw unsupported(contentType);
    const body = await readBody(request, { compressed: BODY_MAX, plain: BODY_MAX });
    const reading = await readEvents({ contentType, headers: request.headers, body }, caller, new Date());
    if (!reading.ok) throw refused(reading);
    return this.take(caller, reading.events, request);
  }

  private async take(caller: Caller, events: Extract<EventsReading, { ok: true }>['events'], request: Request): Promise<Receipt> {
    const id = requestId(request);
    // in one order for everybody, so that two batches never wait for each other
    const inOrder = [...events].sort((a, b) => (a.data.application < b.data.application ? -1 : Number(a.data.application > b.data.application)));
    const accepted = await this.outbox.transaction(async (tx) => {
      let count = 0;
      for (const event of inOrder) count += Number(await this.events.take(tx, { organizationId: caller.organizationId, actor: actorOf(caller), requestId: id }, event));
      return count;
    }, request.get('traceparent'));
    return { accepted, duplicates: events.length - accepted, refused: [] };
  }
}

function refused({ status, refused: events, places }: Extract<EventsReading, { ok: false }>): ProblemException {
  const receipt: Receipt = { accepted: 0, duplicates: 0, refused: events };
  return new ProblemException(status, { title: TITLES[status], code: CODES[status], detail: `Nothing was taken: ${places[0]?.message ?? 'the events are not valid'}.`, errors: places, receipt });
}

function unsupported(contentType: string | undefined): ProblemException {
  return new ProblemException(415, {
    title: 'The content type is not understood', code: 'unsupported_content_type', detail: `Content-Type "${contentType ?? ''}" is none of CloudEvents.`,
    errors: [{ header: 'Content-Type', code: 'unsupported', message: `use ${CLOUD_EVENT_CONTENT_TYPE}, ${CLOUD_EVENT_BATCH_CONTENT_TYPE}, or application/json with ce- headers` }],
  });
}
