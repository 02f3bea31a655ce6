/** The stop button: sending is paused and resumed for one workflow or for everything of an organization. */
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { PausedDeliveries, Pauses, PauseScope, ResumedDeliveries } from '@tocsin/contracts';
import { CurrentCaller, Requires, type Caller } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { PostingJob } from '../deliveries/posting.job.js';
import { PauseJob } from './pause.job.js';
import { PauseRepository } from './pause.repository.js';

const EVERYTHING = '';
const AT_ONCE_MS = 300;

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class PausesController {
  constructor(
    private readonly pauses: PauseRepository,
    private readonly job: PauseJob,
    private readonly posting: PostingJob,
  ) {}

  @ApiOperation({ summary: 'Lists what is paused: workflows, or everything.' })
  @Get('pauses')
  @Requires('deliveries:read')
  @ApiOkResponse({ type: Pauses })
  async list(@CurrentCaller() caller: Caller): Promise<Pauses> {
    return { items: await this.pauses.list(caller.organizationId) };
  }

  @ApiOperation({ summary: 'Stops sending for a workflow or for everything of the organization; nothing that waits gets older by it.' })
  @Post('pause')
  @HttpCode(200)
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: PausedDeliveries })
  async pause(@CurrentAuthor() author: Author, @Body() { workflowId = EVERYTHING }: PauseScope): Promise<PausedDeliveries> {
    await this.pauses.pause(author, workflowId);
    await this.settleSome(author);
    const pause = (await this.pauses.list(author.organizationId)).find((one) => (one.workflowId ?? EVERYTHING) === workflowId);
    return { paused: true, waiting: pause?.waiting ?? 0 };
  }

  @ApiOperation({ summary: 'Goes on sending for a workflow or for everything of the organization.' })
  @Post('resume')
  @HttpCode(200)
  @Requires('deliveries:replay')
  @ApiOkResponse({ type: ResumedDeliveries })
  async resume(@CurrentAuthor() author: Author, @Body() { workflowId = EVERYTHING }: PauseScope): Promise<ResumedDeliveries> {
    const waiting = await this.pauses.resume(author, workflowId);
    await this.settleSome(author);
    this.posting.wake();
    return { resumed: true, waiting };
  }

  /** However much waits, nobody waits for it: it is neither sent nor gets older until its turn comes. */
  private async settleSome({ organizationId }: Author): Promise<void> {
    const { isMore } = await this.pauses.settle(organizationId, AT_ONCE_MS);
    if (isMore) this.job.wake();
  }
}
