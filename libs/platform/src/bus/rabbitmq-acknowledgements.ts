/**
 * Acknowledges the messages of one channel. What is done with in one turn of the event loop is told together: all up to the
 * last one before which nothing is in work any more by a single frame, the others each by its own.
 */
import type { Channel, ConsumeMessage } from 'amqplib';

export class Acknowledgements {
  /** Tags of what was delivered and is not acknowledged; in the order of delivery, as a set keeps it. */
  private readonly open = new Set<number>();
  private readonly done = new Map<number, ConsumeMessage>();

  constructor(private readonly channel: Channel) {}

  delivered({ fields }: ConsumeMessage): void {
    this.open.add(fields.deliveryTag);
  }

  /** Acknowledges the message before the next turn of the event loop. */
  add(message: ConsumeMessage): void {
    if (this.done.size === 0) setImmediate(() => { this.flush(); });
    this.done.set(message.fields.deliveryTag, message);
  }

  /** The broker moves the message to the dead letters of its queue, as it came. */
  reject(message: ConsumeMessage): void {
    this.open.delete(message.fields.deliveryTag);
    try {
      this.channel.nack(message, false, false);
    } catch {
      // as below
    }
  }

  flush(): void {
    try {
      const last = this.takeFirst();
      if (last !== undefined) this.channel.ack(last, true);
      for (const message of this.done.values()) this.channel.ack(message);
    } catch {
      // The channel is gone and with it its deliveries; the broker delivers again and the handler deduplicates.
    }
    for (const tag of this.done.keys()) this.open.delete(tag);
    this.done.clear();
  }

  /** @returns the last of those that are done with all that was delivered before them */
  private takeFirst(): ConsumeMessage | undefined {
    let last: ConsumeMessage | undefined;
    for (const tag of this.open) {
      const message = this.done.get(tag);
      if (message === undefined) break;
      this.open.delete(tag);
      this.done.delete(tag);
      last = message;
    }
    return last;
  }
}
