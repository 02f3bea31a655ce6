/**
 * Brings what the outbox holds to the bus: publish, wait for the confirms, delete. Replicas share the work by skipping
 * each other's rows. A bus that is away is not the row's fault; a row that the bus refuses again and again is set aside.
 */
import type { CloudEvent, ServiceName } from '@tocsin/contracts';
import type { DataSource, EntityManager } from 'typeorm';

import { BusUnavailableError, UnroutableError, type MessageBus, type OutgoingMessage } from '../bus/message-bus.js';
import { previewOf } from '../dead-letters/letter.js';
import { failPoint } from '../fail-points/fail-point.js';
import type { Logger } from '../logging/logger.js';
import { Loop } from '../service/loop.js';
import { sourceOf } from './outbox.js';

const BATCH = 200;
/** The net under the wake-up after a commit. */
const IDLE_MS = 500;
const MAX_FAILURES = 10;

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

export class OutboxRelay {
  private readonly loop: Loop;

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
      const rows = await tx.query<OutboxRow[]>(
        `select id, type, exchange, message_id, body, failures from outbox where next_at <= now() order by id limit ${BATCH} for update skip locked`,
      );
      if (rows.length === 0) return false;
      failPoint('outbox.publish', 'before');
      const verdicts = await this.bus.publish(rows.map((row) => this.message(row)));
      failPoint('outbox.publish');
      const confirmed = rows.filter((_row, index) => verdicts[index] === undefined);
      await remove(tx, confirmed);
      await this.charge(tx, rows.flatMap((row, index) => refusalOf(row, verdicts[index])));
      return rows.length === BATCH && confirmed.length > 0;
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
    return { id: message_id, type, exchange, source: sourceOf(this.service), body };
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

function refusalOf(row: OutboxRow, verdict: Error | undefined): Refusal[] {
  return verdict === undefined || verdict instanceof BusUnavailableError ? [] : [{ row, error: verdict.message, reason: verdict instanceof UnroutableError ? 'unroutable' : 'refused' }];
}
