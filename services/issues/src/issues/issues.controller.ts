/** `/v1/issues`: found, counted, exported, read and edited. */
import { Readable } from 'node:stream';

import { Body, Controller, Get, Headers, Param, Patch, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { EditIssue, IssueContract, IssueFacets } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { ApiPage, CurrentCaller, notFound, requestId, Requires, type Caller, type Page } from '@tocsin/platform';

import { EditIssueByHand } from './edit-issue.js';
import { CSV, csvLines, jsonLines, NDJSON } from './issue-export.js';
import { IssueQuery } from './issue-query.js';
import { IssueRepository } from './issue.repository.js';

@ApiTags('issues')
@Controller('v1/issues')
export class IssuesController {
  constructor(
    private readonly issues: IssueRepository,
    private readonly editByHand: EditIssueByHand,
  ) {}

  /** A page; the whole filter as a file when `Accept` asks for CSV or NDJSON. */
  @ApiOperation({ summary: 'Lists issues page by page; with `Accept: text/csv` or `application/x-ndjson` all that match as a file.' })
  @Get()
  @Requires('issues:read')
  @ApiProduces('application/json', CSV, NDJSON)
  @ApiPage(IssueContract)
  async list(@CurrentCaller() caller: Caller, @Query() query: IssueQuery, @Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<Page<Issue> | StreamableFile> {
    response.vary('Accept');
    const type = request.accepts(['application/json', CSV, NDJSON]);
    if (type !== CSV && type !== NDJSON) return this.issues.list(caller, query);
    const all = this.issues.all(caller, query);
    const isCsv = type === CSV;
    const file = Readable.from(isCsv ? csvLines(all) : jsonLines(all), { objectMode: false });
    return new StreamableFile(file, { type: `${type}; charset=utf-8`, disposition: `attachment; filename="issues.${isCsv ? 'csv' : 'ndjson'}"` });
  }

  @ApiOperation({ summary: 'Counts issues by what they can be filtered by.' })
  @Get('facets')
  @Requires('issues:read')
  @ApiOkResponse({ type: IssueFacets })
  async facets(@CurrentCaller() caller: Caller, @Query() query: IssueQuery): Promise<IssueFacets> {
    return { facets: await this.issues.facets(caller, query) };
  }

  @ApiOperation({ summary: 'Shows one issue; `ETag` is its revision.' })
  @Get(':id')
  @Requires('issues:read')
  @ApiOkResponse({ type: IssueContract })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string, @Res({ passthrough: true }) response: Response): Promise<Issue> {
    const issue = await this.issues.find(caller, id);
    if (!issue) throw notFound('issue', id);
    // the revision says nothing of when it was last seen, so no copy may stand for the issue
    response.set({ ETag: `"${issue.revision}"`, 'Cache-Control': 'no-store' });
    return issue;
  }

  @ApiOperation({ summary: 'Changes status, severity or owners by hand; 412 when `If-Match` names another revision than the issue has.' })
  @Patch(':id')
  @Requires('issues:edit')
  @ApiHeader({ name: 'If-Match', required: false, description: 'Revision of the issue that the edit is of.' })
  @ApiOkResponse({ type: IssueContract })
  async edit(
    @CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: EditIssue, @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request, @Res({ passthrough: true }) response: Response,
  ): Promise<Issue> {
    const issue = await this.editByHand.edit(caller, id, body, ifMatch, requestId(request));
    response.set('ETag', `"${issue.revision}"`);
    return issue;
  }
}
