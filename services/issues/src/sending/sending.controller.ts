/** Send to Slack, by hand: one issue, several as one message, and the message before it is sent. */
import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { AcceptedDelivery, MessagePreview, SendIssue, SendIssues } from '@tocsin/contracts';
import { CurrentCaller, IdempotentRequest, requestId, Requires, type Caller, type IdempotentCall } from '@tocsin/platform';

import { SendByHand } from './send-by-hand.js';

@ApiTags('sending')
@Controller('v1')
@Requires('issues:send')
export class SendingController {
  constructor(private readonly byHand: SendByHand) {}

  @ApiOperation({ summary: 'Sends an issue to Slack; the delivery tells what becomes of it.' })
  @Post('issues/:id/slack-messages')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: AcceptedDelivery })
  async sendOne(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: SendIssue, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<AcceptedDelivery> {
    return this.byHand.send(caller, [id], body, call, requestId(request));
  }

  @ApiOperation({ summary: 'Sends several issues to Slack as one message.' })
  @Post('slack-messages')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: AcceptedDelivery })
  async sendSeveral(@CurrentCaller() caller: Caller, @Body() { issueIds, ...order }: SendIssues, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<AcceptedDelivery> {
    return this.byHand.send(caller, issueIds, order, call, requestId(request));
  }

  @ApiOperation({ summary: 'Shows the very message that sending would lead to, and sends nothing.' })
  @Post('slack-messages/preview')
  @HttpCode(200)
  @ApiOkResponse({ type: MessagePreview })
  async preview(@CurrentCaller() caller: Caller, @Body() { issueIds, ...order }: SendIssues): Promise<MessagePreview> {
    return this.byHand.preview(caller, issueIds, order);
  }
}
