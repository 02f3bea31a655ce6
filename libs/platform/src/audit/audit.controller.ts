/** The audit log of a service over HTTP: what the caller's organization did, newest first. */
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { DataSource } from 'typeorm';

import { AuditEntry, Field } from '@tocsin/contracts';

import { Requires } from '../auth/access.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { ApiPage, CURSOR_PARTS, decodeCursor, ListQuery, OF_ALL_SERVICES, toPage, type Page } from '../http/list.js';
import { SERVICE_NAME } from '../service/service-name.js';

/** Query of the list. */
export class AuditQuery extends ListQuery {
  @Field('Id of what it happened to; left out = everything.') @IsOptional() @IsString() @MaxLength(128) target?: string;
}

type AuditRow = Omit<AuditEntry, 'at' | 'service' | 'requestId'> & { at: Date; request_id: string | null };

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly database: DataSource,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  @ApiOperation({ summary: 'Lists what was done in the organization, newest first.' })
  @Get()
  @Requires('audit:read')
  @ApiPage(AuditEntry, OF_ALL_SERVICES)
  async list(@CurrentCaller() caller: Caller, @Query() { limit, cursor, target }: AuditQuery): Promise<Page<AuditEntry>> {
    const [before] = decodeCursor(cursor, 1, CURSOR_PARTS.uuid) ?? [null];
    const rows = await this.database.query<AuditRow[]>(
      `select id, at, actor, action, target, before, after, request_id from audit
       where organization_id = $1 and ($2::uuid is null or id < $2::uuid) ${target === undefined ? '' : "and target->>'id' = $4"} order by id desc limit $3`,
      [caller.organizationId, before, limit + 1, ...(target === undefined ? [] : [target])],
    );
    return toPage(rows, limit, (row) => this.view(row), (row) => [row.id]);
  }

  private view({ id, at, actor, action, target, before, after, request_id }: AuditRow): AuditEntry {
    return {
      id, at: at.toISOString(), actor, action, target, service: this.service,
      ...(before != null && { before }), ...(after != null && { after }), ...(request_id !== null && { requestId: request_id }),
    };
  }
}
