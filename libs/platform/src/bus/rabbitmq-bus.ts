/**
 * The message bus on RabbitMQ. Publishing and consuming have a connection each: a broker that is short of memory stops
 * reading from publishers, and acknowledgements must get through just then.
 */
import { queuesOf, type ServiceName } from '@tocsin/contracts';

import { DEFAULT_PREFETCH, PauseError, type BusLogger, type BusState, type DeadMessage, type MessageBus, type MessageHandlerFunction, type OutgoingMessage, type QueuedMessage, type SubscribeOptions, type Subscription } from './message-bus.js';
import { RabbitMqConnection } from './rabbitmq-connection.js';
import { RabbitMqConsumer, type RabbitMqConsumerOptions } from './rabbitmq-consumer.js';
import { deadMessageFrom, putBackOf } from './rabbitmq-dead-letter.js';
import { publicationOf } from './rabbitmq-message.js';
import { RabbitMqPublisher } from './rabbitmq-publisher.js';
import { declareTopology, RabbitMqNames } from './rabbitmq-topology.js';
import { errorText, MAX_ATTEMPTS, RETRY_DELAY_MS } from './settlement.js';
import { sleep } from './waiting.js';

/** How long a start waits for the broker before it goes on without. */
const START_MS = 10_000;

export interface RabbitMqBusOptions {
  url: string;
  logger: BusLogger;
  /** In front of every exchange's and queue's name. */
  prefix?: string | undefined;
  retryDelayMs?: number;
  maxAttempts?: number;
}

export class RabbitMqBus implements MessageBus {
  private readonly names: RabbitMqNames;
  private readonly publisher: RabbitMqPublisher;
  private readonly publishing: RabbitMqConnection;
  private readonly consuming: RabbitMqConnection;
  private readonly consumers = new Set<RabbitMqConsumer>();
  private closed = false;

  constructor(private readonly options: RabbitMqBusOptions) {
    const { url, logger } = options;
    this.names = new RabbitMqNames(options.prefix ?? '', options.retryDelayMs ?? RETRY_DELAY_MS);
    this.publisher = new RabbitMqPublisher((because) => { this.publishing.drop(because); });
    this.publishing = new RabbitMqConnection({
      url,
      logger,
      name: 'tocsin publisher',
      setUp: async (model) => {
        const channel = await model.createChannel();
        channel.on('error', () => {});
        await declareTopology(channel, this.names);
        channel.close().catch(() => {});
        await this.publisher.open(model);
      },
    });
    this.consuming = new RabbitMqConnection({ url, logger, name: 'tocsin consumer', setUp: () => Promise.resolve() });
  }

  get state(): BusState {
    if (this.closed) return 'closed';
    return this.publishing.ready && this.consuming.ready ? 'ready' : 'connecting';
  }

  async start(): Promise<void> {
    this.publishing.start();
    this.consuming.start();
    const waiting = new AbortController();
    const connected = Promise.all([this.publishing.current(), this.consuming.current()]).catch(() => undefined); // closed in the meantime
    await Promise.race([connected, sleep(START_MS, waiting.signal)]);
    waiting.abort();
    if (this.state !== 'ready') this.options.logger.warn({}, 'RabbitMQ is not there yet; messages wait in the outbox');
  }

  publish(messages: readonly OutgoingMessage[]): Promise<(Error | undefined)[]> {
    const now = new Date();
    return this.publisher.publish(messages.map((message) => publicationOf(message, this.names, now)));
  }

  subscribe(service: ServiceName, queue: string, onMessage: MessageHandlerFunction, { prefetch = DEFAULT_PREFETCH }: SubscribeOptions = {}): Promise<Subscription> {
    const known = queuesOf(service).find((candidate) => candidate.queue === queue);
    if (known === undefined) return Promise.reject(new Error(`${service} has no queue "${queue}" in the table of messages.`));
    if (this.closed) return Promise.reject(new Error('The bus is closed.'));
    return Promise.resolve(this.consume({ queue, type: known.route.type, source: this.names.queue(queue), prefetch, onMessage }));
  }

  collectDeadLetters(service: ServiceName, keep: (message: DeadMessage) => Promise<void>): Promise<Subscription> {
    if (this.closed) return Promise.reject(new Error('The bus is closed.'));
    const collectors = queuesOf(service).map(({ queue, route }) =>
      this.consume({
        queue,
        type: route.type,
        source: this.names.dead(queue),
        prefetch: DEFAULT_PREFETCH,
        onMessage: async (incoming, message) => {
          await keep(deadMessageFrom(message, incoming)).catch((error: unknown) => {
            throw new PauseError(`Dead letters cannot be kept: ${errorText(error)}`); // whatever it is: a letter has nowhere else to go
          });
        },
      }),
    );
    return Promise.resolve({
      stop: async (deadlineMs) => {
        await Promise.all(collectors.map((collector) => collector.stop(deadlineMs)));
      },
    });
  }

  async putBack(message: QueuedMessage): Promise<Error | undefined> {
    const [refusal] = await this.publisher.publish([putBackOf(message, this.names)]);
    return refusal;
  }

  private consume(options: Pick<RabbitMqConsumerOptions, 'queue' | 'type' | 'source' | 'prefetch' | 'onMessage'>): Subscription {
    const consumer = new RabbitMqConsumer({
      ...options,
      maxAttempts: this.options.maxAttempts ?? MAX_ATTEMPTS,
      names: this.names,
      logger: this.options.logger,
      connection: () => this.consuming.current(),
      publish: async (publication) => (await this.publisher.publish([publication]))[0],
    });
    this.consumers.add(consumer);
    consumer.start();
    return {
      stop: async (deadlineMs) => {
        await consumer.stop(deadlineMs);
        this.consumers.delete(consumer);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    this.consumers.clear();
    this.closed = true;
    await Promise.all([this.publishing.close(), this.consuming.close()]);
  }
}
