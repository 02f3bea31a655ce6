/** Who did what to what, when: written in the transaction of the change, so neither exists without the other. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryRunner } from 'typeorm';
import { v7 as uuid } from 'uuid';

import type { Caller } from '../auth/caller.js';

export interface Actor {
  kind: 'user' | 'key' | 'system';
  /** Names of users change and names of keys are given twice; it does neither. */
  id: string;
  /** For people, where it is another text than the id. */
  name?: string;
}

export interface AuditRecord {
  organizationId: string;
  actor: Actor;
  /** `<noun>.<past verb>`, for example `connection.connected`. */
  action: string;
  target: { kind: string; id: string };
  before?: object;
  after?: object;
  requestId?: string;
}

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
export function actorOf({ kind, id, name }: Caller): Actor {
  return { kind, id, ...(name !== id && { name }) };
}

/** What people call an actor. */
export function nameOf({ id, name }: Actor): string {
  return name ?? id;
}
