/** Slack's signed calls: their bodies are read here, as the bytes that were signed. They are answered within its three seconds: nothing here asks Slack back. */
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { LOGGER, Metrics, ProblemException, Public, ReadsBody, type Logger } from '@tocsin/platform';

import { SlackAccess } from '../slack-access.js';
import { ReportNews } from './report-news.js';
import { RevokeInstallations } from './revoke-installations.js';
import { signedBody } from './signed-request.js';
import { readSlackEvent, type SlackEvent } from './slack-event.js';

/** Anybody may call, and as often as they like. */
const TELL_REFUSALS_MS = 60_000;

@ApiTags('slack')
@Public()
@ReadsBody()
@Controller('slack')
export class SlackEventsController {
  private readonly taken;
  private readonly refused;
  private toldAt = -TELL_REFUSALS_MS;

  constructor(
    private readonly slack: SlackAccess,
    private readonly installations: RevokeInstallations,
    private readonly news: ReportNews,
    metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.taken = metrics.counter('tocsin_slack_events_total', 'Signed events of Slack that were taken, by what they tell.', ['kind']);
    this.refused = metrics.counter('tocsin_slack_calls_refused_total', 'Calls in the name of Slack that are not signed with our secret, or too old.', []);
  }

  @ApiOperation({ summary: 'Takes Slack’s signed events.' })
  @Post('events')
  @HttpCode(200)
  @ApiOkResponse({ description: 'Taken, or of no interest.' })
  async events(@Req() request: Request): Promise<{ challenge?: string }> {
    const event = readSlackEvent(await this.signedBy(request));
    if (!event) throw notAnEvent();
    if (event.kind === 'challenge') return { challenge: event.challenge };
    await this.take(event);
    this.taken.inc({ kind: event.kind });
    return {};
  }

  private async take(event: Exclude<SlackEvent, { kind: 'challenge' }>): Promise<void> {
    switch (event.kind) {
      case 'revoked':
        return this.installations.revoke(event);
      case 'channel':
      case 'person':
        return this.news.report(event);
      case 'rate_limited':
        this.logger.warn({ workspaceId: event.workspaceId, minute: event.minute.toISOString() }, 'Slack keeps events of a workspace back, since there were too many; its directory is brought up to date by the next sync');
        return;
      case 'ignored':
        if (event.isOdd) this.logger.warn({ type: event.type }, 'an event of Slack’s lacks what its kind always has and was ignored');
        else this.logger.debug({ type: event.type }, 'an event of Slack’s is of no interest');
    }
  }

  /** Tocsin's messages have links only; a link button tells Slack, and Slack us, and nothing has to be done. */
  @ApiOperation({ summary: 'Takes Slack’s signed interactions; none of them asks for anything.' })
  @Post('interactions')
  @HttpCode(200)
  @ApiOkResponse({ description: 'Taken.' })
  async interactions(@Req() request: Request): Promise<void> {
    await this.signedBy(request);
  }

  private async signedBy(request: Request): Promise<Buffer> {
    try {
      return await signedBody(request, this.slack.signingSecret);
    } catch (error) {
      if (error instanceof ProblemException && error.status === 401) this.noteRefusal(request.path);
      throw error;
    }
  }

  private noteRefusal(path: string): void {
    this.refused.inc();
    if (performance.now() - this.toldAt < TELL_REFUSALS_MS) return;
    this.toldAt = performance.now();
    this.logger.warn({ path, status: 401 }, 'a call in the name of Slack was refused: it is not signed with SLACK_SIGNING_SECRET, or more than five minutes old; told once a minute at most');
  }
}

/** It will be none the next time either, so Slack need not say it again. */
function notAnEvent(): ProblemException {
  return new ProblemException(400, {
    title: 'The request is not valid',
    code: 'invalid_request',
    detail: 'The body is not an event of Slack.',
    errors: [{ pointer: '', code: 'not_an_event', message: 'must be an event of the Events API' }],
  }, { 'X-Slack-No-Retry': '1' });
}
