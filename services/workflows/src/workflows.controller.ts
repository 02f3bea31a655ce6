/** The beginning of workflows: an organization has none yet, and no route takes one that nothing would run. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { ApiPage, ListQuery, notFound, Requires, toPage, type Page } from '@tocsin/platform';

@ApiTags('workflows')
@Requires('issues:read')
@Controller('v1/workflows')
export class WorkflowsController {
  @ApiOperation({ summary: 'Lists workflows.' })
  @Get()
  @ApiPage()
  list(@Query() { limit }: ListQuery): Page<never> {
    return toPage<never, never>([], limit, (row) => row, () => []);
  }

  @ApiOperation({ summary: 'Shows one workflow.' })
  @Get(':id')
  @ApiOkResponse({ schema: { type: 'object' } })
  get(@Param('id') id: string): never {
    throw notFound('workflow', id);
  }
}
