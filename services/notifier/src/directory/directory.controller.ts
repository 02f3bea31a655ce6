/** The picker and the state of the directory behind it, for each connection. */
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DataSource } from 'typeorm';

import { DestinationList, DirectoryStatus } from '@tocsin/contracts';
import { Audit, CommaList, CurrentCaller, notFound, QueryNumber, Requires, type Caller } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { ConnectionNews } from '../connections/connection-news.js';
import type { KnownConnection } from '../connections/connection.repository.js';
import { DirectoryStatusQuery } from './directory-status.query.js';
import { DirectorySyncJob } from './directory-sync.job.js';
import { DirectoryRepository } from './directory.repository.js';
import { PickDestination } from './pick-destination.js';

class DestinationQuery {
  @IsOptional() @IsString() @MaxLength(300) q = '';
  @IsOptional() @CommaList() @IsIn(['channel', 'user'], { each: true }) kind?: ('channel' | 'user')[];
  @IsOptional() @QueryNumber() @IsInt() @Min(1) @Max(200) limit = 50;
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

  @Get('destinations')
  @ApiOkResponse({ type: DestinationList })
  async destinations(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() { q, kind = ['channel', 'user'], limit }: DestinationQuery): Promise<DestinationList> {
    return this.picking.pick(await this.connection(caller.organizationId, id), q, kind, limit);
  }

  @Get('directory')
  @ApiOkResponse({ type: DirectoryStatus })
  async status(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DirectoryStatus> {
    return this.statuses.of(await this.connection(caller.organizationId, id));
  }

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
