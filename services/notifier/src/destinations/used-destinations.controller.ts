/** Where messages of a connection go, and how these places are. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

import { Field, UsedDestinationView } from '@tocsin/contracts';
import { ApiPage, CommaList, CurrentCaller, notFound, QueryNumber, Requires, type Caller, type Page } from '@tocsin/platform';

import { ConnectionNews } from '../connections/connection-news.js';
import { UsedDestinationsQuery, type UsedDestinationFilter } from './used-destinations.query.js';

class UsedDestinationQuery implements UsedDestinationFilter {
  @Field('Whether messages can go there; left out = both.')
  @IsOptional() @CommaList() @IsIn(['healthy', 'needs_attention'], { each: true }) state?: ('healthy' | 'needs_attention')[];
  @Field('How many items a page holds at most, 1 to 200; left out = 50.') @IsOptional() @QueryNumber() @IsInt() @Min(1) @Max(200) limit = 50;
  @Field('`nextCursor` of the page before, as it is; left out = the first page.') @IsOptional() @IsString() cursor?: string;
}

@ApiTags('directory')
@Requires('connectors:configure', 'issues:send', 'workflows:edit')
@Controller('v1/connections/:id/used-destinations')
export class UsedDestinationsController {
  constructor(
    private readonly connections: ConnectionNews,
    private readonly used: UsedDestinationsQuery,
  ) {}

  @ApiOperation({ summary: 'Lists the channels and people that messages of a connection go to, those that need attention first.' })
  @Get()
  @ApiPage(UsedDestinationView)
  async list(@CurrentCaller() { organizationId }: Caller, @Param('id') id: string, @Query() filter: UsedDestinationQuery): Promise<Page<UsedDestinationView>> {
    if (!(await this.connections.connected(organizationId, id))) throw notFound('connection', id);
    return this.used.list(organizationId, id, filter);
  }
}
