/** Leases of messages that are in work for longer than a lease lasts. Only the clock of the renewals is played; in the rows time is made to pass. */
import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@tocsin/testing';

import { createLogger } from '../logging/logger.js';
import { InProcessBus } from './in-process-bus.js';
import { aMessage } from './message-bus.suite.js';
import type { Subscription } from './message-bus.js';

const QUEUE = 'notifier.slack.send.v1';
/** Five of these are longer than a lease. */
const STEP_SECONDS = 5;
const STEPS = 5;

let database: TestDatabase;
let first: InProcessBus;
let second: InProcessBus;
let subscriptions: Subscription[];
let heard: { by: InProcessBus; id: string | undefined }[];
let release: () => void;
let held: Promise<void>;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(async () => {
  await database.drop();
});

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] });
  [first, second] = await Promise.all([openBus(), openBus()]);
  [subscriptions, heard] = [[], []];
  held = new Promise((resolve) => { release = resolve; });
});

afterEach(async () => {
  release();
  await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  await Promise.all([first.close(), second.close()]);
  await database.query('delete from bus.messages');
  jest.useRealTimers();
});

async function openBus(): Promise<InProcessBus> {
  const bus = new InProcessBus({ databaseUrl: database.url, logger: createLogger('test', 'silent'), retryDelayMs: 100 });
  await bus.start();
  return bus;
}

/** Works on `slow` until it is released; all others are done at once. */
async function hear(bus: InProcessBus, slow: string): Promise<void> {
  subscriptions.push(await bus.subscribe('notifier', QUEUE, async ({ id }) => {
    heard.push({ by: bus, id });
    if (id === slow) await held;
  }));
}

/** Time passes for the leases and for those who renew them. */
async function passTime(): Promise<void> {
  await database.query('update bus.messages set leased_until = leased_until - make_interval(secs => $1)', [STEP_SECONDS]);
  jest.advanceTimersByTime(STEP_SECONDS * 1000);
}

/** Has both hearers look at the queue, by something else that is to be done. */
async function bothLook(): Promise<void> {
  const others = Array.from({ length: 4 }, () => aMessage());
  for (const [n, other] of others.entries()) {
    await [first, second][n % 2]?.publish([other]);
    await eventually(() => heard.some(({ id }) => id === other.id));
  }
}

describe('a message whose handler takes longer than a lease', () => {
  test('is not given out twice, to its own process or to another, and is done when the handler ends', async () => {
    const slow = aMessage();
    await hear(first, slow.id);
    await first.publish([slow]);
    await eventually(() => heard.length === 1);
    await hear(second, slow.id);
    for (let step = 0; step < STEPS; step += 1) {
      await passTime();
      await bothLook();
      await eventually(async () => (await database.query(`select from bus.messages where leased_until > clock_timestamp() + make_interval(secs => $1)`, [STEP_SECONDS + 1])).length === 1);
    }
    release();
    await eventually(async () => (await database.query('select from bus.messages')).length === 0);
    expect(heard.filter(({ id }) => id === slow.id)).toEqual([{ by: first, id: slow.id }]);
  });

  test('is not kept by a process that has stopped without it', async () => {
    const slow = aMessage();
    await hear(first, slow.id);
    await first.publish([slow]);
    await eventually(() => heard.length === 1);
    await subscriptions[0]?.stop(0);
    await passTime();
    await hear(second, '');
    await eventually(() => heard.length === 2);
    expect(heard.map(({ by }) => by === first)).toEqual([true, false]);
    await eventually(async () => (await database.query('select from bus.messages')).length === 0);
  });
});
