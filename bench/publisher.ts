/** Puts messages on RabbitMQ as any internal service would: persistent, with confirms, many on the way at once. */
import { connect, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';

import { writeTogether } from '@tocsin/platform';

const ON_THE_WAY = 500;

export interface Publication {
  exchange: string;
  routingKey: string;
  content: Buffer;
  options: Options.Publish;
}

export class Publisher {
  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async open(url: string): Promise<Publisher> {
    const connection = await connect(url, { noDelay: true });
    writeTogether(connection);
    return new Publisher(connection, await connection.createConfirmChannel());
  }

  /** Publishes some at a time. Resolves when the broker has all of them on disk. */
  async publish(publications: readonly Publication[]): Promise<void> {
    for (let begin = 0; begin < publications.length; begin += ON_THE_WAY) {
      await Promise.all(publications.slice(begin, begin + ON_THE_WAY).map((publication) => this.send(publication)));
    }
  }

  async declareQueue(name: string, options: Options.AssertQueue): Promise<void> {
    await this.channel.assertQueue(name, options);
  }

  /** How many messages wait in a queue. */
  async waitingIn(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private send({ exchange, routingKey, content, options }: Publication): Promise<void> {
    return new Promise((resolve, reject) => {
      this.channel.publish(exchange, routingKey, content, { persistent: true, mandatory: true, ...options }, (error: unknown) => {
        if (error) reject(error instanceof Error ? error : new Error('RabbitMQ did not take a message.'));
        else resolve();
      });
    });
  }
}
