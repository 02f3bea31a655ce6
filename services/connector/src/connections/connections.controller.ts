/** Connections over HTTP: verify, connect, look. */
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { Connection, ConnectionCredentials, VerificationResult } from '@tocsin/contracts';
import { ApiPage, CurrentCaller, decodeCursor, Idempotency, IdempotentRequest, ListQuery, notFound, ProblemException, Requires, toPage, type Caller, type IdempotentCall, type Page } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { SlackAccess } from '../slack-access.js';
import { verifyOAuth } from '../verification/verify-oauth.js';
import { verifyToken } from '../verification/verify-token.js';
import { accepted, toResult } from './accepted.js';
import { Connect } from './connect.js';
import { ConnectionRepository } from './connection.repository.js';
import { toConnection } from './stored-connection.js';

@ApiTags('connections')
@Controller('v1/connections')
export class ConnectionsController {
  constructor(
    private readonly slack: SlackAccess,
    private readonly connections: ConnectionRepository,
    private readonly connect: Connect,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({ summary: 'Lists the connected workspaces.' })
  @Get()
  @Requires('connectors:configure', 'issues:send', 'workflows:edit')
  @ApiPage(Connection)
  async list(@CurrentCaller() { organizationId }: Caller, @Query() { limit, cursor }: ListQuery): Promise<Page<Connection>> {
    const [afterId] = decodeCursor(cursor, 1) ?? [];
    const found = await this.connections.list(organizationId, limit + 1, typeof afterId === 'string' ? afterId : undefined);
    return toPage(found, limit, toConnection, ({ id }) => [id]);
  }

  @ApiOperation({ summary: 'Shows one connection.' })
  @Get(':id')
  @Requires('connectors:configure', 'issues:send', 'workflows:edit')
  @ApiOkResponse({ type: Connection })
  async one(@CurrentCaller() { organizationId }: Caller, @Param('id') id: string): Promise<Connection> {
    const found = await this.connections.find(organizationId, id);
    if (!found) throw notFound('connection', id);
    return toConnection(found);
  }

  @ApiOperation({ summary: 'Checks whether a workspace can be connected, and changes nothing; what failed is in the answer, which is always 200.' })
  @Post('verify')
  @HttpCode(200)
  @Requires('connectors:configure')
  @ApiOkResponse({ type: VerificationResult })
  async verify(@Body() body: ConnectionCredentials, @Req() request: Request): Promise<VerificationResult> {
    if (body.method === 'oauth') return verifyOAuth(this.slack, request.get('origin'));
    return toResult(await verifyToken(body, this.slack));
  }

  @ApiOperation({ summary: 'Connects a workspace by token; one that was connected already is brought up to date in place.' })
  @Post()
  @Requires('connectors:configure')
  @ApiCreatedResponse({ type: Connection })
  @ApiOkResponse({ type: Connection, description: 'The workspace was connected already.' })
  async create(@CurrentAuthor() author: Author, @Body() body: ConnectionCredentials, @IdempotentRequest() call: IdempotentCall): Promise<Connection> {
    if (body.method === 'oauth') throw beginsElsewhere();
    const earlier = await this.idempotency.replay<Connection>(call);
    if (earlier) return earlier.body;
    const credential = accepted('token', body.token, await verifyToken(body, this.slack));
    return this.idempotency.run(call, async (tx) => {
      const { connection, isNew } = await this.connect.keep(tx, credential, author);
      return { status: isNew ? 201 : 200, body: toConnection(connection) };
    });
  }
}

function beginsElsewhere(): ProblemException {
  return new ProblemException(422, {
    title: 'This begins at Slack',
    code: 'oauth_begins_elsewhere',
    detail: 'A connection by IDENTITY PROVIDER is made on Slack’s consent page.',
    errors: [{ pointer: '/method', code: 'not_here', message: 'only "token" connects directly' }],
    hint: 'POST /v1/connections/oauth gives the address of the consent page.',
  });
}
