/**
 * Brings what the outbox holds to the bus: publish, wait for the confirms, delete. Replicas share the work by skipping
 * each other's rows. A bus that is away is not the row's fault, nor is a full queue, which holds up nothing that goes
 * elsewhere; a row that the bus refuses again and again is set aside.
 */
import type { CloudEvent, ServiceName } from '@tocsin/contracts';
import type { DataSource, EntityManager } from 'typeorm';

import { BusUnavailableError, QueueFullError, UnroutableError, type MessageBus, type OutgoingMessage } from '../bus/message-bus.js';
import { plainArray, textArray } from '../database/lists.js';
import { previewOf } from '../dead-letters/letter.js';
import { failPoint } from '../fail-points/fail-point.js';
import type { Logger } from '../logging/logger.js';
import { Loop } from '../service/loop.js';
import { FullQueues } from './full-queues.js';
import { sourceOf } from './outbox.js';
import { traceparentIn } from './traceparent.js';

const BATCH = 200;
/** The net under the wake-up after a commit. */
const IDLE_MS = 500;
const MAX_FAILURES = 10;
/** Enough for several replicas that pass over each other's rows. */
const LOOKED_AT = 600;
/** What is due, the oldest first, but kinds that rest (`$1`). */
const DUE = `
  select id, type, exchange, message_id, body, failures from outbox
  where next_at <= now() and id = any(array(select due_in_outbox($1::text[], ${LOOKED_AT})))
  order by id limit ${BATCH} for update skip locked`;

interface OutboxRow {
  id: string;
  type: string;
  exchange: OutgoingMessage['exchange'];
  message_id: string;
  body: string;
  failures: number;
}

interface Refusal {
  row: OutboxRow;
  error: string;
  reason: 'unroutable' | 'refused';
}

/** A row and what the bus said of it. */
interface Tried {
  row: OutboxRow;
  verdict: Error | undefined;
}

export class OutboxRelay {
  private readonly loop: Loop;
  private readonly fullQueues = new FullQueues();

  constructor(
    private readonly database: DataSource,
    private readonly service: ServiceName,
    private readonly bus: Pick<MessageBus, 'publish' | 'state'>,
    private readonly logger: Logger,
  ) {
    this.loop = new Loop('outbox relay', IDLE_MS, () => this.pass(), logger);
  }

  start(): void {
    this.loop.start();
  }

  wake(): void {
    this.loop.wake();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** Relays one batch. @returns true when there is probably more */
  async pass(): Promise<boolean> {
    if (this.bus.state !== 'ready') return false;
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<OutboxRow[]>(DUE, [textArray(this.fullQueues.resting(performance.now()))]);
      if (rows.length === 0) return false;
      failPoint('outbox.publish', 'before');
      const verdicts = await this.bus.publish(rows.map((row) => this.message(row)));
      failPoint('outbox.publish');
      return this.settle(tx, rows.map((row, index) => ({ row, verdict: verdicts[index] })));
    });
  }

  /** @returns true when there is probably more */
  private async settle(tx: EntityManager, tried: readonly Tried[]): Promise<boolean> {
    const confirmed = tried.filter(({ verdict }) => verdict === undefined);
    const full = tried.filter(({ verdict }) => verdict instanceof QueueFullError);
    await remove(tx, confirmed.map(({ row }) => row));
    await putOff(tx, full);
    await this.charge(tx, tried.flatMap(refusalOf));
    const free = this.noteQueues(confirmed, full);
    await bringBack(tx, free);
    return free.length > 0 || (tried.length === BATCH && confirmed.length + full.length > 0);
  }

  /** @returns kinds whose queues were full and take messages again */
  private noteQueues(confirmed: readonly Tried[], full: readonly Tried[]): string[] {
    const [taken, refused] = [countsByKind(confirmed), countsByKind(full)];
    return [...new Set([...taken.keys(), ...refused.keys()])].filter((kind) => {
      const news = this.fullQueues.note(kind, { taken: taken.get(kind) ?? 0, refused: refused.get(kind) ?? 0 }, performance.now());
      if (news === 'full') this.logger.warn({ type: kind }, 'A queue is full; messages of this type wait in the outbox');
      return news === 'free';
    });
  }

  /** Messages that are committed and not yet on the bus. */
  async pending(): Promise<number> {
    return this.number('count(*)');
  }

  /** Age of the oldest of them; 0 when there is none. */
  async oldestAgeSeconds(): Promise<number> {
    return this.number('coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)');
  }

  private async number(expression: string): Promise<number> {
    const [row] = await this.database.query<{ value: number }[]>(`select (${expression})::float8 as value from outbox`);
    return row?.value ?? 0;
  }

  private message({ type, exchange, message_id, body }: OutboxRow): OutgoingMessage {
    const traceparent = traceparentIn(body);
    return { id: message_id, type, exchange, source: sourceOf(this.service), body, ...(traceparent !== undefined && { headers: { traceparent } }) };
  }

  private async charge(tx: EntityManager, refusals: readonly Refusal[]): Promise<void> {
    for (const refusal of refusals) {
      const { row, error } = refusal;
      await tx.query(
        `update outbox set failures = failures + 1, last_error = $2, next_at = now() + least(interval '60 seconds', interval '500 milliseconds' * power(2, failures)) where id = $1`,
        [row.id, error],
      );
      if (row.failures + 1 >= MAX_FAILURES) await this.setAside(tx, refusal);
    }
  }

  private async setAside(tx: EntityManager, { row: { id, type, message_id, body }, error, reason }: Refusal): Promise<void> {
    await tx.query(
      `with dead as (delete from outbox where id = $1 returning *)
       insert into outbox_dead (id, type, exchange, message_id, body, organization_id, created_at, failures, last_error, reason, preview)
       select id, type, exchange, message_id, body, organization_id, created_at, failures, last_error, $2, $3 from dead`,
      [id, reason, previewOf((JSON.parse(body) as CloudEvent).data, Buffer.from(body))],
    );
    this.logger.error({ messageId: message_id, type, error }, 'A message cannot be published and was set aside in outbox_dead');
  }
}

async function remove(tx: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length > 0) await tx.query('delete from outbox where id = any($1::bigint[])', [rows.map(({ id }) => id)]);
}

/** Tries them again after as long as they have waited so far, from 1 to 30 s. */
async function putOff(tx: EntityManager, full: readonly Tried[]): Promise<void> {
  if (full.length === 0) return;
  await tx.query(
    `update outbox set last_error = put_off.error, next_at = now() + least(interval '30 seconds', greatest(interval '1 second', now() - created_at))
     from unnest($1::bigint[], $2::text[]) put_off (id, error) where outbox.id = put_off.id`,
    [plainArray(full.map(({ row }) => row.id)), textArray(full.map(({ verdict }) => verdict?.message ?? ''))],
  );
}

/** What was put off goes at once, the oldest first; what the bus refused for reasons of its own waits on. */
async function bringBack(tx: EntityManager, kinds: readonly string[]): Promise<void> {
  if (kinds.length === 0) return;
  await tx.query(
    `update outbox set next_at = now() where id in (select id from outbox where type = any($1::text[]) and failures = 0 and next_at > now() for update skip locked)`,
    [textArray(kinds)],
  );
}

function countsByKind(tried: readonly Tried[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { row: { type } } of tried) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function refusalOf({ row, verdict }: Tried): Refusal[] {
  return verdict === undefined || verdict instanceof BusUnavailableError ? [] : [{ row, error: verdict.message, reason: verdict instanceof UnroutableError ? 'unroutable' : 'refused' }];
}
