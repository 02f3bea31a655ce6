/** What every message bus must do, whichever carries it: the one suite that each adapter's spec runs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import { routeOf, type MessageType } from '@tocsin/contracts';

import { BusUnavailableError, PauseError, PermanentError, type IncomingMessage, type MessageBus, type OutgoingMessage } from './message-bus.js';

export interface DeadLetter {
  messageId: string;
  reason: string;
  error: string;
}

export interface BusUnderTest {
  /** Opens one more bus on the same queues: three attempts, a retry delay of less than a second. */
  open: () => Promise<MessageBus>;
  deadLetters: (queue: string) => Promise<DeadLetter[]>;
  tearDown: () => Promise<void>;
}

const SEND = 'slack.send.v1';
const SEND_QUEUE = 'notifier.slack.send.v1';
export const MAX_ATTEMPTS_IN_TESTS = 3;

/** A message that a bus carries, whatever it says. */
export function aMessage(type: MessageType = SEND, id: string = uuid()): OutgoingMessage {
  const exchange = routeOf(type)?.exchange ?? 'tocsin.events';
  return { id, type, exchange, source: '/tocsin/test', body: JSON.stringify({ specversion: '1.0', id, type, source: '/tocsin/test', data: {} }) };
}

/** @param setUp opens buses on one server or database of the spec’s own, as often as asked */
export function describeMessageBus(setUp: () => Promise<BusUnderTest>): void {
  let under: BusUnderTest;
  let bus: MessageBus;

  beforeAll(async () => {
    under = await setUp();
    bus = await under.open();
    await eventually(() => bus.state === 'ready');
  }, 60_000);

  afterAll(async () => {
    await bus.close();
    await under.tearDown();
  }, 60_000);

  async function say(...messages: OutgoingMessage[]): Promise<void> {
    await expect(bus.publish(messages)).resolves.toEqual(messages.map(() => undefined));
  }

  describe('a message that is published', () => {
    test('reaches each of its hearers, for each as its own copy', async () => {
      const message = aMessage('connection.changed.v1');
      const [atNotifier, atIssues]: IncomingMessage[][] = [[], []];
      const notifier = await bus.subscribe('notifier', 'notifier.connection.changed.v1', (incoming) => keep(atNotifier, incoming));
      const issues = await bus.subscribe('issues', 'issues.connection.changed.v1', (incoming) => (atIssues?.length === 0 ? keep(atIssues, incoming).then(fail) : keep(atIssues, incoming)));
      await say(message);
      await eventually(() => atIssues?.length === 2);
      expect(atNotifier).toMatchObject([{ id: message.id, type: message.type, queue: 'notifier.connection.changed.v1', contentType: 'application/cloudevents+json', attempt: 1, redelivered: false }]);
      expect(atNotifier?.[0]?.body.toString()).toBe(message.body);
      await Promise.all([notifier.stop(), issues.stop()]);
    });

    test('waits for a hearer that is not there yet', async () => {
      const message = aMessage();
      await say(message);
      const heard = await hearAll([message.id]);
      expect(heard).toEqual([message.id]);
    });

    test('outlives the process that published it', async () => {
      const message = aMessage();
      const other = await under.open();
      await eventually(() => other.state === 'ready');
      await other.publish([message]);
      await other.close();
      expect(await hearAll([message.id])).toEqual([message.id]);
    });

    test('is fine when the table says that nobody hears it', async () => {
      await say(aMessage('scan.completed.v1'));
    });

    test('is refused when nobody knows its type, and does not hold up the others', async () => {
      const known = aMessage();
      const [refusal, taken] = await bus.publish([{ ...aMessage(), type: 'weather.changed.v1' }, known]);
      expect(refusal).toBeInstanceOf(Error);
      expect(refusal).not.toBeInstanceOf(BusUnavailableError);
      expect(taken).toBeUndefined();
      await hearAll([known.id]);
    });

    test('does not come again once it was handled', async () => {
      const [first, second] = [aMessage(), aMessage()];
      await say(first);
      await hearAll([first.id]);
      await say(second);
      expect(await hearAll([second.id])).toEqual([second.id]);
    });
  });

  describe('a handler that fails', () => {
    test('gets the message again, counted', async () => {
      const message = aMessage();
      const attempts: number[] = [];
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ attempt }) => {
        attempts.push(attempt);
        return attempts.length < MAX_ATTEMPTS_IN_TESTS ? fail() : Promise.resolve();
      });
      await say(message);
      await eventually(() => attempts.length === MAX_ATTEMPTS_IN_TESTS);
      await subscription.stop();
      expect(attempts).toEqual([1, 2, 3]);
      expect(await lettersOf(message.id)).toEqual([]);
    });

    test('gives the message up after the last attempt: it is a dead letter with the reason', async () => {
      const message = aMessage();
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, fail);
      await say(message);
      const letter = await eventually(async () => (await lettersOf(message.id))[0]);
      expect(letter).toMatchObject({ reason: 'attempts_exhausted', error: 'Error: it does not work' });
      await subscription.stop();
    });

    test('gives the message up at once with a PermanentError, while its neighbours pass', async () => {
      const [before, poison, after] = [aMessage(), aMessage(), aMessage()];
      const seen: string[] = [];
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ id }) => {
        seen.push(id ?? '');
        return id === poison.id ? Promise.reject(new PermanentError('invalid_data', 'title is missing')) : Promise.resolve();
      });
      await say(before, poison, after);
      const letter = await eventually(async () => (await lettersOf(poison.id))[0]);
      expect(letter).toMatchObject({ reason: 'invalid_data', error: expect.stringContaining('title is missing') });
      await eventually(() => seen.includes(before.id) && seen.includes(after.id));
      await subscription.stop();
      expect(seen.filter((id) => id === poison.id)).toHaveLength(1);
      expect(await lettersOf(after.id)).toEqual([]);
    });

    test('keeps everything with a PauseError: nothing is lost, nothing counted, one message tries for all', async () => {
      const messages = Array.from({ length: 5 }, () => aMessage());
      const handled = new Map<string, number>();
      const tries = new Map<string, number>();
      let away = true;
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ id = '', attempt }) => {
        if (away) {
          tries.set(id, (tries.get(id) ?? 0) + 1);
          return Promise.reject(new PauseError('the database is away'));
        }
        handled.set(id, attempt);
        return Promise.resolve();
      });
      await say(...messages);
      await eventually(() => Math.max(...tries.values()) >= 3);
      away = false;
      await eventually(() => messages.every(({ id }) => handled.has(id)));
      await subscription.stop();
      expect([...handled.values()]).toEqual(messages.map(() => 1));
      expect([...tries.values()].filter((count) => count > 1)).toHaveLength(1);
    });
  });

  describe('a subscription', () => {
    test('has no more messages in work than its prefetch', async () => {
      const messages = Array.from({ length: 9 }, () => aMessage());
      let inWork = 0;
      let most = 0;
      let handled = 0;
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => { release = resolve; });
      const subscription = await bus.subscribe('notifier', SEND_QUEUE, async () => {
        inWork += 1;
        most = Math.max(most, inWork);
        await held;
        inWork -= 1;
        handled += 1;
      }, { prefetch: 3 });
      await say(...messages);
      await eventually(() => inWork === 3);
      release();
      await eventually(() => handled === messages.length);
      await subscription.stop();
      expect(most).toBe(3);
    });

    test('that stops lets what is in work end and leaves the rest to the next one', async () => {
      const messages = Array.from({ length: 4 }, () => aMessage());
      const heard: string[] = [];
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => { release = resolve; });
      const first = await bus.subscribe('notifier', SEND_QUEUE, async ({ id }) => {
        heard.push(id ?? '');
        await held;
      }, { prefetch: 1 });
      await say(...messages);
      await eventually(() => heard.length === 1);
      const stopped = first.stop();
      release();
      await stopped;
      expect(heard).toHaveLength(1);
      const rest = messages.map(({ id }) => id).filter((id) => !heard.includes(id));
      expect((await hearAll(rest)).sort()).toEqual(rest.sort());
    });

    test('whose process ends in the middle of a handler gives the message to another, which can tell', async () => {
      const message = aMessage();
      const dying = await under.open();
      await eventually(() => dying.state === 'ready');
      let began = false;
      const subscription = await dying.subscribe('notifier', SEND_QUEUE, () => {
        began = true;
        return new Promise(() => {}); // never ends: the process is gone
      });
      await say(message);
      await eventually(() => began);
      await subscription.stop(0);
      await dying.close();
      const again: IncomingMessage[] = [];
      const other = await bus.subscribe('notifier', SEND_QUEUE, (incoming) => keep(again, incoming));
      await eventually(() => again.length > 0);
      await other.stop();
      expect(again).toMatchObject([{ id: message.id, attempt: 1, redelivered: true }]);
    });

    test('shares a queue with others: each message is taken, none twice', async () => {
      const messages = Array.from({ length: 300 }, () => aMessage());
      const heard: string[] = [];
      const subscriptions = await Promise.all([1, 2].map(() => bus.subscribe('notifier', SEND_QUEUE, ({ id }) => {
        heard.push(id ?? '');
        return Promise.resolve();
      })));
      await say(...messages);
      await eventually(() => heard.length >= messages.length);
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      expect(heard.sort()).toEqual(messages.map(({ id }) => id).sort());
    });

    test('is refused for a queue that the table does not give the service', async () => {
      await expect(bus.subscribe('workflows', SEND_QUEUE, () => Promise.resolve())).rejects.toThrow('workflows has no queue "notifier.slack.send.v1"');
    });
  });

  test('a bus that is closed takes nothing, and says that it is not the message', async () => {
    const other = await under.open();
    await other.close();
    expect(other.state).toBe('closed');
    const [refusal] = await other.publish([aMessage()]);
    expect(refusal).toBeInstanceOf(BusUnavailableError);
  });

  async function lettersOf(id: string): Promise<DeadLetter[]> {
    return (await under.deadLetters(SEND_QUEUE)).filter(({ messageId }) => messageId === id);
  }

  /** Hears the queue until all of `ids` came; what came, in order. */
  async function hearAll(ids: readonly string[]): Promise<string[]> {
    const heard: string[] = [];
    const subscription = await bus.subscribe('notifier', SEND_QUEUE, ({ id }) => {
      heard.push(id ?? '');
      return Promise.resolve();
    });
    await eventually(() => ids.every((id) => heard.includes(id)));
    await subscription.stop();
    return heard;
  }
}

function keep(kept: IncomingMessage[] | undefined, incoming: IncomingMessage): Promise<void> {
  kept?.push(incoming);
  return Promise.resolve();
}

function fail(): Promise<void> {
  return Promise.reject(new Error('it does not work'));
}
