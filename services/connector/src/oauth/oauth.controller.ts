/** CONNECT by IDENTITY PROVIDER: to Slack's consent page, and back to the console with how it ended. */
import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { Request, Response } from 'express';

import { Field } from '@tocsin/contracts';
import { installerMark, SLACK_SCOPES } from '@tocsin/domain';
import { nameOf, notFound, ProblemException, Public, Requires } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { ConnectionRepository } from '../connections/connection.repository.js';
import { SlackAccess } from '../slack-access.js';
import { elsewhereCheck, redirectCheck } from '../verification/verify-oauth.js';
import { FinishInstallation, type Outcome } from './finish-installation.js';
import { OAuthStateRepository, STATE_SECONDS } from './oauth-state.repository.js';

/** Body of `POST /v1/connections/oauth`. */
export class BeginInstallation {
  @Field('The connection to renew; left out = whichever workspace is chosen at Slack.') @IsOptional() @IsString() @MaxLength(128) connectionId?: string;
}

export class ConsentPage {
  @Field('Slack’s consent page, to be opened in the browser that sent this request, within ten minutes.') @IsString() authorizeUrl!: string;
}

const COOKIE = 'tocsin_oauth';

@ApiTags('connections')
@Controller()
export class OAuthController {
  constructor(
    private readonly slack: SlackAccess,
    private readonly states: OAuthStateRepository,
    private readonly connections: ConnectionRepository,
    private readonly installation: FinishInstallation,
  ) {}

  @ApiOperation({ summary: 'Begins IDENTITY PROVIDER: tells the address of Slack’s consent page, and sets the cookie by which the browser is known when it comes back.' })
  @Post('v1/connections/oauth')
  @HttpCode(200)
  @Requires('connectors:configure')
  @ApiOkResponse({ type: ConsentPage })
  async begin(@CurrentAuthor() author: Author, @Body() { connectionId }: BeginInstallation, @Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<ConsentPage> {
    const { client, redirectUri, isSandbox } = this.slack;
    const wrong = [redirectCheck(redirectUri, isSandbox), ...elsewhereCheck(redirectUri, request.get('origin'))].find(({ status }) => status === 'failed');
    if (!client) throw notReady('The client id or client secret of the published Slack app is not set.', 'Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, or connect with TOKEN.');
    if (wrong) throw notReady(wrong.message, wrong.remedy ?? '');
    const known = connectionId === undefined ? undefined : await this.connections.find(author.organizationId, connectionId);
    if (connectionId !== undefined && !known) throw notFound('connection', connectionId);
    const { state, browser } = await this.states.begin({ organizationId: author.organizationId, userId: author.actor.id, user: nameOf(author.actor), connectionId }, cookieOf(request));
    response.cookie(COOKIE, browser, { httpOnly: true, sameSite: 'lax', secure: redirectUri.startsWith('https:'), path: '/', maxAge: STATE_SECONDS * 1000 });
    return { authorizeUrl: this.authorizeUrl(client.id, state, known?.workspace.id) };
  }

  @ApiOperation({ summary: 'Where Slack sends the browser back to.' })
  @Get('slack/oauth/callback')
  @Public()
  @ApiResponse({ status: 303, description: 'Back to the console: `result`; `connection` when connected; `error`, Slack’s code, when refused; `user`, the mark of who began.' })
  async callback(@Query() query: Record<string, unknown>, @Req() request: Request, @Res() response: Response): Promise<void> {
    const outcome = await this.installation.finish({ state: text(query.state) ?? '', browser: cookieOf(request), code: text(query.code), error: text(query.error) });
    response.set('Cache-Control', 'no-store').redirect(303, this.pageFor(outcome));
  }

  private authorizeUrl(clientId: string, state: string, workspaceId: string | undefined): string {
    const url = new URL(`${this.slack.baseUrl}/oauth/v2/authorize`);
    const values = { client_id: clientId, scope: SLACK_SCOPES.map(({ name }) => name).join(','), redirect_uri: this.slack.redirectUri, state, ...(workspaceId !== undefined && { team: workspaceId }) };
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    return url.href;
  }

  private pageFor({ result, connectionId, slackError, begun }: Outcome): string {
    const url = new URL(`${this.slack.publicUrl}/connectors/slack`);
    url.searchParams.set('result', result);
    if (connectionId !== undefined) url.searchParams.set('connection', connectionId);
    if (slackError !== undefined) url.searchParams.set('error', slackError);
    if (begun) url.searchParams.set('user', installerMark(begun.organizationId, begun.user));
    return url.href;
  }
}

function notReady(detail: string, hint: string): ProblemException {
  return new ProblemException(422, { title: 'Not ready to connect', code: 'oauth_not_ready', detail, hint });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function cookieOf(request: Request): string {
  const cookies = (request.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='));
  return cookies.find(([name]) => name === COOKIE)?.[1] ?? '';
}
