import 'reflect-metadata';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, hasTestBroker, testBroker } from '@tocsin/testing';
import { connect, type Channel, type ChannelModel } from 'amqplib';

import { EXCHANGES, queuesOf, SERVICES } from '@tocsin/contracts';

import { createLogger } from '../logging/logger.js';
import { QueueFullError, type MessageBus } from './message-bus.js';
import { aMessage, describeMessageBus, MAX_ATTEMPTS_IN_TESTS, type DeadLetter } from './message-bus.suite.js';
import { RabbitMqBus } from './rabbitmq-bus.js';
import { RabbitMqConnection } from './rabbitmq-connection.js';
import { DEAD_HEADERS } from './rabbitmq-message.js';

const SILENT = createLogger('test', 'silent');
const SEND_QUEUE = 'notifier.slack.send.v1';
const RETRY_DELAY_MS = 100;
/** Of a broker, until a connection is open: start, tune, open-ok. */
const HANDSHAKE_ANSWERS = 3;

interface Broker {
  prefix: string;
  channel: Channel;
  open: () => Promise<RabbitMqBus>;
  deadLetters: (queue: string) => Promise<DeadLetter[]>;
  tearDown: () => Promise<void>;
}

async function aBroker(): Promise<Broker> {
  const { url, prefix, cleanup } = testBroker();
  const connection: ChannelModel = await connect(url, { noDelay: true });
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  return {
    prefix,
    channel,
    open: async () => {
      const bus = new RabbitMqBus({ url, prefix, logger: SILENT, retryDelayMs: RETRY_DELAY_MS, maxAttempts: MAX_ATTEMPTS_IN_TESTS });
      await bus.start();
      return bus;
    },
    deadLetters: (queue) => peek(connection, `${prefix}${queue}.dlq`),
    tearDown: async () => {
      await connection.close();
      await cleanup(...SERVICES.flatMap((service) => queuesOf(service).map(({ queue }) => `${prefix}${queue}.retry.${RETRY_DELAY_MS}ms`)));
    },
  };
}

/** Reads what is in a queue and leaves it there. */
async function peek(connection: ChannelModel, queue: string): Promise<DeadLetter[]> {
  const channel = await connection.createChannel();
  const letters: DeadLetter[] = [];
  for (;;) {
    const message = await channel.get(queue);
    if (message === false) break;
    const headers = message.properties.headers ?? {};
    letters.push({ messageId: String(message.properties.messageId), reason: String(headers[DEAD_HEADERS.reason]), error: String(headers[DEAD_HEADERS.error]) });
  }
  await channel.close(); // hands them all back
  return letters;
}

