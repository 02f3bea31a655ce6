/**
 * The message bus without a broker: queues are rows in PostgreSQL, schema `bus`. Publishing fans a message out to one row
 * per hearer, so that one hearer's failure is its own; that commit is the confirm. No transaction is open while a handler
 * works: a message is leased, and a lease that nobody renews hands it to the next.
 */
import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { queueName, queuesOf, routeOf, SERVICES, type ServiceName } from '@tocsin/contracts';

import { openDatabase } from '../database/open-database.js';
import { BusTables1732460000000 } from './in-process-bus.migration.js';
import { InProcessDeadLetters } from './in-process-dead-letters.js';
import { InProcessQueue } from './in-process-queue.js';
import { BusUnavailableError, DEFAULT_PREFETCH, UnroutableError, type BusLogger, type BusState, type DeadMessage, type MessageBus, type MessageHandlerFunction, type OutgoingMessage, type QueuedMessage, type SubscribeOptions, type Subscription } from './message-bus.js';
import { errorText, MAX_ATTEMPTS, RETRY_DELAY_MS } from './settlement.js';

export interface InProcessBusOptions {
  /** Database that holds the queues. */
  databaseUrl: string;
  logger: BusLogger;
  poolSize?: number;
  retryDelayMs?: number;
  maxAttempts?: number;
}

export class InProcessBus implements MessageBus {
  private database: DataSource | undefined;
  private readonly queues = new Set<InProcessQueue>();
  private readonly collectors = new Set<InProcessDeadLetters>();
  private current: BusState = 'connecting';

  constructor(private readonly options: InProcessBusOptions) {}

  get state(): BusState {
    return this.current;
  }

  async start(): Promise<void> {
    this.database = await openDatabase({ url: this.options.databaseUrl, schema: 'bus', migrations: [BusTables1732460000000], poolSize: this.options.poolSize ?? 4 });
    this.current = 'ready';
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<(Error | undefined)[]> {
    const refusals = messages.map(({ type }) => (routeOf(type) ? undefined : new UnroutableError(`Nobody knows messages of type "${type}".`)));
    const unavailable = await this.enqueue(messages.flatMap((message) => hearersOf(message.type).map((queue) => ({ queue, message_id: message.id, body: message.body, headers: message.headers ?? {} }))));
    return unavailable ? messages.map(() => unavailable) : refusals;
  }

  /** All of the rows or none. */
  private async enqueue(rows: readonly { queue: string; message_id: string; body: string; headers: object }[]): Promise<BusUnavailableError | undefined> {
    const { database } = this;
    if (!database || this.current === 'closed') return new BusUnavailableError('The bus is not open.');
    if (rows.length === 0) return undefined;
    try {
      await database.query(
        `insert into messages (queue, message_id, body, headers)
         select m.queue, m.message_id, m.body, m.headers from jsonb_to_recordset($1::jsonb) m (queue text, message_id text, body text, headers jsonb)`,
        [JSON.stringify(rows)],
      );
    } catch (error) {
      return new BusUnavailableError(`The queues cannot be written: ${errorText(error)}`);
    }
    const filled = new Set(rows.map(({ queue }) => queue));
    for (const queue of this.queues) if (filled.has(queue.name)) queue.wake();
    return undefined;
  }

  subscribe(service: ServiceName, queue: string, onMessage: MessageHandlerFunction, { prefetch = DEFAULT_PREFETCH }: SubscribeOptions = {}): Promise<Subscription> {
    const known = queuesOf(service).find((candidate) => candidate.queue === queue);
    if (!known) return Promise.reject(new Error(`${service} has no queue "${queue}" in the table of messages.`));
    if (!this.database || this.current === 'closed') return Promise.reject(new Error('The bus is not open.'));
    const { logger, retryDelayMs = RETRY_DELAY_MS, maxAttempts = MAX_ATTEMPTS } = this.options;
    const subscribed = new InProcessQueue({ name: queue, type: known.route.type, database: this.database, logger, onMessage, onDeath: () => { this.wakeCollectors(); }, prefetch, retryDelayMs, maxAttempts });
    this.queues.add(subscribed);
    subscribed.start();
    return Promise.resolve({
      stop: async (deadlineMs) => {
        this.queues.delete(subscribed);
        await subscribed.stop(deadlineMs);
      },
    });
  }

  collectDeadLetters(service: ServiceName, keep: (message: DeadMessage) => Promise<void>): Promise<Subscription> {
    if (!this.database || this.current === 'closed') return Promise.reject(new Error('The bus is not open.'));
    const collector = new InProcessDeadLetters(this.database, service, keep, this.options.logger);
    this.collectors.add(collector);
    collector.start();
    return Promise.resolve({
      stop: async () => {
        this.collectors.delete(collector);
        await collector.stop();
      },
    });
  }

  putBack({ queue, id, body, headers }: QueuedMessage): Promise<Error | undefined> {
    if (!SERVICES.some((service) => queuesOf(service).some((known) => known.queue === queue))) return Promise.resolve(new UnroutableError(`There is no queue "${queue}".`));
    return this.enqueue([{ queue, message_id: id ?? randomUUID(), body: body.toString('utf8'), headers }]);
  }

  private wakeCollectors(): void {
    for (const collector of this.collectors) collector.wake();
  }

  async close(): Promise<void> {
    if (this.current === 'closed') return;
    await Promise.all([...this.queues].map((queue) => queue.stop()));
    await Promise.all([...this.collectors].map((collector) => collector.stop()));
    this.queues.clear();
    this.collectors.clear();
    this.current = 'closed';
    if (this.database?.isInitialized === true) await this.database.destroy();
  }
}

function hearersOf(type: string): string[] {
  return routeOf(type)?.heardBy.map((service) => queueName(service, type)) ?? [];
}
