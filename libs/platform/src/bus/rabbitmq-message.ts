/** AMQP messages ↔ the port's: what is read from a delivery, and what is published in its place when it failed. */
import { randomUUID } from 'node:crypto';

import type { ConsumeMessage, Options } from 'amqplib';

import { EXCHANGES, CLOUD_EVENT_CONTENT_TYPE, routeOf } from '@tocsin/contracts';

import type { IncomingMessage, OutgoingMessage } from './message-bus.js';
import type { Publication } from './rabbitmq-publisher.js';
import type { RabbitMqNames } from './rabbitmq-topology.js';
import type { Settlement } from './settlement.js';

/** Own header, since brokers from 4.0 on ignore x-death of what is published again. */
export const ATTEMPT_HEADER = 'x-attempt';
/** `queue` and `at` are for people who look at a letter in the broker. */
export const DEAD_HEADERS = { reason: 'x-dead-reason', error: 'x-dead-error', queue: 'x-dead-queue', at: 'x-dead-at', id: 'x-dead-id' } as const;

/** @returns the delivery as handlers get it; `attempt` counts from 1 */
export function incomingFrom({ content, properties, fields }: ConsumeMessage, queue: string, type: string): IncomingMessage {
  const headers: Record<string, unknown> = { ...properties.headers };
  return {
    id: textOf(properties.messageId),
    type,
    queue,
    body: content,
    contentType: textOf(properties.contentType),
    headers,
    attempt: countIn(headers[ATTEMPT_HEADER]) ?? 1,
    redelivered: fields.redelivered,
  };
}

/** More than anybody ever counts comes from a producer that means something else. */
const COUNT_MAX = 1_000_000;

/** @returns a header's number of times; undefined for what is none, for whoever publishes may write anything there */
export function countIn(header: unknown): number | undefined {
  return typeof header === 'number' && Number.isInteger(header) && header > 0 && header <= COUNT_MAX ? header : undefined;
}

/** @returns what is published: persistent, and returned to us when a queue that should have it has gone */
export function publicationOf(message: OutgoingMessage, names: RabbitMqNames, now: Date): Publication {
  const route = routeOf(message.type);
  return {
    exchange: names.exchange(message.exchange),
    routingKey: message.type,
    content: Buffer.from(message.body),
    options: {
      contentType: CLOUD_EVENT_CONTENT_TYPE,
      messageId: message.id,
      type: message.type,
      appId: message.source,
      timestamp: Math.floor(now.getTime() / 1000),
      persistent: true,
      mandatory: route === undefined || route.heardBy.length > 0,
      headers: { ...message.headers },
    },
  };
}

/** The same message for its next attempt: waits in the retry queue and comes back to this queue only. */
export function retryOf(message: ConsumeMessage, incoming: IncomingMessage, names: RabbitMqNames): Publication {
  return {
    exchange: '',
    routingKey: names.retry(incoming.queue),
    content: message.content,
    options: { ...sameProperties(message), headers: { ...incoming.headers, [ATTEMPT_HEADER]: incoming.attempt + 1 } },
  };
}

/** The same message for the operators, with why it died. */
export function deadLetter(message: ConsumeMessage, incoming: IncomingMessage, names: RabbitMqNames, { reason, error }: Extract<Settlement, { kind: 'dead' }>): Publication {
  return {
    exchange: names.exchange(EXCHANGES.dead),
    routingKey: keyOf(message, incoming, names),
    content: message.content,
    options: {
      ...sameProperties(message),
      CC: [names.queue(incoming.queue)],
      headers: {
        ...incoming.headers,
        [ATTEMPT_HEADER]: incoming.attempt,
        [DEAD_HEADERS.reason]: reason,
        [DEAD_HEADERS.error]: error,
        [DEAD_HEADERS.queue]: names.queue(incoming.queue),
        [DEAD_HEADERS.at]: new Date().toISOString(),
        [DEAD_HEADERS.id]: randomUUID(),
      },
    },
  };
}

/** As it was published; what was tried again came back by the name of its queue. */
function keyOf({ fields: { routingKey } }: ConsumeMessage, { queue, type }: IncomingMessage, names: RabbitMqNames): string {
  return routingKey === names.queue(queue) ? type : routingKey;
}

function sameProperties({ properties }: ConsumeMessage): Options.Publish {
  const { contentType, contentEncoding, messageId, type, appId, correlationId, timestamp } = properties as unknown as Record<string, unknown>;
  const kept = { contentType, contentEncoding, messageId, type, appId, correlationId, timestamp };
  return { ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)), persistent: true, mandatory: true };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
