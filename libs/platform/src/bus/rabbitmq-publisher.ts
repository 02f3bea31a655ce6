/**
 * Publishes with confirms, pipelined: a batch costs one round trip. A message that somebody should hear and that found no
 * queue comes back as an error; without `mandatory` the broker would confirm it and forget it.
 */
import { randomUUID } from 'node:crypto';

import { IllegalOperationError, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';

import { BusUnavailableError, QueueFullError, UnroutableError } from './message-bus.js';
import { sleep } from './waiting.js';

const CONFIRM_MS = 5_000;

export interface Publication {
  exchange: string;
  routingKey: string;
  content: Buffer;
  options: Options.Publish;
}

export class RabbitMqPublisher {
  private channel: ConfirmChannel | undefined;
  private blocked = false;
  /** How many returns have come in per message whose confirm is still out: a return comes before its confirm. */
  private readonly returned = new Map<string, number>();

  constructor(private readonly onSilence: (because: string) => void) {}

  /** Opens the channel on a new connection. */
  async open(model: ChannelModel): Promise<void> {
    const channel = await model.createConfirmChannel();
    channel.on('error', () => {});
    channel.on('return', (message) => {
      const key = returnKey(message.fields.routingKey, message.properties.messageId);
      this.returned.set(key, (this.returned.get(key) ?? 0) + 1);
    });
    channel.once('close', () => {
      if (this.channel !== channel) return;
      this.channel = undefined;
      this.returned.clear();
      this.onSilence('The publishing channel was closed'); // no-op when the connection is what was lost
    });
    model.on('blocked', () => {
      this.blocked = true;
    });
    model.on('unblocked', () => {
      this.blocked = false;
    });
    this.blocked = false;
    this.channel = channel;
  }

  /** One entry per publication: undefined when confirmed. */
  async publish(publications: readonly Publication[]): Promise<(Error | undefined)[]> {
    const { channel } = this;
    if (channel === undefined) return publications.map(() => new BusUnavailableError('RabbitMQ is not connected.'));
    if (this.blocked) return publications.map(() => new BusUnavailableError('RabbitMQ takes no messages: it is short of memory or disk.'));
    const deadline = new AbortController();
    const silence = sleep(CONFIRM_MS, deadline.signal).then(() => {
      if (!deadline.signal.aborted) this.giveUp();
    });
    const late = silence.then(() => new BusUnavailableError(`RabbitMQ did not confirm within ${CONFIRM_MS} ms.`));
    const results = await Promise.all(publications.map((publication) => Promise.race([this.send(channel, publication), late])));
    deadline.abort();
    return results;
  }

  /** A broker that says nothing at all is behind a dead link; a blocked one only waits. */
  private giveUp(): void {
    if (!this.blocked) this.onSilence('RabbitMQ did not confirm in time');
  }

  private send(channel: ConfirmChannel, { exchange, routingKey, content, options }: Publication): Promise<Error | undefined> {
    const messageId = options.messageId ?? randomUUID();
    const key = returnKey(routingKey, messageId);
    return new Promise((resolve) => {
      try {
        channel.publish(exchange, routingKey, content, { ...options, messageId }, (error: unknown) => {
          if (error) resolve(refusalOf(error, routingKey));
          else resolve(this.takeReturn(key) ? new UnroutableError(`Nobody hears "${routingKey}": no queue is bound to it at ${exchange || 'the default exchange'}.`) : undefined);
        });
      } catch (error) {
        resolve(error instanceof IllegalOperationError ? new BusUnavailableError('The connection to RabbitMQ is closing, or was lost.') : asError(error));
      }
    });
  }

  private takeReturn(key: string): boolean {
    const count = this.returned.get(key);
    if (count === undefined) return false;
    if (count === 1) this.returned.delete(key);
    else this.returned.set(key, count - 1);
    return true;
  }
}

function returnKey(routingKey: string, messageId: unknown): string {
  return `${routingKey} ${String(messageId)}`;
}

/** @param error of amqplib: its word for a nack of the broker, or what became of the channel */
function refusalOf(error: unknown, routingKey: string): BusUnavailableError {
  const { message } = asError(error);
  if (message === 'message nacked') return new QueueFullError(`A queue of "${routingKey}" does not take it: it is full, or cannot write.`);
  return new BusUnavailableError(`RabbitMQ did not take it: ${message}`);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
