/** What is done to a connection that exists: re-check, replace the token, pause, resume, disconnect. */
import { Body, Controller, Delete, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { Connection, ReplaceToken, VerificationResult } from '@tocsin/contracts';
import { notFound, Requires } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { toResult } from './accepted.js';
import { CheckConnection } from './check-connection.js';
import { Disconnect } from './disconnect.js';
import { PauseConnection } from './pause-connection.js';
import { ReplaceConnectionToken } from './replace-connection-token.js';
import { toConnection, type StoredConnection } from './stored-connection.js';

@ApiTags('connections')
@Requires('connectors:configure')
@Controller('v1/connections/:id')
export class ConnectionActionsController {
  constructor(
    private readonly checks: CheckConnection,
    private readonly tokens: ReplaceConnectionToken,
    private readonly pausing: PauseConnection,
    private readonly disconnecting: Disconnect,
  ) {}

  @ApiOperation({ summary: 'Checks the token of a connection anew.' })
  @Post('verify')
  @HttpCode(200)
  @ApiOkResponse({ type: VerificationResult })
  async verify(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<VerificationResult> {
    const verification = await this.checks.byHand(id, author);
    if (!verification) throw notFound('connection', id);
    return toResult(verification);
  }

  @ApiOperation({ summary: 'Replaces the token by another one of the same workspace.' })
  @Put('token')
  @ApiOkResponse({ type: Connection })
  async replaceToken(@CurrentAuthor() author: Author, @Param('id') id: string, @Body() { token }: ReplaceToken): Promise<Connection> {
    return shown(await this.tokens.replace(id, token, author), id);
  }

  @ApiOperation({ summary: 'Stops sending through a connection; its deliveries wait.' })
  @Post('pause')
  @HttpCode(200)
  @ApiOkResponse({ type: Connection })
  async pause(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<Connection> {
    return shown(await this.pausing.set(id, true, author), id);
  }

  @ApiOperation({ summary: 'Goes on sending through a connection.' })
  @Post('resume')
  @HttpCode(200)
  @ApiOkResponse({ type: Connection })
  async resume(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<Connection> {
    return shown(await this.pausing.set(id, false, author), id);
  }

  @ApiOperation({ summary: 'Disconnects the workspace; deliveries that wait are held seven days for a re-connection, then suppressed.' })
  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse()
  async disconnect(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<void> {
    if (!(await this.disconnecting.disconnect(id, author))) throw notFound('connection', id);
  }
}

function shown(connection: StoredConnection | undefined, id: string): Connection {
  if (!connection) throw notFound('connection', id);
  return toConnection(connection);
}
