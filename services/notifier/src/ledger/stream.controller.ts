/** Deliveries as they change, as an event stream. It ends with the service, and when its caller has to show the token or API key again. */
import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { DeliveryCriteria } from '@tocsin/contracts';
import { CurrentCaller, OpenStreams, ProblemException, Requires, unstorableText, type Caller } from '@tocsin/platform';

import { ChangeFeed, type Reader } from './change-feed.js';
import { EventStream } from './event-stream.js';

const READERS_OF_AN_ORGANIZATION = 100;
const LONGEST_LIFE_MS = 24 * 3_600_000;
const ENDS = 'Ends when the token or API key of its reader does; one that is read with an API key, which may be deleted at any time, at the latest 60 seconds after the key was looked at. Whoever comes back with Last-Event-ID misses nothing.';

/** The connection serves nothing else: it ends with the stream, so that a service that stops need not wait for it. */
const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' };

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class StreamController {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly streams: OpenStreams,
  ) {}

  @Get('stream')
  @Requires('deliveries:read')
  @ApiOperation({ summary: 'Tells deliveries as they change, as an event stream.', description: ENDS })
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Id of the last event that was seen: the stream goes on after it.' })
  @ApiOkResponse({ description: 'Events named delivery, each with a Delivery without its timeline as data; reset = look anew.', schema: { type: 'string' } })
  async stream(@CurrentCaller() caller: Caller, @Query() criteria: DeliveryCriteria, @Headers('last-event-id') lastId: string | undefined, @Res() response: Response): Promise<void> {
    if (Object.values(criteria).flat().some((wanted) => typeof wanted === 'string' && wanted.includes('\0'))) throw unstorableText(); // as where PostgreSQL looks for it
    if (this.feed.readersOf(caller.organizationId) >= READERS_OF_AN_ORGANIZATION) throw tooMany();
    const stream = new EventStream(response, () => this.feed.here);
    const reader: Reader = { organizationId: caller.organizationId, criteria, stream };
    const forget = this.streams.add(() => { stream.end(); });
    const end = setTimeout(() => { stream.end(); }, lifeOf(caller));
    const leave = (): void => {
      forget();
      clearTimeout(end);
      void this.feed.leave(reader);
    };
    response.once('close', leave);
    await this.feed.join(reader, lastId, () => {
      response.writeHead(200, HEADERS);
      response.flushHeaders();
      stream.begin();
    });
    if (response.destroyed || response.writableEnded) leave(); // it left before it was let in
  }
}

function lifeOf({ verifiedUntil = 0 }: Caller): number {
  return Math.max(0, Math.min(verifiedUntil - Date.now(), LONGEST_LIFE_MS));
}

function tooMany(): ProblemException {
  return new ProblemException(
    429,
    { title: 'Too many readers', code: 'too_many_streams', detail: `Your organization reads ${READERS_OF_AN_ORGANIZATION} streams here already.`, hint: 'Close streams that nobody looks at.' },
    { 'Retry-After': '30' },
  );
}
