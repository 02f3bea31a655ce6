import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@tocsin/testing';

import { createLogger } from '../logging/logger.js';
import { InProcessBus } from './in-process-bus.js';
import { aMessage, describeMessageBus, MAX_ATTEMPTS_IN_TESTS, type DeadLetter } from './message-bus.suite.js';

const SILENT = createLogger('test', 'silent');

async function aBus(database: TestDatabase): Promise<InProcessBus> {
  const bus = new InProcessBus({ databaseUrl: database.url, logger: SILENT, retryDelayMs: 100, maxAttempts: MAX_ATTEMPTS_IN_TESTS });
  await bus.start();
  return bus;
}

describe('the message bus in PostgreSQL', () => {
  describeMessageBus(async () => {
    const database = await testDatabase();
    return {
      open: () => aBus(database),
      deadLetters: (queue) => database.query<DeadLetter & Record<string, unknown>>('select message_id as "messageId", reason, error from bus.dead_letters where queue = $1', [queue]),
      tearDown: () => database.drop(),
    };
  });

  describe('as a table', () => {
    let database: TestDatabase;
    let bus: InProcessBus;
    beforeAll(async () => {
      database = await testDatabase();
      bus = await aBus(database);
    });
    afterAll(async () => {
      await bus.close();
      await database.drop();
    });

    test('hands a message out again when the lease of a killed process has ended, and not before', async () => {
      const [held, next] = [aMessage(), aMessage()];
      await bus.publish([held]);
      await database.query(`update bus.messages set leased_until = now() + interval '1 hour', lease_id = gen_random_uuid() where message_id = $1`, [held.id]);
      const heard: { id: string | undefined; redelivered: boolean }[] = [];
      const subscription = await bus.subscribe('notifier', 'notifier.slack.send.v1', ({ id, redelivered }) => {
        heard.push({ id, redelivered });
        return Promise.resolve();
      });
      await bus.publish([next]);
      await eventually(() => heard.length === 1);
      expect(heard).toEqual([{ id: next.id, redelivered: false }]);
      await database.query('update bus.messages set leased_until = now()');
      await eventually(() => heard.length === 2);
      await subscription.stop();
      expect(heard[1]).toEqual({ id: held.id, redelivered: true });
    });

    test('holds no transaction while a handler works', async () => {
      let release: () => void = () => {};
      let began = false;
      const subscription = await bus.subscribe('notifier', 'notifier.slack.send.v1', () => {
        began = true;
        return new Promise((resolve) => { release = resolve; });
      });
      await bus.publish([aMessage()]);
      await eventually(() => began);
      await eventually(async () => (await database.query(`select from pg_stat_activity where datname = current_database() and application_name = 'tocsin-bus' and state like 'idle in transaction%'`)).length === 0);
      release();
      await subscription.stop();
      await expect(database.query('select id from bus.messages')).resolves.toEqual([]);
    });

    test('is empty when everything was handled, however the handlers overlapped', async () => {
      const messages = Array.from({ length: 200 }, () => aMessage());
      let handled = 0;
      const subscription = await bus.subscribe('notifier', 'notifier.slack.send.v1', async () => {
        await database.query('select 1');
        handled += 1;
      });
      await bus.publish(messages);
      await eventually(() => handled === messages.length);
      await eventually(async () => (await database.query('select id from bus.messages')).length === 0, { timeout: 3000 });
      await subscription.stop();
    });

    test('loses nothing when its connections are ended', async () => {
      const messages = Array.from({ length: 20 }, () => aMessage());
      const heard = new Set<string>();
      const subscription = await bus.subscribe('notifier', 'notifier.slack.send.v1', ({ id }) => {
        heard.add(id ?? '');
        return Promise.resolve();
      });
      const waiting = [...messages];
      while (waiting.length > 0) {
        await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'tocsin-bus'`);
        const [message] = waiting;
        if (message && (await bus.publish([message]))[0] === undefined) waiting.shift();
      }
      await eventually(() => messages.every(({ id }) => heard.has(id)), { timeout: 20_000 });
      await subscription.stop();
    }, 30_000);
  });
});
