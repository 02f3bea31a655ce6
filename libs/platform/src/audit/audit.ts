/** Who did what to what, when: written in the transaction of the change, so neither exists without the other. */
import { Controller, Get, Inject, Injectable, Module, Query, type DynamicModule } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { AuditEntry } from '@tocsin/contracts';

import { Requires } from '../auth/access.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { ApiPage, CURSOR_PARTS, decodeCursor, ListQuery, toPage, type Page } from '../http/list.js';

export interface AuditRecord {
  organizationId: string;
  actor: { kind: 'user' | 'key' | 'system'; id: string };
  /** `<noun>.<past verb>`, for example `connection.connected`. */
  action: string;
  target: { kind: string; id: string };
  before?: object;
  after?: object;
  requestId?: string;
}

export const SERVICE_NAME = Symbol('service name');

/** Part of a service's first migration. */
export async function createAuditTable(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table audit (
      id uuid primary key, organization_id text not null, at timestamptz not null default now(),
      actor jsonb not null, action text not null, target jsonb not null, before jsonb, after jsonb, request_id text);
    create index audit_of_organization on audit (organization_id, id desc)`);
}

/** For what happened to one thing; part of a migration of its own. */
export async function indexAuditByTarget(runner: QueryRunner): Promise<void> {
  await runner.query(`create index audit_of_target on audit (organization_id, (target->>'id'), id desc)`);
}

@Injectable()
export class Audit {
  async record(tx: EntityManager, entry: AuditRecord): Promise<void> {
    await tx.query('insert into audit (id, organization_id, actor, action, target, before, after, request_id) values ($1, $2, $3, $4, $5, $6, $7, $8)', [
      uuid(), entry.organizationId, entry.actor, entry.action, entry.target, entry.before ?? null, entry.after ?? null, entry.requestId ?? null,
    ]);
  }
}

/** The caller as an audit entry names them. */
export function actorOf(caller: Caller): { kind: 'user' | 'key'; id: string } {
  return { kind: caller.kind, id: caller.name };
}

/** Query of the list. */
export class AuditQuery extends ListQuery {
  /** Id of what it happened to; left out = everything. */
  @IsOptional() @IsString() @MaxLength(128) target?: string;
}

type AuditRow = Omit<AuditEntry, 'at' | 'service' | 'requestId'> & { at: Date; request_id: string | null };

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly database: DataSource,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  @Get()
  @Requires('audit:read')
  @ApiPage(AuditEntry)
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

@Module({})
export class AuditModule {
  static forService(service: string): DynamicModule {
    return { module: AuditModule, global: true, controllers: [AuditController], providers: [Audit, { provide: SERVICE_NAME, useValue: service }], exports: [Audit, SERVICE_NAME] };
  }
}
