import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, hasTestBroker, testBroker, testDatabase } from '@tocsin/testing';
import { connect, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { queuesOf, SERVICES } from '@tocsin/contracts';

import { PermanentError, type DeadMessage, type IncomingMessage, type MessageHandlerFunction, type Subscription } from '../bus/message-bus.js';
import { RabbitMqBus } from '../bus/rabbitmq-bus.js';
import { openDatabase } from '../database/open-database.js';
import { createLogger } from '../logging/logger.js';
import { createOutboxTables, indexOutboxByKind } from '../outbox/outbox.js';
import { createDeadLetterTable, DeadLetterRepository } from './dead-letter.repository.js';
import { describeDeadLetters } from './dead-letters.suite.js';
import { letterOf } from './letter.js';

const RETRY_DELAY_MS = 100;
const TYPE = 'slack.send.v1';
const QUEUE = `notifier.${TYPE}`;

class LetterTables1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await indexOutboxByKind(runner);
    await createDeadLetterTable(runner);
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}

interface Broker {
  bus: RabbitMqBus;
  prefix: string;
  connection: ChannelModel;
  /** Publishes as a foreign program would. */
  publish: (routingKey: string, body: Buffer, options?: Options.Publish) => Promise<void>;
  tearDown: () => Promise<void>;
}

async function aBroker(): Promise<Broker> {
  const { url, prefix, cleanup } = testBroker();
  const bus = new RabbitMqBus({ url, prefix, logger: createLogger('bus', 'silent'), retryDelayMs: RETRY_DELAY_MS, maxAttempts: 3 });
  await bus.start();
  const connection = await connect(url, { noDelay: true });
  connection.on('error', () => {});
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  return {
    bus, prefix, connection,
    publish: (routingKey, body, options = {}) => new Promise((resolve, reject) => {
      const exchange = `${prefix}${routingKey.startsWith('slack.') ? 'tocsin.commands' : 'tocsin.events'}`;
      channel.publish(exchange, routingKey, body, { persistent: true, ...options }, (error: unknown) => { if (error) reject(new Error('refused')); else resolve(); });
    }),
    tearDown: async () => {
      await bus.close();
      await connection.close();
      await cleanup(...SERVICES.flatMap((service) => queuesOf(service).map(({ queue }) => `${prefix}${queue}.retry.${RETRY_DELAY_MS}ms`)));
    },
  };
}

