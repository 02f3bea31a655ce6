/**
 * The dead letters of one service in PostgreSQL: what died in its queues, and beside it what the bus refused to take from
 * its outbox. Whoever asks says whose letters they may reach; no query goes beyond that.
 */
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

import type { QueuedMessage } from '../bus/message-bus.js';
import type { Letter } from './letter.js';

/** Part of a migration that comes after the one with the outbox. */
export async function createDeadLetterTable(runner: QueryRunner): Promise<void> {
  const [{ schema }] = (await runner.query('select current_schema() as schema')) as [{ schema: string }];
  await runner.query(`
    create table dead_letters (
      id uuid primary key,
      queue text not null, type text not null, organization_id text, message_id text,
      reason text not null, error text not null, attempts int not null, preview text not null,
      received_at timestamptz not null default clock_timestamp(),
      body bytea not null, content_type text, headers jsonb not null, properties jsonb not null);
    create index dead_letters_by_time on dead_letters (received_at desc, id desc);
    create index dead_letters_of_organization on dead_letters (organization_id, received_at desc, id desc);
    alter table outbox_dead
      add column letter_id uuid not null default gen_random_uuid(),
      add column reason text not null default 'refused',
      add column preview text not null default '';
    create unique index outbox_dead_by_letter on outbox_dead (letter_id);
    create view all_dead_letters as
      select id, queue, type, organization_id, message_id, reason, error, attempts, preview, received_at from dead_letters
      union all
      select letter_id, '${schema}.outbox', type, organization_id, message_id, reason, coalesce(last_error, ''), failures, preview, died_at from outbox_dead`);
}

/** Whose letters somebody may see and act on. */
export interface Reach {
  /** All, also those without an organization. */
  all: boolean;
  /** Those of this organization, if any. */
  organizationId: string | null;
}

export interface LetterFilter {
  reason?: readonly string[] | undefined;
  queue?: readonly string[] | undefined;
  type?: readonly string[] | undefined;
}

export interface LetterRow {
  id: string;
  queue: string;
  type: string;
  organization_id: string | null;
  message_id: string | null;
  reason: string;
  error: string;
  attempts: number;
  preview: string;
  received_at: Date;
  /** `received_at` to the microsecond, where a page ends. */
  received_key: string;
}

/** What the audit keeps of a letter that is gone. */
export type RemovedLetter = Pick<LetterRow, 'id' | 'queue' | 'type' | 'organization_id' | 'message_id' | 'reason'>;

const REMOVED = 'id, queue, type, organization_id, message_id, reason';
const WITHIN_REACH = '($2::boolean or organization_id = $3)';

export class DeadLetterRepository {
  constructor(private readonly database: DataSource) {}

  /** Keeps a letter, or what is new about one that is kept already. @returns whether it is new */
  async keep({ id, queue, type, organizationId, messageId, reason, error, attempts, preview, body, contentType, headers, properties }: Letter): Promise<boolean> {
    const [row] = await this.database.query<{ is_new: boolean }[]>(
      `insert into dead_letters (id, queue, type, organization_id, message_id, reason, error, attempts, preview, body, content_type, headers, properties)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       on conflict (id) do update set reason = excluded.reason, error = excluded.error, attempts = excluded.attempts
       returning xmax = 0 as is_new`,
      [id, queue, type, organizationId ?? null, messageId ?? null, reason, error, attempts, preview, body, contentType ?? null, JSON.stringify(headers), JSON.stringify(properties)],
    );
    return row?.is_new ?? false;
  }

  /** Newest first; one more than `limit`. */
  async list({ all, organizationId }: Reach, { reason, queue, type }: LetterFilter, limit: number, after: readonly [time: unknown, id: unknown]): Promise<LetterRow[]> {
    return this.database.query<LetterRow[]>(
      `select ${REMOVED}, error, attempts, preview, received_at, received_at::text as received_key from all_dead_letters
       where ($1::boolean or organization_id = $2)
         and ($3::text[] is null or reason = any($3)) and ($4::text[] is null or queue = any($4)) and ($5::text[] is null or type = any($5))
         and ($6::timestamptz is null or (received_at, id) < ($6::timestamptz, $7::uuid))
       order by received_at desc, id desc limit $8`,
      [all, organizationId, reason ?? null, queue ?? null, type ?? null, ...after, limit + 1],
    );
  }

  /** The message of a letter, locked until the transaction ends; undefined when it is out of reach, or no letter of a queue. */
  async lock(tx: EntityManager, id: string, { all, organizationId }: Reach): Promise<QueuedMessage | undefined> {
    const [row] = await tx.query<StoredMessage[]>(
      `select queue, body, content_type, headers, properties from dead_letters where id = $1 and ${WITHIN_REACH} for update`,
      [id, all, organizationId],
    );
    if (!row) return undefined;
    const { transportId, ...properties } = row.properties;
    return { queue: row.queue, id: transportId === undefined ? undefined : String(transportId), body: row.body, contentType: row.content_type ?? undefined, headers: row.headers, properties };
  }

  async remove(tx: EntityManager, id: string, { all, organizationId }: Reach): Promise<RemovedLetter | undefined> {
    const [[fromQueue]] = await tx.query<[RemovedLetter[], number]>(`delete from dead_letters where id = $1 and ${WITHIN_REACH} returning ${REMOVED}`, [id, all, organizationId]);
    if (fromQueue) return fromQueue;
    const [[fromOutbox]] = await tx.query<[RemovedLetter[], number]>(`delete from outbox_dead where letter_id = $1 and ${WITHIN_REACH} returning ${OUTBOX_REMOVED}`, [id, all, organizationId]);
    return fromOutbox;
  }

  /** Puts what the bus refused back into the outbox, as if it had never been refused. */
  async returnToOutbox(tx: EntityManager, id: string, { all, organizationId }: Reach): Promise<RemovedLetter | undefined> {
    const [letter] = await tx.query<RemovedLetter[]>(
      `with dead as (delete from outbox_dead where letter_id = $1 and ${WITHIN_REACH} returning *),
            again as (insert into outbox (type, exchange, message_id, body, organization_id, created_at) select type, exchange, message_id, body, organization_id, created_at from dead)
       select ${OUTBOX_REMOVED} from dead`,
      [id, all, organizationId],
    );
    return letter;
  }

  async countByQueue(): Promise<{ queue: string; count: number }[]> {
    return this.database.query<{ queue: string; count: number }[]>('select queue, count(*)::int as count from all_dead_letters group by queue');
  }
}

const OUTBOX_REMOVED = `letter_id as id, current_schema() || '.outbox' as queue, type, organization_id, message_id, reason`;

interface StoredMessage {
  queue: string;
  body: Buffer;
  content_type: string | null;
  headers: Record<string, unknown>;
  /** With the id that the transport knew the message by, which need not be the event's. */
  properties: Record<string, string | number>;
}
