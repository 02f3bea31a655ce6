/** What stands in the broker's queues of one run, asked over a connection that no fault strikes. */
import { EXCHANGES, MESSAGES, queueName, type MessageRoute } from '@tocsin/contracts';
import { connect, type ChannelModel } from 'amqplib';

const QUEUES = (MESSAGES as readonly MessageRoute[]).flatMap((route) => route.heardBy.map((service) => queueName(service, route.type)));
const RETRY = '.retry.10s';

export class Queues {
  constructor(
    private readonly url: string,
    readonly prefix: string,
  ) {}

  /** Messages that nobody has taken yet, by queue; those that wait for another attempt included. */
  async waiting(): Promise<Record<string, number>> {
    return this.counts(QUEUES.flatMap((queue) => [queue, queue + RETRY]));
  }

  async dead(): Promise<Record<string, number>> {
    return this.counts(QUEUES.map((queue) => `${queue}.dlq`));
  }

  async remove(): Promise<void> {
    await this.connected(async (model) => {
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      for (const queue of QUEUES) await Promise.all([queue, `${queue}.dlq`, queue + RETRY].map((name) => channel.deleteQueue(this.prefix + name)));
      for (const exchange of Object.values(EXCHANGES)) await channel.deleteExchange(this.prefix + exchange);
    });
  }

  private async counts(queues: readonly string[]): Promise<Record<string, number>> {
    return this.connected(async (model) => {
      const counts: Record<string, number> = {};
      for (const queue of queues) counts[queue] = await count(model, this.prefix + queue);
      return counts;
    });
  }

  private async connected<T>(work: (model: ChannelModel) => Promise<T>): Promise<T> {
    const model = await connect(this.url, { noDelay: true, timeout: 5000 });
    model.on('error', () => undefined);
    try {
      return await work(model);
    } finally {
      await model.close().catch(() => undefined);
    }
  }
}

/** A queue that is not there closes the channel that asks for it. */
async function count(model: ChannelModel, queue: string): Promise<number> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  try {
    return (await channel.checkQueue(queue)).messageCount;
  } catch {
    return 0;
  } finally {
    await channel.close().catch(() => undefined);
  }
}
