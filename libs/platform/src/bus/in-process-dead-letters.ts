/** Dead letters of one service on the in-process bus: handed over until whoever keeps them has them, then deleted here. */
import type { DataSource } from 'typeorm';

import { CLOUD_EVENT_CONTENT_TYPE, queuesOf, type ServiceName } from '@tocsin/contracts';

import { Loop } from '../service/loop.js';
import type { BusLogger, DeadMessage } from './message-bus.js';

/** The net under the wake-up after a death, for what died in another process. */
const POLL_MS = 2_000;
const BATCH = 50;

interface DeadRow {
  id: string;
  queue: string;
  message_id: string;
  body: string;
  headers: Record<string, unknown>;
  attempt: number;
  reason: string;
  error: string;
}

export class InProcessDeadLetters {
  private readonly types: ReadonlyMap<string, string>;
  private readonly loop: Loop;

  constructor(
    private readonly database: DataSource,
    service: ServiceName,
    private readonly keep: (message: DeadMessage) => Promise<void>,
    logger: BusLogger,
  ) {
    this.types = new Map(queuesOf(service).map(({ queue, route }) => [queue, route.type]));
    this.loop = new Loop(`dead letters of ${service}`, POLL_MS, () => this.pass(), logger);
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

  /** Nothing is locked meanwhile: two processes may hand the same letter over, which those who keep them expect. */
  private async pass(): Promise<boolean> {
    const rows = await this.database.query<DeadRow[]>(
      `select id, queue, message_id, body, headers, attempt, reason, error from dead_letters where queue = any($1::text[]) order by id limit ${BATCH}`,
      [[...this.types.keys()]],
    );
    for (const row of rows) {
      await this.keep(this.deadMessage(row));
      await this.database.query('delete from dead_letters where id = $1', [row.id]);
    }
    return rows.length === BATCH;
  }

  private deadMessage({ id, queue, message_id, body, headers, attempt, reason, error }: DeadRow): DeadMessage {
    return {
      id: message_id, queue, headers, reason, error, properties: {},
      type: this.types.get(queue) ?? queue,
      body: Buffer.from(body),
      contentType: CLOUD_EVENT_CONTENT_TYPE,
      attempts: attempt,
      death: id,
    };
  }
}
