/** The beginning of workflows: an organization has none yet, and no route takes one that nothing would run. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { ListQuery, notFound, Requires, toPage, type Page } from '@tocsin/platform';

@ApiTags('workflows')
@Requires('issues:read')
@Controller('v1/workflows')
export class WorkflowsController {
  @Get()
  @ApiOkResponse({ schema: { type: 'object', required: ['items', 'nextCursor'], properties: { items: { type: 'array', items: { type: 'object' } }, nextCursor: { type: 'string', nullable: true } } } })
  list(@Query() { limit }: ListQuery): Page<never> {
    return toPage<never, never>([], limit, (row) => row, () => []);
  }

  @Get(':id')
  @ApiOkResponse({ schema: { type: 'object' } })
  get(@Param('id') id: string): never {
    throw notFound('workflow', id);
  }
}
