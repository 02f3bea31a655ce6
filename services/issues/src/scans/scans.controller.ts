/** `/v1/scans`: a scanner's report in, and what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';

import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { AcceptedScan, Scan } from '@tocsin/contracts';
import { ApiPage, CurrentCaller, IdempotentRequest, notFound, ReadsBody, requestId, Requires, type Caller, type IdempotentCall, type Page } from '@tocsin/platform';

import { IssuesConfig } from '../issues.config.js';
import { CancelScan } from './cancel-scan.js';
import { readBody } from './read-body.js';
import { ReceiveScan } from './receive-scan.js';
import { PostScanQuery, ScanListQuery, WaitQuery } from './scan-query.js';
import { ENDED_STATES } from './scan-row.js';
import { ScanRepository } from './scan.repository.js';

const LOOK_AGAIN_MS = { first: 25, longest: 250 };
const MEGABYTE = 1024 * 1024;

@ApiTags('scans')
@Controller('v1/scans')
export class ScansController {
  constructor(
    private readonly scans: ScanRepository,
    private readonly receiveScan: ReceiveScan,
    private readonly cancelScan: CancelScan,
    @Inject(IssuesConfig) private readonly config: IssuesConfig,
  ) {}

  @ApiOperation({ summary: 'Takes a scanner’s report: it is checked and stored before the answer, and compared with what is known after it.' })
  @Post()
  @HttpCode(202)
  @Requires('issues:ingest')
  @ReadsBody()
  @ApiConsumes('application/sarif+json', 'application/json', 'application/x-ndjson', 'application/gzip')
  @ApiBody({ description: 'SARIF 2.1.0 or OCSF findings; gzip by Content-Encoding.', schema: { type: 'object' } })
  @ApiAcceptedResponse({ type: AcceptedScan })
  async post(@CurrentCaller() caller: Caller, @Query() query: PostScanQuery, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<AcceptedScan> {
    const bytes = await readBody(request, { compressed: this.config.REPORT_MAX_COMPRESSED_MB * MEGABYTE, plain: this.config.REPORT_MAX_MB * MEGABYTE });
    const accepted = await this.receiveScan.receive(caller, bytes, query, call, requestId(request));
    call.response.location(`/v1/scans/${accepted.scanId}`);
    return accepted;
  }

  @ApiOperation({ summary: 'Lists scans, newest first.' })
  @Get()
  @Requires('issues:read', 'issues:ingest')
  @ApiPage(Scan)
  async list(@CurrentCaller() caller: Caller, @Query() query: ScanListQuery): Promise<Page<Scan>> {
    return this.scans.list(caller, query);
  }

  @ApiOperation({ summary: 'Shows a scan, and waits for its end if asked to.' })
  @Get(':id')
  @Requires('issues:read', 'issues:ingest')
  @ApiOkResponse({ type: Scan })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() { wait }: WaitQuery, @Res({ passthrough: true }) response: Response): Promise<Scan> {
    const end = performance.now() + wait * 1000;
    for (let pause = LOOK_AGAIN_MS.first; ; pause = Math.min(pause * 2, LOOK_AGAIN_MS.longest)) {
      const scan = await this.scans.find(caller, id);
      if (!scan) throw notFound('scan', id);
      if (ENDED_STATES.includes(scan.state) || performance.now() + pause > end || response.closed) return scan;
      await sleep(pause);
    }
  }

  @ApiOperation({ summary: 'Stops a scan; what it recorded stays.' })
  @Post(':id/cancel')
  @HttpCode(200)
  @Requires('issues:read', 'issues:ingest')
  @ApiOkResponse({ type: Scan })
  async cancel(@CurrentCaller() caller: Caller, @Param('id') id: string, @Req() request: Request): Promise<Scan> {
    return this.cancelScan.cancel(caller, id, requestId(request));
  }
}
