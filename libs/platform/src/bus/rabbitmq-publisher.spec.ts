import { EventEmitter } from 'node:events';

import { expect, test } from '@jest/globals';
import { IllegalOperationError, type ChannelModel } from 'amqplib';

import { BusUnavailableError } from './message-bus.js';
import { RabbitMqPublisher } from './rabbitmq-publisher.js';

/** @param failure what every publication fails with at once */
async function publisherThat(failure: Error): Promise<RabbitMqPublisher> {
  const channel = Object.assign(new EventEmitter(), { publish: () => { throw failure; } });
  const model = Object.assign(new EventEmitter(), { createConfirmChannel: () => Promise.resolve(channel) });
  const publisher = new RabbitMqPublisher(() => undefined);
  await publisher.open(model as unknown as ChannelModel);
  return publisher;
}

const publication = { exchange: '', routingKey: 'q', content: Buffer.from('{}'), options: { messageId: 'm1' } };

test('a connection that is just closing says nothing of the message', async () => {
  const publisher = await publisherThat(new IllegalOperationError('Connection closing'));
  expect((await publisher.publish([publication]))[0]).toBeInstanceOf(BusUnavailableError);
});

test('what cannot be written says so of the message', async () => {
  const publisher = await publisherThat(new RangeError('Encoded field table exceeds the buffer'));
  const [refusal] = await publisher.publish([publication]);
  expect(refusal).toBeInstanceOf(RangeError);
});
