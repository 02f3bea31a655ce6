/** A corner of the RabbitMQ server of TEST_AMQP_URL for one spec file: a prefix of its own before every exchange and queue. */
import { randomBytes } from 'node:crypto';

import 'reflect-metadata';
import { connect } from 'amqplib';

import { EXCHANGES, SERVICES, queuesOf } from '@tocsin/contracts';

export interface TestBroker {
  url: string;
  /** Goes before the names of exchanges and queues. */
  prefix: string;
  /** Deletes what the topology declares under the prefix, and further queues by their full names. */
  cleanup: (...furtherQueues: string[]) => Promise<void>;
}

/** The RabbitMQ server that tests use. */
export function testBrokerUrl(): string {
  return process.env.TEST_AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672';
}

/** False on a machine without RabbitMQ, where `npm test` says so and the specs of RabbitMQ are skipped. */
export function hasTestBroker(): boolean {
  return process.env.TEST_AMQP_URL !== '';
}

/** @returns names of its own; `cleanup` deletes what was made under them */
export function testBroker(): TestBroker {
  const prefix = `test.${randomBytes(6).toString('hex')}.`;
  return {
    url: testBrokerUrl(),
    prefix,
    cleanup: async (...furtherQueues) => {
      const connection = await connect(testBrokerUrl(), { noDelay: true, timeout: 5000 });
      const channel = await connection.createChannel();
      const queues = SERVICES.flatMap((service) => queuesOf(service).map(({ queue }) => prefix + queue));
      const names = [...queues.flatMap((queue) => [queue, `${queue}.dlq`, `${queue}.retry.10s`]), ...furtherQueues];
      await Promise.all(names.map((name) => channel.deleteQueue(name)));
      await Promise.all(Object.values(EXCHANGES).map((exchange) => channel.deleteExchange(prefix + exchange)));
      await connection.close();
    },
  };
}