(hasTestBroker() ? describe : describe.skip)('dead letters of RabbitMQ', () => {
  describeDeadLetters(async () => {
    const { bus, publish, tearDown } = await aBroker();
    return { bus, tearDown, produce: (body, { id, type = TYPE }) => publish(type, body, { messageId: id, type, contentType: 'application/cloudevents+json' }) };
  });

  describe('as a broker hands them over', () => {
    let broker: Broker;
    let collected: DeadMessage[] = [];
    let subscriptions: Subscription[] = [];

    beforeAll(async () => {
      broker = await aBroker();
    }, 60_000);
    afterEach(async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      [collected, subscriptions] = [[], []];
    });
    afterAll(async () => {
      await broker.tearDown();
    }, 60_000);

    async function hear(onMessage: MessageHandlerFunction): Promise<void> {
      subscriptions.push(await broker.bus.subscribe('notifier', QUEUE, onMessage));
    }

    async function collect(): Promise<void> {
      subscriptions.push(await broker.bus.collectDeadLetters('notifier', (message) => Promise.resolve(void collected.push(message))));
    }

    const refuse = (): Promise<never> => Promise.reject(new PermanentError('invalid_data', 'title is missing'));

    test('what died while nobody collected is collected later, and the queue of dead letters is empty then', async () => {
      await hear(refuse);
      await broker.publish(TYPE, Buffer.from('{}'), { messageId: 'm1' });
      const channel = await broker.connection.createChannel();
      const dead = async (): Promise<number> => (await channel.checkQueue(`${broker.prefix}${QUEUE}.dlq`)).messageCount;
      await eventually(async () => (await dead()) === 1);
      await collect();
      await eventually(async () => (await dead()) === 0);
      expect(collected).toMatchObject([{ id: 'm1', queue: QUEUE, type: TYPE, reason: 'invalid_data', error: 'title is missing', attempts: 1 }]);
      await channel.close();
    });

    test('a message in binary mode goes back as it was, without the marks of its death', async () => {
      const heard: IncomingMessage[] = [];
      await hear((incoming) => {
        heard.push(incoming);
        return heard.length === 1 ? refuse() : Promise.resolve();
      });
      await collect();
      const headers = { 'cloudEvents:id': 'e1', 'cloudEvents:organizationid': 'acme', traceparent: '00-1-2-03', nested: { deep: [1, 'two'] } };
      await broker.publish(TYPE, Buffer.from('{"comment":"ä"}'), { messageId: 'm2', contentType: 'application/json', appId: 'ci', correlationId: 'run-7', timestamp: 1_764_028_800, type: TYPE, headers });
      const letter = await eventually(() => collected[0]);
      expect(letterOf(letter)).toMatchObject({ organizationId: 'acme', messageId: 'e1', preview: '{"comment":"ä"}' });
      await expect(broker.bus.putBack(letter)).resolves.toBeUndefined();
      await eventually(() => heard.length === 2);
      const { headers: { 'x-attempt': attempt, ...rest }, ...again } = heard[1] as IncomingMessage;
      expect([attempt, rest]).toEqual([1, headers]);
      expect(again).toMatchObject({ id: 'm2', contentType: 'application/json', attempt: 1, redelivered: false, body: Buffer.from('{"comment":"ä"}') });
      expect(letter.properties).toEqual({ appId: 'ci', correlationId: 'run-7', timestamp: 1_764_028_800, type: TYPE });
    });

    test('what the broker gives up says so: handed out too often, whatever consumers it met', async () => {
      await collect();
      await broker.publish(TYPE, Buffer.from('{}'), { messageId: 'm3' });
      const channel = await broker.connection.createChannel();
      await eventually(async () => {
        const message = await channel.get(`${broker.prefix}${QUEUE}`);
        if (message !== false) channel.nack(message);
        return collected.length === 1;
      }, { timeout: 20_000 });
      await channel.close();
      expect(collected).toMatchObject([{ id: 'm3', queue: QUEUE, reason: 'delivery_limit', error: expect.stringContaining('again and again') }]);
    }, 30_000);

    test('two messages without an id are two letters, and one that is handed over twice is one', async () => {
      await hear(refuse);
      let failures = 0;
      const seen: DeadMessage[] = [];
      subscriptions.push(await broker.bus.collectDeadLetters('notifier', (message) => {
        seen.push(message);
        failures += 1;
        return failures === 1 ? Promise.reject(new Error('later')) : Promise.resolve(void collected.push(message));
      }));
      for (let time = 0; time < 2; time += 1) await broker.publish(TYPE, Buffer.from('nonsense'));
      await eventually(() => collected.length === 2);
      expect(new Set(collected.map((message) => letterOf(message).id)).size).toBe(2);
      expect(new Set(seen.map((message) => letterOf(message).id)).size).toBe(2);
      expect(seen.length).toBeGreaterThan(2);
    });

    test('a command of a version that nobody knows reaches its hearer, where a producer without returns would lose it', async () => {
      const heard: string[] = [];
      await hear(({ id }) => Promise.resolve(void heard.push(id ?? '')));
      await broker.publish('slack.send.v2', Buffer.from('{}'), { messageId: 'v2' });
      await broker.publish('slack.send.v1', Buffer.from('{}'), { messageId: 'v1' });
      await eventually(() => heard.length === 2);
      expect(heard.sort()).toEqual(['v1', 'v2']);
    });

    test('who listens for what died finds it under the key that it was published with, also after it was tried again', async () => {
      const channel = await broker.connection.createChannel();
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, `${broker.prefix}tocsin.dead`, '#');
      await hear(({ id }) => (id === 'again' ? Promise.reject(new Error('not now')) : refuse()));
      await collect();
      for (const [messageId, key] of [['v2', 'slack.send.v2'], ['v1', TYPE], ['again', TYPE]] as const) await broker.publish(key, Buffer.from('{}'), { messageId });
      const found = new Map<unknown, string>();
      await channel.consume(queue, (message) => { if (message) found.set(message.properties.messageId, message.fields.routingKey); }, { noAck: true });
      await eventually(() => found.size === 3 && collected.length === 3);
      expect(Object.fromEntries(found)).toEqual({ v2: 'slack.send.v2', v1: TYPE, again: TYPE });
      await channel.close();
    });

    test.each([
      ['are nearly too many', { padding: 'x'.repeat(65_450) }],
      ['hold a number that is very small', { balance: { '!': 'double', value: -1e300 } }],
    ])('what cannot be written again with its reason, since its headers %s, is a letter all the same, and holds up nothing', async (_, headers) => {
      await hear(({ id }) => (id === 'good' ? Promise.resolve() : refuse()));
      await collect();
      await broker.publish(TYPE, Buffer.from('{}'), { messageId: 'm4', headers });
      const letter = await eventually(() => collected[0]);
      expect(letter).toMatchObject({ id: 'm4', queue: QUEUE, reason: 'rejected' });
      expect(letterOf(letter)).toMatchObject({ messageId: 'm4', reason: 'rejected' });
    });

    test.each([
      ['names that nothing can store', { 'trace\0id': 'x', nested: { 'a\0': 1 } }, { attempts: 1, headers: { 'trace\uFFFDid': 'x', nested: { 'a\uFFFD': 1 } } }],
      ['a count of attempts that nobody made', { 'x-attempt': 10_000_000_000 }, { attempts: 1, headers: {} }],
    ])('a letter with headers of %s is kept', async (_, headers, kept) => {
      const database = await testDatabase();
      const source = await openDatabase({ url: database.url, schema: 'notifier', migrations: [LetterTables1732460000000] });
      const letters = new DeadLetterRepository(source);
      try {
        await hear(refuse);
        subscriptions.push(await broker.bus.collectDeadLetters('notifier', async (message) => {
          await letters.keep(letterOf(message));
          collected.push(message);
        }));
        await broker.publish(TYPE, Buffer.from('{}'), { messageId: 'm5', headers });
        await eventually(() => collected[0]);
        await expect(source.query('select attempts, headers from dead_letters')).resolves.toEqual([kept]);
      } finally {
        await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
        await source.destroy();
        await database.drop();
      }
    });

    test('a queue that is gone takes nothing back, and that is not the broker\'s absence', async () => {
      const refusal = await broker.bus.putBack({ queue: 'notifier.weather.changed.v1', id: uuid(), body: Buffer.from('{}'), contentType: undefined, headers: {}, properties: {} });
      expect(refusal).toMatchObject({ name: 'UnroutableError' });
    });
  });
});
