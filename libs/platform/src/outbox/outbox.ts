/**
 * Messages that are said exactly when their transaction commits: a row beside the change, relayed to the bus afterwards.
 * A crash at any moment leaves both or neither, and a message that was on its way goes out again with the same id.
 */
import { routeOf, type CloudEvent, type Exchange, type MessageType, type ServiceName } from '@tocsin/contracts';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

import { textArray } from '../database/lists.js';
import { eventId } from './event-id.js';
import { traceparentAfter } from './traceparent.js';

/** A message to be said: the CloudEvent around it is made by {@link Outbox.add}. */
export interface OutgoingEvent {
  type: MessageType;
  organizationId: string;
  /** What it is about, for people who read the bus. */
  subject?: string;
  /** The contract of `type`. */
  data: object;
  /** Event id; a new one unless given. */
  id?: string;
}

export class Outbox {
  private readonly afterCommit: (() => void)[] = [];
  private readonly afterCommitOf = new WeakMap<EntityManager, (() => void)[]>();
  private readonly traceOf = new WeakMap<EntityManager, string>();

  constructor(
    private readonly database: DataSource,
    private readonly service: ServiceName,
    private readonly relay: { wake(): void },
  ) {}

  /**
   * Runs `work` in one transaction; what it added to the outbox is on its way at once after the commit.
   * @param traceparent of the request or message that led to it: what is said because of it belongs to the same trace
   */
  async transaction<T>(work: (tx: EntityManager) => Promise<T>, traceparent?: string): Promise<T> {
    const own: (() => void)[] = [];
    const result = await this.database.transaction((tx) => {
      this.afterCommitOf.set(tx, own);
      if (traceparent !== undefined) this.traceOf.set(tx, traceparent);
      return work(tx);
    });
    this.relay.wake();
    for (const hear of [...own, ...this.afterCommit]) hear();
    return result;
  }

  /** As {@link transaction}, for one statement that says nothing: it commits by itself, without two further round trips. */
  async statement<T>(work: (database: Pick<EntityManager, 'query'>) => Promise<T>): Promise<T> {
    const result = await work(this.database);
    for (const hear of this.afterCommit) hear();
    return result;
  }

  /** Calls `hear` after each transaction that committed. It must not throw and must not take long. */
  onCommit(hear: () => void): void {
    this.afterCommit.push(hear);
  }

  /**
   * Calls `hear` once `tx` has committed; never when it is taken back, or was not begun by {@link transaction}. It must not
   * throw and must not take long.
   */
  onCommitOf(tx: EntityManager, hear: () => void): void {
    this.afterCommitOf.get(tx)?.push(hear);
  }

  /**
   * Says `events` when the transaction commits.
   * @throws Error when the table of messages does not let this service say one of them
   */
  async add(tx: EntityManager, ...events: OutgoingEvent[]): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map((event) => this.row(event, this.traceOf.get(tx)));
    await tx.query(
      `insert into outbox (type, exchange, message_id, body, organization_id)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`,
      [rows.map(({ type }) => type), rows.map(({ exchange }) => exchange), rows.map(({ id }) => id), rows.map(({ body }) => body), rows.map(({ organizationId }) => organizationId)].map(textArray),
    );
  }

  private row({ type, organizationId, subject, data, id = eventId() }: OutgoingEvent, parent: string | undefined): { type: string; exchange: Exchange; id: string; body: string; organizationId: string } {
    const route = routeOf(type);
    if (route === undefined || !(route.saidBy.includes(this.service) || route.saidBy.includes('any'))) {
      throw new Error(`The table of messages does not let ${this.service} say "${type}".`);
    }
    const event: CloudEvent = {
      specversion: '1.0',
      id,
      source: sourceOf(this.service),
      type,
      time: new Date().toISOString(),
      ...(subject !== undefined && { subject }),
      datacontenttype: 'application/json',
      organizationid: organizationId,
      traceparent: traceparentAfter(parent),
      data,
    };
    return { type, exchange: route.exchange, id, body: JSON.stringify(event), organizationId };
  }
}

/** `source` of the CloudEvents that a service says. */
export function sourceOf(service: ServiceName): string {
  return `/tocsin/${service}`;
}

/** Part of a service's first migration. */
export async function createOutboxTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table outbox (
      id bigint generated always as identity primary key,
      type text not null, exchange text not null, message_id text not null, body text not null, organization_id text not null,
      created_at timestamptz not null default now(),
      failures int not null default 0, last_error text, next_at timestamptz not null default now())
      with (autovacuum_vacuum_scale_factor = 0.02);
    create table outbox_dead (
      id bigint primary key,
      type text not null, exchange text not null, message_id text not null, body text not null, organization_id text not null,
      created_at timestamptz not null, failures int not null, last_error text, died_at timestamptz not null default now())`);
}

/**
 * Part of a later migration: what is due is found among very many messages that wait for a full queue. Each kind is looked at by
 * itself, in the order of its index, whatever the planner thinks of a table that is empty at most times.
 */
export async function indexOutboxByKind(runner: QueryRunner): Promise<void> {
  await runner.query('create index outbox_due on outbox (type, next_at, id)');
  await runner.query(`
    create function due_in_outbox(resting text[], most_of_a_kind int) returns setof bigint
    language plpgsql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
    declare kind text := (select o.type from outbox o order by o.type limit 1);
    begin
      while kind is not null loop
        if kind <> all(resting) then
          return query select o.id from outbox o where o.type = kind and o.next_at <= now() order by o.next_at, o.id limit most_of_a_kind;
        end if;
        kind := (select o.type from outbox o where o.type > kind order by o.type limit 1);
      end loop;
    end $$`);
}
