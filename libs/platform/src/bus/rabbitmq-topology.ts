/**
 * Exchanges, queues and bindings in RabbitMQ, all from the one table of messages. Every process declares the queues of
 * every hearer, so that a producer that starts first loses nothing.
 *
 * A dead letter reaches `<queue>.dlq` by the queue's own name as routing key: one type may have several hearers, and a
 * letter that died for one of them must not appear with the others. What a consumer gives up carries the key that it was
 * published with as well (the queue's name travels as CC); what the broker gives up has the queue's name alone.
 */
import type { Channel } from 'amqplib';

import { EXCHANGES, MESSAGES, queueName, type Exchange, type MessageRoute, type ServiceName } from '@tocsin/contracts';

/** Deliveries after which the broker gives a message up. High, because whatever was prefetched counts when a consumer dies. */
const DELIVERY_LIMIT = 50;

export class RabbitMqNames {
  constructor(
    private readonly prefix: string,
    private readonly retryDelayMs: number,
  ) {}

  exchange(exchange: Exchange): string {
    return this.prefix + exchange;
  }

  queue(queue: string): string {
    return this.prefix + queue;
  }

  dead(queue: string): string {
    return `${this.prefix}${queue}.dlq`;
  }

  /** Holds messages until they are tried again. The delay is part of the name, for a queue's arguments cannot be changed. */
  retry(queue: string): string {
    const delay = this.retryDelayMs % 1000 === 0 ? `${this.retryDelayMs / 1000}s` : `${this.retryDelayMs}ms`;
    return `${this.prefix}${queue}.retry.${delay}`;
  }

  retryArguments(queue: string): Record<string, unknown> {
    return { ...keepUntilTaken('', this.queue(queue)), 'x-message-ttl': this.retryDelayMs };
  }

  queueArguments(queue: string): Record<string, unknown> {
    return { ...keepUntilTaken(this.exchange(EXCHANGES.dead), this.queue(queue)), 'x-delivery-limit': DELIVERY_LIMIT };
  }
}

/** Quorum queue whose dead letters leave it only when the next queue has them on disk. */
function keepUntilTaken(exchange: string, routingKey: string): Record<string, unknown> {
  return {
    'x-queue-type': 'quorum',
    'x-dead-letter-exchange': exchange,
    'x-dead-letter-routing-key': routingKey,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
}

/** Declares everything; harmless when it is there. Fails when a queue is there with other arguments. */
export async function declareTopology(channel: Channel, names: RabbitMqNames): Promise<void> {
  for (const exchange of Object.values(EXCHANGES)) await channel.assertExchange(names.exchange(exchange), 'topic', { durable: true });
  for (const route of MESSAGES as readonly MessageRoute[]) {
    for (const service of route.heardBy) await declareHearer(channel, names, route, service);
  }
}

async function declareHearer(channel: Channel, names: RabbitMqNames, route: MessageRoute, service: ServiceName): Promise<void> {
  const queue = queueName(service, route.type);
  await Promise.all([
    channel.assertQueue(names.dead(queue), { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
    channel.bindQueue(names.dead(queue), names.exchange(EXCHANGES.dead), names.queue(queue)),
    channel.assertQueue(names.queue(queue), { durable: true, arguments: names.queueArguments(queue) }),
    ...bindingKeys(route).map((key) => channel.bindQueue(names.queue(queue), names.exchange(route.exchange), key)),
    channel.assertQueue(names.retry(queue), { durable: true, arguments: names.retryArguments(queue) }),
  ]);
}

/**
 * What anybody may say comes in every version, so that one that nobody here knows becomes a dead letter with its reason; a
 * producer that did not ask for returns would lose it in silence.
 */
function bindingKeys({ type, saidBy }: MessageRoute): string[] {
  const name = type.replace(/\.v\d+$/, '');
  const versions = MESSAGES.filter((route) => route.type.startsWith(`${name}.v`));
  return saidBy.includes('any') && versions.length === 1 ? [type, `${name}.*`] : [type];
}
