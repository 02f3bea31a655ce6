/** The picker and the state of the directory behind it, for each connection. */
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DataSource } from 'typeorm';

import { DestinationList, DirectoryStatus, Field } from '@tocsin/contracts';
import { Audit, CommaList, CurrentCaller, notFound, QueryNumber, Requires, type Caller } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { ConnectionNews } from '../connections/connection-news.js';
import type { KnownConnection } from '../connections/connection.repository.js';
import { DirectoryStatusQuery } from './directory-status.query.js';
import { DirectorySyncJob } from './directory-sync.job.js';
import { DirectoryRepository } from './directory.repository.js';
import { PickDestination } from './pick-destination.js';

class DestinationQuery {
  @Field('What was typed: a name, `#name`, `@name`, display name, e-mail address, or a pasted id or Slack link; left out = those that were used last.')
  @IsOptional() @IsString() @MaxLength(300) q = '';
  @Field('Whether channels or people are wanted; left out = both.') @IsOptional() @CommaList() @IsIn(['channel', 'user'], { each: true }) kind?: ('channel' | 'user')[];
  @Field('How many are shown at most, 1 to 200; left out = 50.') @IsOptional() @QueryNumber() @IsInt() @Min(1) @Max(200) limit = 50;
}

@ApiTags('directory')
@Requires('connectors:configure', 'issues:send', 'workflows:edit')
@Controller('v1/connections/:id')
export class DirectoryController {
  constructor(
    private readonly connections: ConnectionNews,
    private readonly picking: PickDestination,
    private readonly statuses: DirectoryStatusQuery,
    private readonly directory: DirectoryRepository,
    private readonly sync: DirectorySyncJob,
    private readonly audit: Audit,
    private readonly database: DataSource,
  ) {}

  @ApiOperation({ summary: 'The picker: finds channels and people to send to. An exact id or e-mail address that our copy lacks is looked up at Slack.' })
  @Get('destinations')
  @ApiOkResponse({ type: DestinationList })
  async destinations(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() { q, kind = ['channel', 'user'], limit }: DestinationQuery): Promise<DestinationList> {
    return this.picking.pick(await this.connection(caller.organizationId, id), { typed: q, who: `${caller.kind} ${caller.id}` }, kind, limit);
  }

  @ApiOperation({ summary: 'Tells how far our copy of the workspace’s channels and people is.' })
  @Get('directory')
  @ApiOkResponse({ type: DirectoryStatus })
  async status(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DirectoryStatus> {
    return this.statuses.of(await this.connection(caller.organizationId, id));
  }

  @ApiOperation({ summary: 'Reads the workspace’s channels and people anew.' })
  @Post('directory/sync')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: DirectoryStatus })
  async refresh(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<DirectoryStatus> {
    const connection = await this.connection(author.organizationId, id);
    const { connectionId } = connection;
    await this.database.transaction(async (tx) => {
      await this.directory.refresh(tx, connectionId);
      await this.audit.record(tx, { ...author, action: 'directory.sync-requested', target: { kind: 'connection', id: connectionId } });
    });
    this.sync.wake();
    return this.statuses.of(connection);
  }

  private async connection(organizationId: string, id: string): Promise<KnownConnection> {
    const connection = await this.connections.connected(organizationId, id);
    if (!connection) throw notFound('connection', id);
    return connection;
  }
}
