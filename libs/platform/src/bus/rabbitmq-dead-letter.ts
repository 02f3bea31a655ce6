/** Dead letters as they leave RabbitMQ, and messages as they go back on their queue: without the marks of their death. */
import type { ConsumeMessage } from 'amqplib';

import type { DeadMessage, IncomingMessage, QueuedMessage } from './message-bus.js';
import { ATTEMPT_HEADER, countIn, DEAD_HEADERS } from './rabbitmq-message.js';
import type { Publication } from './rabbitmq-publisher.js';
import type { RabbitMqNames } from './rabbitmq-topology.js';

/** Set by brokers and consumers on the way to death; `CC` would send a copy to somebody else. */
const MARK = /^(?:x-(?:attempt|death|first-death-.+|last-death-.+|delivery-count|acquired-count|dead-.+)|CC|BCC)$/;
const PROPERTIES = ['contentEncoding', 'type', 'appId', 'correlationId', 'timestamp'] as const;

interface BrokerDeath {
  reason?: unknown;
  count?: unknown;
  time?: unknown;
}

/** Reads a letter of `<queue>.dlq`: what a consumer gave up says why, of what the broker gave up the broker does. */
export function deadMessageFrom({ properties }: ConsumeMessage, incoming: IncomingMessage): DeadMessage {
  const { headers, id, queue, type, body, contentType, attempt } = incoming;
  const [death] = Array.isArray(headers['x-death']) ? (headers['x-death'] as BrokerDeath[]) : [];
  const byBroker = textOf(headers['x-last-death-reason']) ?? textOf(death?.reason) ?? 'unknown';
  const reason = textOf(headers[DEAD_HEADERS.reason]);
  const given = properties as unknown as Record<string, unknown>;
  return {
    id, queue, type, body, contentType,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !MARK.test(name)).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('utf8') : value])),
    properties: Object.fromEntries(PROPERTIES.flatMap((name) => (typeof given[name] === 'string' || typeof given[name] === 'number' ? [[name, given[name]]] : []))),
    reason: reason ?? byBroker,
    error: textOf(headers[DEAD_HEADERS.error]) ?? errorOf(byBroker),
    attempts: reason === undefined ? Math.max(attempt, countIn(headers['x-delivery-count']) ?? 0) : attempt,
    death: textOf(headers[DEAD_HEADERS.id]) ?? JSON.stringify([death?.reason, death?.count, death?.time]),
  };
}

/** The same message for the same hearer, its first attempt before it. */
export function putBackOf({ queue, id, body, contentType, headers, properties }: QueuedMessage, names: RabbitMqNames): Publication {
  return {
    exchange: '',
    routingKey: names.queue(queue),
    content: body,
    options: {
      ...properties,
      ...(contentType !== undefined && { contentType }),
      ...(id !== undefined && { messageId: id }),
      persistent: true,
      mandatory: true,
      headers: { ...headers, [ATTEMPT_HEADER]: 1 },
    },
  };
}

function errorOf(reason: string): string {
  if (reason === 'delivery_limit') return 'The broker gave it up: it was handed out again and again, and nobody was done with it.';
  if (reason === 'rejected') return 'It was given up, and its headers leave no place to write why; the log of its hearer says it.';
  return `The broker gave it up (${reason}).`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
