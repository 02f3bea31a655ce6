/** `/v1/applications`: what an organization's software is called, who owns it and where its messages go. */
import { Body, Controller, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import { Application, CreateApplication, EditApplication } from '@tocsin/contracts';
import { ApiPage, actorOf, Audit, CurrentCaller, decodeCursor, Idempotency, IdempotentRequest, ListQuery, notFound, Outbox, ProblemException, requestId, Requires, toPage, type Caller, type IdempotentCall, type Page } from '@tocsin/platform';

import { storable } from '../intake/storable.js';
import { ApplicationRepository } from './application.repository.js';

@ApiTags('applications')
@Controller('v1/applications')
export class ApplicationsController {
  constructor(
    private readonly applications: ApplicationRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({ summary: 'Lists applications by name.' })
  @Get()
  @Requires('issues:read')
  @ApiPage(Application)
  async list(@CurrentCaller() caller: Caller, @Query() { limit, cursor }: ListQuery): Promise<Page<Application>> {
    const [after] = decodeCursor(cursor, 1) ?? [null];
    const rows = await this.applications.page(caller.organizationId, caller.applications, after === null ? null : String(after), limit + 1);
    return toPage(rows, limit, (application) => application, ({ name }) => [name]);
  }

  @ApiOperation({ summary: 'Shows one application.' })
  @Get(':name')
  @Requires('issues:read')
  @ApiOkResponse({ type: Application })
  async get(@CurrentCaller() caller: Caller, @Param('name') name: string): Promise<Application> {
    const application = isInSight(caller, name) ? await this.applications.find(caller.organizationId, name) : undefined;
    if (!application) throw notFound('application', name);
    return application;
  }

  @ApiOperation({ summary: 'Makes an application.' })
  @Post()
  @Requires('issues:edit')
  @ApiCreatedResponse({ type: Application })
  async create(@CurrentCaller() caller: Caller, @Body() asked: CreateApplication, @IdempotentRequest() call: IdempotentCall, @Req() request: Request): Promise<Application> {
    const body = storable(asked);
    if (!isInSight(caller, body.name)) throw outOfSight(body.name);
    const { organizationId } = caller;
    return this.idempotency.run(call, async (tx) => {
      if (!(await this.applications.create(tx, organizationId, body))) throw taken(body.name);
      await this.audit.record(tx, { organizationId, actor: actorOf(caller), action: 'application.created', target: { kind: 'application', id: body.name }, after: body, requestId: requestId(request) });
      return { status: 201, body: await this.present(caller, body.name, tx) };
    });
  }

  @ApiOperation({ summary: 'Changes an application; what is left out stays.' })
  @Patch(':name')
  @Requires('issues:edit')
  @ApiOkResponse({ type: Application })
  async edit(@CurrentCaller() caller: Caller, @Param('name') name: string, @Body() asked: EditApplication, @Req() request: Request): Promise<Application> {
    const body = storable(asked);
    const { organizationId } = caller;
    const before = await this.get(caller, name);
    return this.outbox.transaction(async (tx) => {
      await this.applications.edit(tx, organizationId, name, body);
      const after = await this.present(caller, name, tx);
      await this.audit.record(tx, { organizationId, actor: actorOf(caller), action: 'application.edited', target: { kind: 'application', id: name }, before, after, requestId: requestId(request) });
      return after;
    });
  }

  private async present({ organizationId }: Caller, name: string, tx: Parameters<ApplicationRepository['take']>[0]): Promise<Application> {
    const application = await this.applications.find(organizationId, name, tx);
    if (!application) throw notFound('application', name);
    return application;
  }
}

/** Whether the caller may name this application: an API key may be limited to some. */
export function isInSight({ applications }: Caller, name: string): boolean {
  return applications?.includes(name) ?? true;
}

/** 403 for a key that names an application that it is not for. */
export function outOfSight(name: string): ProblemException {
  return new ProblemException(403, { title: 'Not allowed', code: 'application_not_allowed', detail: `This API key is not for the application "${name}".`, hint: 'Use a key whose applications include it.' });
}

function taken(name: string): ProblemException {
  return new ProblemException(409, { title: 'The name is taken', code: 'application_exists', detail: `There is an application "${name}" already.`, errors: [{ pointer: '/name', code: 'taken', message: 'PATCH the application that is there, or choose another name' }] });
}
