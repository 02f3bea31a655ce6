/** Send to Slack, by hand: one issue, several as one message, and the message before it is sent. */
import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { AcceptedDelivery, MessagePreview, SendIssue, SendIssues } from '@tocsin/contracts';
import { CurrentCaller, IdempotentRequest, requestId, Requires, type Caller, type IdempotentCall } from '@tocsin/platform';

import { SendByHand } from './send-by-hand.js';

@ApiTags('sending')
@Controller('v1')
@Requires('issues:send')
export class SendingController {
  constructor(private readonly byHand: SendByHand) {}

  @Post('issues/:id/slack-messages')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: AcceptedDelivery })
  async sendOne(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: SendIssue, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<AcceptedDelivery> {
    return this.byHand.send(caller, [id], body, call, requestId(request));
  }

  @Post('slack-messages')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: AcceptedDelivery })
  async sendSeveral(@CurrentCaller() caller: Caller, @Body() { issueIds, ...order }: SendIssues, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<AcceptedDelivery> {
    return this.byHand.send(caller, issueIds, order, call, requestId(request));
  }

  @Post('slack-messages/preview')
  @HttpCode(200)
  @ApiOkResponse({ type: MessagePreview })
  async preview(@CurrentCaller() caller: Caller, @Body() { issueIds, ...order }: SendIssues): Promise<MessagePreview> {
    return this.byHand.preview(caller, issueIds, order);
  }
}