(hasTestBroker() ? describe : describe.skip)('the message bus on RabbitMQ', () => {
  describeMessageBus(aBroker);

  describe('when the broker or the way to it fails', () => {
    let broker: Broker;
    let bus: RabbitMqBus;
    beforeAll(async () => {
      broker = await aBroker();
      bus = await broker.open();
    }, 60_000);
    afterAll(async () => {
      await bus.close();
      await broker.tearDown();
    }, 60_000);

    test('no message that was confirmed is lost when both connections are cut again and again', async () => {
      const heard = new Set<string>();
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ id }) => {
        heard.add(id ?? '');
        return Promise.resolve();
      });
      const confirmed: string[] = [];
      for (let round = 0; round < 6; round++) {
        await eventually(() => bus.state === 'ready');
        const publishing = sayAll(bus, 50);
        cutConnections(bus);
        confirmed.push(...(await publishing));
      }
      await eventually(() => bus.state === 'ready');
      confirmed.push(...(await eventually(async () => atLeastOne(await sayAll(bus, 50)))));
      await eventually(() => confirmed.every((id) => heard.has(id)), { timeout: 20_000 });
      await subscription.stop();
      expect(confirmed.length).toBeGreaterThanOrEqual(50);
    }, 60_000);

    test('a consumer comes back when its queue was deleted', async () => {
      const heard = new Set<string>();
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ id }) => {
        heard.add(id ?? '');
        return Promise.resolve();
      });
      const before = aMessage();
      await bus.publish([before]);
      await eventually(() => heard.has(before.id));
      await broker.channel.deleteQueue(broker.prefix + SEND_QUEUE);
      const after = await eventually(async () => atLeastOne(await sayAll(bus, 1)));
      await eventually(() => after.every((id) => heard.has(id)));
      await subscription.stop();
    }, 60_000);

    test('a message that is to be tried again finds its way also when the queue in which it waits was deleted', async () => {
      const [before, message] = [aMessage(), aMessage()];
      const heard: unknown[] = [];
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ id, attempt }) => {
        heard.push([id, attempt]);
        return id === message.id && attempt === 1 ? Promise.reject(new Error('it does not work')) : Promise.resolve();
      });
      await bus.publish([before]);
      await eventually(() => heard.length === 1);
      await broker.channel.deleteQueue(`${broker.prefix}${SEND_QUEUE}.retry.${RETRY_DELAY_MS}ms`);
      await bus.publish([message]);
      await eventually(() => heard.some((one) => JSON.stringify(one) === JSON.stringify([message.id, 2])));
      await subscription.stop();
    }, 30_000);

    test('a message that should be heard and finds no queue is not taken for published', async () => {
      await broker.channel.deleteQueue(`${broker.prefix}connector.connection.reported.v1`);
      const [refusal] = await bus.publish([aMessage('connection.reported.v1')]);
      expect(refusal?.message).toContain('Nobody hears "connection.reported.v1"');
    });

    test('a message for a queue that is full is told apart from a broker that is away, and the others pass', async () => {
      const { queue } = await broker.channel.assertQueue('', { exclusive: true, arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
      await broker.channel.bindQueue(queue, broker.prefix + EXCHANGES.events, 'delivery.settled.v1');
      await bus.publish([aMessage('delivery.settled.v1')]); // fills it
      const [full, taken] = await bus.publish([aMessage('delivery.settled.v1'), aMessage('issue.changed.v1')]);
      expect(full).toBeInstanceOf(QueueFullError);
      expect(full?.message).toContain('"delivery.settled.v1"');
      expect(taken).toBeUndefined();
      await broker.channel.deleteQueue(queue);
      const publishing = bus.publish([aMessage()]);
      cutConnections(bus);
      const [away] = await publishing;
      expect(away).not.toBeInstanceOf(QueueFullError);
      await eventually(() => bus.state === 'ready');
    });

    test('a consumer whose broker is away stops all the same', async () => {
      const bus = new RabbitMqBus({ url: 'amqp://127.0.0.1:9', logger: SILENT });
      const starting = bus.start();
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, () => Promise.resolve());
      await subscription.stop();
      await bus.close();
      await starting;
    });

    test('a connection whose broker falls silent while queues are declared ends all the same', async () => {
      const { hostname, port, href } = new URL(testBroker().url);
      let answers = 0;
      const silent = createServer((client) => {
        const upstream = connectTcp(Number(port || 5672), hostname);
        client.pipe(upstream);
        upstream.on('data', (bytes: Buffer) => {
          answers += 1;
          if (answers <= HANDSHAKE_ANSWERS) client.write(bytes); // nothing after the handshake
        });
        for (const [one, other] of [[client, upstream], [upstream, client]] as const) one.on('error', () => undefined).on('close', () => { other.destroy(); });
      });
      await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
      const url = Object.assign(new URL(href), { hostname: '127.0.0.1', port: String((silent.address() as AddressInfo).port) }).href;
      const connection = new RabbitMqConnection({ url, name: 'test', logger: SILENT, setUp: async (model) => { await model.createChannel(); } });
      connection.start();
      await eventually(() => answers > HANDSHAKE_ANSWERS);
      const closingAt = performance.now();
      await connection.close();
      expect(performance.now() - closingAt).toBeLessThan(3000);
      silent.close();
    }, 30_000);

    test('a broker that is away does not keep a service from starting', async () => {
      const lonely = new RabbitMqBus({ url: 'amqp://127.0.0.1:1', logger: SILENT });
      const started = lonely.start();
      expect(lonely.state).toBe('connecting');
      await lonely.close();
      await started;
    }, 20_000);
  });
});

/** @returns ids of those that were confirmed */
async function sayAll(bus: MessageBus, count: number): Promise<string[]> {
  const messages = Array.from({ length: count }, () => aMessage());
  const verdicts = await bus.publish(messages);
  return messages.filter((_, index) => verdicts[index] === undefined).map(({ id }) => id);
}

function atLeastOne(ids: string[]): string[] | undefined {
  return ids.length > 0 ? ids : undefined;
}

/** What a cable that is pulled does: both sockets end without a word. */
function cutConnections(bus: RabbitMqBus): void {
  const { publishing, consuming } = bus as unknown as Record<'publishing' | 'consuming', { drop: (because: string) => void }>;
  publishing.drop('cut by the test');
  consuming.drop('cut by the test');
}
