import { EventEmitter } from 'node:events';

import { expect, test } from '@jest/globals';
import { eventually } from '@tocsin/testing';
import type { ChannelModel, ConsumeMessage } from 'amqplib';

import { createLogger } from '../logging/logger.js';
import { RabbitMqConsumer } from './rabbitmq-consumer.js';
import { RabbitMqNames } from './rabbitmq-topology.js';

const QUEUE = 'notifier.slack.send.v1';

/** A channel on which everything works at once. */
class FakeChannel extends EventEmitter {
  deliver: (message: ConsumeMessage) => void = () => {};
  readonly assertExchange = done;
  readonly assertQueue = done;
  readonly bindQueue = done;
  readonly prefetch = done;
  readonly cancel = done;

  consume(_queue: string, deliver: (message: ConsumeMessage) => void): Promise<{ consumerTag: string }> {
    this.deliver = deliver;
    return Promise.resolve({ consumerTag: 'c1' });
  }

  close(): Promise<void> {
    this.emit('close');
    return Promise.resolve();
  }
}

function done(): Promise<void> {
  return Promise.resolve();
}

test('a consumer that is stopped while it opens its next channel stops, although what the one before brought is in work', async () => {
  const [first, second] = [new FakeChannel(), new FakeChannel()];
  let openSecond: () => void = () => {};
  let opened = 0;
  const model = {
    createChannel: () => {
      opened += 1;
      return opened === 1 ? Promise.resolve(first) : new Promise<FakeChannel>((resolve) => { openSecond = () => { resolve(second); }; });
    },
  };
  let began = false;
  let release: () => void = () => {};
  const consumer = new RabbitMqConsumer({
    queue: QUEUE, source: QUEUE, type: 'slack.send.v1', prefetch: 1, maxAttempts: 3, names: new RabbitMqNames('', 100), logger: createLogger('test', 'silent'),
    onMessage: () => {
      began = true;
      return new Promise((resolve) => { release = resolve; });
    },
    connection: () => Promise.resolve(model as unknown as ChannelModel),
    publish: () => Promise.resolve(undefined),
  });
  consumer.start();
  await eventually(() => first.deliver.length > 0);
  first.deliver({ content: Buffer.from('{}'), fields: { deliveryTag: 1, redelivered: false }, properties: { headers: {} } } as unknown as ConsumeMessage);
  await eventually(() => began);
  await first.close();
  await eventually(() => opened === 2);
  let stopped = false;
  const stopping = consumer.stop(50).then(() => { stopped = true; });
  openSecond();
  await eventually(() => stopped, { timeout: 2000 });
  release();
  await stopping;
  expect(opened).toBe(2);
});
