/** One hearer's queue of the in-process bus: leases messages in batches, has them handled, settles them in batches. */
import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { CLOUD_EVENT_CONTENT_TYPE } from '@tocsin/contracts';

import { Loop } from '../service/loop.js';
import { STOP_DEADLINE_MS, type BusLogger, type IncomingMessage, type MessageHandlerFunction } from './message-bus.js';
import { PauseGate } from './pause-gate.js';
import { DONE, errorText, settlementOf, type Settlement } from './settlement.js';
import { endsWithin } from './waiting.js';

const POLL_MS = 500;
const LEASE_SECONDS = 15;
const RENEW_MS = 5_000;

export interface InProcessQueueOptions {
  name: string;
  type: string;
  database: DataSource;
  logger: BusLogger;
  onMessage: MessageHandlerFunction;
  /** Called after a message went to the dead letters. */
  onDeath: () => void;
  prefetch: number;
  retryDelayMs: number;
  maxAttempts: number;
}

interface MessageRow {
  id: string;
  message_id: string;
  body: string;
  headers: Record<string, unknown>;
  attempt: number;
  redelivered: boolean;
}

interface Settled {
  id: string;
  settlement: Exclude<Settlement, { kind: 'pause' }>;
}

export class InProcessQueue {
  private readonly leaseId = randomUUID();
  private readonly stopping = new AbortController();
  private readonly inWork = new Map<string, Promise<void>>();
  private readonly gate: PauseGate;
  private readonly loop: Loop;
  private settled: Settled[] = [];
  private renewal: NodeJS.Timeout | undefined;

  constructor(private readonly options: InProcessQueueOptions) {
    const { name, logger } = options;
    this.gate = new PauseGate((paused, because) => {
      if (paused) logger.warn({ queue: name, because }, 'The queue waits');
      else logger.info({ queue: name }, 'The queue goes on');
    });
    this.loop = new Loop(`queue ${name}`, POLL_MS, () => this.pass(), logger);
  }

  get name(): string {
    return this.options.name;
  }

  start(): void {
    this.loop.start();
    this.renewal = setInterval(() => void this.renew(), RENEW_MS);
  }

  wake(): void {
    this.loop.wake();
  }

  async stop(deadlineMs: number = STOP_DEADLINE_MS): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
    if (!(await endsWithin(deadlineMs, this.inWork.values()))) this.options.logger.warn({ queue: this.name, messages: this.inWork.size }, 'Stopped while messages were in work; they are delivered again');
    clearInterval(this.renewal);
    await this.release().catch((error: unknown) => {
      this.options.logger.warn({ queue: this.name, error: errorText(error) }, 'What was handled could not be written; it is delivered again');
    });
  }

  private async release(): Promise<void> {
    await this.writeSettled();
    await this.options.database.query(`update messages set leased_until = '-infinity', redelivered = true where lease_id = $1`, [this.leaseId]);
  }

  /** Writes what is settled, then takes as many as there is room for. @returns whether there may be more at once */
  private async pass(): Promise<boolean> {
    await this.writeSettled();
    const room = this.options.prefetch - this.inWork.size;
    if (room <= 0) return false;
    const rows = await this.lease(room);
    for (const row of rows) this.take(row);
    return rows.length === room;
  }

  private async lease(limit: number): Promise<MessageRow[]> {
    const [rows] = await this.options.database.query<[MessageRow[], number]>(
      `update messages m set leased_until = clock_timestamp() + make_interval(secs => $3), lease_id = $4, redelivered = due.was_leased
       from (select id, redelivered or lease_id is not null as was_leased from messages
             where queue = $1 and not_before <= clock_timestamp() and leased_until <= clock_timestamp() order by id limit $2 for update skip locked) due
       where m.id = due.id
       returning m.id, m.message_id, m.body, m.headers, m.attempt, m.redelivered`,
      [this.name, limit, LEASE_SECONDS, this.leaseId],
    );
    return rows;
  }

  private take(row: MessageRow): void {
    const work = this.handle(row)
      .catch((error: unknown) => {
        this.options.logger.error({ queue: this.name, error: errorText(error) }, 'A message could not be settled');
      })
      .finally(() => {
        this.inWork.delete(row.id);
        this.wake();
      });
    this.inWork.set(row.id, work);
  }

  private async handle(row: MessageRow): Promise<void> {
    const { onMessage, maxAttempts } = this.options;
    const incoming = incomingFrom(row, this.options);
    const outcome = await this.gate.run(() => onMessage(incoming), this.stopping.signal);
    if (outcome.kind === 'left') return;
    const settlement = outcome.kind === 'handled' ? DONE : settlementOf(outcome.error, incoming.attempt, maxAttempts);
    if (settlement.kind === 'pause') return;
    this.log(incoming, settlement);
    this.settled.push({ id: row.id, settlement });
  }

  private async writeSettled(): Promise<void> {
    const batch = [...this.settled]; // more may be settled while these are written
    if (batch.length === 0) return;
    const idsOf = (kind: Settlement['kind']): string[] => batch.filter(({ settlement }) => settlement.kind === kind).map(({ id }) => id);
    const dead = batch.flatMap(({ id, settlement }) => (settlement.kind === 'dead' ? [{ id, reason: settlement.reason, error: settlement.error }] : []));
    await this.options.database.query(
      `with done as (delete from messages where id = any($1::bigint[])),
            again as (update messages set attempt = attempt + 1, lease_id = null, leased_until = '-infinity', not_before = clock_timestamp() + make_interval(secs => $3 / 1000.0) where id = any($2::bigint[])),
            died as (delete from messages m using jsonb_to_recordset($4::jsonb) d (id bigint, reason text, error text) where m.id = d.id
                     returning m.id, m.queue, m.message_id, m.body, m.headers, m.attempt, d.reason, d.error)
       insert into dead_letters (id, queue, message_id, body, headers, attempt, reason, error) select * from died`,
      [idsOf('done'), idsOf('again'), this.options.retryDelayMs, JSON.stringify(dead)],
    );
    this.settled = this.settled.slice(batch.length);
    if (dead.length > 0) this.options.onDeath();
  }

  /** A handler may take longer than a lease; what is in work stays ours. */
  private async renew(): Promise<void> {
    const ids = [...this.inWork.keys(), ...this.settled.map(({ id }) => id)];
    if (ids.length === 0) return;
    await this.options.database
      .query('update messages set leased_until = clock_timestamp() + make_interval(secs => $3) where id = any($1::bigint[]) and lease_id = $2', [ids, this.leaseId, LEASE_SECONDS])
      .catch((error: unknown) => {
        this.options.logger.warn({ queue: this.name, error: errorText(error) }, 'Leases could not be renewed');
      });
  }

  private log({ id, attempt }: IncomingMessage, settlement: Settlement): void {
    const fields = { queue: this.name, messageId: id, attempt };
    if (settlement.kind === 'again') this.options.logger.warn({ ...fields, error: settlement.error }, 'A message failed and is tried again later');
    if (settlement.kind === 'dead') this.options.logger.error({ ...fields, reason: settlement.reason, error: settlement.error }, 'A message went to the dead letters');
  }
}

function incomingFrom(row: MessageRow, { name, type }: InProcessQueueOptions): IncomingMessage {
  return {
    id: row.message_id,
    type,
    queue: name,
    body: Buffer.from(row.body),
    contentType: CLOUD_EVENT_CONTENT_TYPE,
    headers: row.headers,
    attempt: row.attempt,
    redelivered: row.redelivered,
  };
}
