/** Slack's signed calls. They are answered within its three seconds: nothing here asks Slack back. */
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { badRequest, Public } from '@tocsin/platform';

import { SlackAccess } from '../slack-access.js';
import { RevokeInstallations } from './revoke-installations.js';
import { signedBody } from './signed-request.js';
import { readSlackEvent } from './slack-event.js';

/** Their bodies are read here, as the bytes that were signed. */
export const SLACK_CALL_PATHS = ['/slack/events', '/slack/interactions'] as const;

@ApiTags('slack')
@Public()
@Controller('slack')
export class SlackEventsController {
  constructor(
    private readonly slack: SlackAccess,
    private readonly installations: RevokeInstallations,
  ) {}

  @Post('events')
  @HttpCode(200)
  @ApiOkResponse({ description: 'Taken, or of no interest.' })
  async events(@Req() request: Request): Promise<{ challenge?: string }> {
    const event = readSlackEvent(await signedBody(request, this.slack.signingSecret));
    if (!event) throw badRequest('The body is not an event of Slack.', [{ pointer: '', code: 'not_an_event', message: 'must be an event of the Events API' }]);
    if (event.kind === 'challenge') return { challenge: event.challenge };
    if (event.kind === 'revoked') await this.installations.revoke(event);
    return {};
  }

  /** Tocsin's messages have links only; a link button tells Slack, and Slack us, and nothing has to be done. */
  @Post('interactions')
  @HttpCode(200)
  @ApiOkResponse({ description: 'Taken.' })
  async interactions(@Req() request: Request): Promise<void> {
    await signedBody(request, this.slack.signingSecret);
  }
}
