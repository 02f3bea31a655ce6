import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { EXCHANGES, type MessageType } from '@tocsin/contracts';
import { eventually, hasTestBroker, testBroker, testDatabase, type TestDatabase } from '@tocsin/testing';
import { connect } from 'amqplib';
import type { DataSource, EntityManager, MigrationInterface, QueryRunner } from 'typeorm';

import { createPlatformTables } from '../../test/platform-tables.js';
import { BusUnavailableError, QueueFullError, type BusState, type MessageBus, type OutgoingMessage } from '../bus/message-bus.js';
import { RabbitMqBus } from '../bus/rabbitmq-bus.js';
import { openDatabase } from '../database/open-database.js';
import { createLogger } from '../logging/logger.js';
import { Inbox } from './inbox.js';
import { OutboxRelay } from './outbox-relay.js';
import { Outbox } from './outbox.js';
import { RetentionJob } from './retention.job.js';

class Tables1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createPlatformTables(runner);
    await runner.query('create table alarms (id text primary key)');
  }

  async down(): Promise<void> {}
}

/** A bus that takes messages as `verdict` says. */
class FakeBus {
  state: BusState = 'ready';
  readonly taken: OutgoingMessage[] = [];
  verdict: (message: OutgoingMessage) => Error | undefined = () => undefined;

  publish(messages: readonly OutgoingMessage[]): Promise<(Error | undefined)[]> {
    return Promise.resolve(
      messages.map((message) => {
        const refusal = this.verdict(message);
        if (!refusal) this.taken.push(message);
        return refusal;
      }),
    );
  }
}

let server: TestDatabase;
let database: DataSource;
let bus: FakeBus;
let errors: string[];
let relay: OutboxRelay;
let outbox: Outbox;
/** Rows and entries of indexes of the outbox. */
let readByPass: number;

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase({ url: server.url, schema: 'notifier', migrations: [Tables1732460000000] });
});

afterAll(async () => {
  await database.destroy();
  await server.drop();
});

beforeEach(async () => {
  await database.query('truncate outbox, outbox_dead, inbox, idempotency_keys, alarms');
  bus = new FakeBus();
  errors = [];
  relay = aRelay();
  outbox = new Outbox(database, 'notifier', relay);
});

function aRelay(onto: Pick<MessageBus, 'publish' | 'state'> = bus): OutboxRelay {
  const logger = createLogger('notifier', 'error', { write: (line) => { errors.push(line); } });
  return new OutboxRelay(counted(), 'notifier', onto, logger);
}

/** The database, which notes what the latest transaction reads of the outbox. */
function counted(): DataSource {
  const readBy = async (tx: EntityManager): Promise<number> => {
    const [sum] = await tx.query<{ read: number }[]>(
      `select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as read from pg_class c left join pg_index i on i.indexrelid = c.oid where 'outbox'::regclass in (c.oid, i.indrelid) and c.relkind in ('r', 'i')`);
    return sum?.read ?? 0;
  };
  const transaction = <T>(work: (tx: EntityManager) => Promise<T>): Promise<T> => database.transaction(async (tx) => {
    const before = await readBy(tx);
    const result = await work(tx);
    readByPass = (await readBy(tx)) - before;
    return result;
  });
  return Object.assign(Object.create(database) as DataSource, { transaction });
}

async function say(id: string): Promise<void> {
  await sayAll([id]);
}

async function sayAll(ids: readonly string[], type: MessageType = 'connection.reported.v1'): Promise<void> {
  await outbox.transaction((tx) => outbox.add(tx, ...ids.map((id) => ({ type, organizationId: 'acme', data: { connectionId: 'c1' }, id }))));
}

function idsUpTo(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Passes until there is no more. */
async function drain(one: OutboxRelay = relay): Promise<void> {
  while (await one.pass());
}

async function pending(): Promise<{ message_id: string; failures: number; last_error: string | null }[]> {
  return database.query('select message_id, failures, last_error from outbox order by id');
}

async function endWaiting(): Promise<void> {
  await database.query('update outbox set next_at = now()');
}

describe('a message in the outbox', () => {
  test('is a CloudEvent of the service, at the exchange of its type', async () => {
    await outbox.transaction((tx) => outbox.add(tx, { type: 'connection.reported.v1', organizationId: 'acme', subject: 'c1', data: { connectionId: 'c1' } }));
    await relay.pass();
    const [message] = bus.taken;
    expect(message).toMatchObject({ type: 'connection.reported.v1', exchange: 'tocsin.events', source: '/tocsin/notifier', headers: { traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) } });
    expect(JSON.parse(message?.body ?? '')).toEqual({
      specversion: '1.0', id: message?.id, source: '/tocsin/notifier', type: 'connection.reported.v1', time: expect.stringMatching(/^\d{4}-.*Z$/),
      subject: 'c1', datacontenttype: 'application/json', organizationid: 'acme', traceparent: message?.headers?.traceparent, data: { connectionId: 'c1' },
    });
    await expect(pending()).resolves.toEqual([]);
  });

  test('belongs to the trace of what led to it, each as a step of its own; what nothing led to begins a trace', async () => {
    await outbox.transaction((tx) => outbox.add(tx, ...['m1', 'm2'].map((id) => ({ type: 'connection.reported.v1' as const, organizationId: 'acme', data: {}, id }))), '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
    await sayAll(['m3', 'm4']);
    await relay.pass();
    const steps = bus.taken.map(({ headers }) => headers?.traceparent?.split('-') ?? []);
    expect(steps.slice(0, 2).map(([, trace, , flags]) => [trace, flags])).toEqual(Array(2).fill(['4bf92f3577b34da6a3ce929d0e0e4736', '01']));
    expect([new Set(steps.map(([, trace]) => trace)).size, new Set(steps.map(([, , step]) => step)).size]).toEqual([3, 4]);
  });

  test('goes out soon after the commit, without waiting for the clock', async () => {
    relay.start();
    await relay.pass();
    await say('m1');
    await eventually(() => bus.taken.length === 1, { timeout: 300 });
    await relay.stop();
  });

  test('does not exist when its transaction fails, nor does the change without it', async () => {
    await expect(
      outbox.transaction(async (tx) => {
        await tx.query(`insert into alarms values ('a1')`);
        await outbox.add(tx, { type: 'connection.reported.v1', organizationId: 'acme', data: {} });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await expect(pending()).resolves.toEqual([]);
    await expect(database.query('select * from alarms')).resolves.toEqual([]);
  });

  test('whoever wants to hear of commits does, after each, and of nothing that was taken back', async () => {
    const seen: unknown[][] = [];
    let looks: Promise<unknown>[] = [];
    outbox.onCommit(() => { looks.push(database.query('select id from alarms order by id').then((rows: { id: string }[]) => seen.push(rows.map(({ id }) => id)))); });
    for (const id of ['one', 'two']) {
      await outbox.transaction((tx) => tx.query('insert into alarms values ($1)', [id]));
      await Promise.all(looks);
      looks = [];
    }
    await outbox.statement((own) => own.query(`insert into alarms values ('two-b')`));
    await expect(outbox.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(outbox.statement(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await Promise.all(looks);
    expect(seen).toEqual([['one'], ['one', 'two'], ['one', 'two', 'two-b']]);
  });

  test('whoever wants to hear of one transaction hears of it when it has committed, and never when it was taken back', async () => {
    const heard: string[] = [];
    await outbox.transaction((tx) => {
      outbox.onCommitOf(tx, () => { heard.push('first'); });
      expect(heard).toEqual([]);
      return Promise.resolve();
    });
    await expect(outbox.transaction((tx) => {
      outbox.onCommitOf(tx, () => { heard.push('taken back'); });
      return Promise.reject(new Error('no'));
    })).rejects.toThrow('no');
    await outbox.transaction(() => Promise.resolve());
    expect(heard).toEqual(['first']);
  });

  test('must be one that the table lets the service say', async () => {
    await expect(outbox.transaction((tx) => outbox.add(tx, { type: 'connection.changed.v1', organizationId: 'acme', data: {} }))).rejects.toThrow('does not let notifier say "connection.changed.v1"');
  });

  test('goes out again with the same id when the process dies between publishing and deleting', async () => {
    await say('m1');
    bus.verdict = (message) => {
      bus.taken.push(message);
      throw new Error('killed');
    };
    await expect(relay.pass()).rejects.toThrow('killed');
    bus.verdict = () => undefined;
    await aRelay().pass();
    expect(bus.taken.map(({ id }) => id)).toEqual(['m1', 'm1']);
    await expect(pending()).resolves.toEqual([]);
  });

  test('is not charged for a bus that is away', async () => {
    await say('m1');
    bus.verdict = () => new BusUnavailableError('away');
    for (let time = 0; time < 12; time++) await relay.pass();
    await expect(pending()).resolves.toEqual([{ message_id: 'm1', failures: 0, last_error: null }]);
    bus.state = 'connecting';
    await expect(relay.pass()).resolves.toBe(false);
    [bus.state, bus.verdict] = ['ready', () => undefined];
    await relay.pass();
    expect(bus.taken.map(({ id }) => id)).toEqual(['m1']);
  });

  test('that cannot be published lets the others pass, waits longer each time and is set aside after ten failures', async () => {
    await say('poison');
    await say('m2');
    bus.verdict = ({ id }) => (id === 'poison' ? new Error('nobody hears it') : undefined);
    await relay.pass();
    expect(bus.taken.map(({ id }) => id)).toEqual(['m2']);
    await expect(pending()).resolves.toEqual([{ message_id: 'poison', failures: 1, last_error: 'nobody hears it' }]);
    await relay.pass();
    await expect(pending()).resolves.toMatchObject([{ failures: 1 }]);
    for (let time = 2; time <= 10; time++) {
      await endWaiting();
      await relay.pass();
    }
    await expect(pending()).resolves.toEqual([]);
    await expect(database.query('select message_id, failures, last_error, organization_id from outbox_dead')).resolves.toEqual([{ message_id: 'poison', failures: 10, last_error: 'nobody hears it', organization_id: 'acme' }]);
    expect(errors).toEqual([expect.stringContaining('set aside in outbox_dead')]);
  });

  test('goes out once, however many relays work at the same time', async () => {
    const ids = idsUpTo(450, 'm');
    await sayAll(ids);
    await Promise.all([drain(relay), drain(aRelay()), drain(aRelay())]);
    await drain(relay);
    expect(bus.taken.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  test('is pending until the bus has it, for those who watch', async () => {
    bus.state = 'connecting';
    await say('m1');
    await expect(relay.pending()).resolves.toBe(1);
    await expect(relay.oldestAgeSeconds()).resolves.toBeGreaterThan(0);
    bus.state = 'ready';
    await relay.pass();
    await expect(Promise.all([relay.pending(), relay.oldestAgeSeconds()])).resolves.toEqual([0, 0]);
  });
});

describe('a queue that is full', () => {
  const FULL = new QueueFullError('full');
  const isReport = ({ type }: OutgoingMessage): boolean => type === 'connection.reported.v1';
  const waits = (): Promise<{ failures: number; seconds: number }[]> =>
    database.query('select distinct failures, round(extract(epoch from next_at - now()))::int as seconds from outbox where next_at > now() order by seconds');

  test.each([250, 1500])('does not hold up what goes to other queues, however much waits in front: %d', async (count) => {
    bus.verdict = (message) => (isReport(message) ? FULL : undefined);
    await sayAll(idsUpTo(count, 'm'));
    await sayAll(['behind'], 'delivery.settled.v1');
    for (let time = 0; time < 20; time++) await relay.pass();
    expect(bus.taken.map(({ id }) => id)).toEqual(['behind']);
    await expect(database.query('select count(*)::int as count, max(failures) as failures from outbox')).resolves.toEqual([{ count, failures: 0 }]);
  });

  test('nor does a message that is refused by itself hold up those of its kind', async () => {
    bus.verdict = ({ id }) => (id.startsWith('m') ? FULL : undefined);
    await sayAll([...idsUpTo(250, 'm'), 'behind']);
    await drain();
    expect(bus.taken.map(({ id }) => id)).toEqual(['behind']);
  });

  test('is tried again after as long as a message has waited for it, from 1 to 30 s, and charged to nobody', async () => {
    bus.verdict = () => FULL;
    await sayAll(['young', 'older', 'old']);
    await database.query(`update outbox set created_at = now() - case message_id when 'young' then interval '0 s' when 'older' then interval '7 s' else interval '1 hour' end`);
    await relay.pass();
    await expect(waits()).resolves.toEqual([1, 7, 30].map((seconds) => ({ failures: 0, seconds })));
    for (let time = 0; time < 12; time++) {
      await endWaiting();
      await relay.pass();
    }
    await expect(pending()).resolves.toEqual(['young', 'older', 'old'].map((id) => ({ message_id: id, failures: 0, last_error: 'full' })));
    expect(errors).toEqual([]);
  });

  test('takes a long line in vain once a second, and no more', async () => {
    let tries = 0;
    bus.verdict = () => {
      tries += 1;
      return FULL;
    };
    await sayAll(idsUpTo(2000, 'm'));
    for (let time = 0; time < 20; time++) await relay.pass();
    expect(tries).toBe(400);
    await eventually(async () => { await relay.pass(); return tries > 400; }, { timeout: 3000 });
    expect(tries).toBe(600);
  });

  test.each([['was put off', `now() + interval '20 s'`], ['waits while its kind rests', 'now()']])('costs what goes elsewhere nothing, however much %s', async (_how, nextAt) => {
    await database.query(
      `insert into outbox (type, exchange, message_id, body, organization_id, next_at) select 'connection.reported.v1', 'tocsin.events', 'm' || n, '{}', 'acme', ${nextAt} from generate_series(1, 20000) n`);
    bus.verdict = (message) => (isReport(message) ? FULL : undefined);
    for (let time = 0; time < 2; time++) await relay.pass();
    await sayAll(['behind'], 'delivery.settled.v1');
    await relay.pass();
    expect(bus.taken.map(({ id }) => id)).toEqual(['behind']);
    expect(readByPass).toBeLessThan(5000);
  });

  test('gets all that waited for it, in order, as soon as it takes messages again', async () => {
    const ids = idsUpTo(300, 'm');
    bus.verdict = () => FULL;
    await sayAll(ids);
    await drain();
    bus.verdict = () => undefined;
    await say('now');
    await drain();
    expect(bus.taken.map(({ id }) => id)).toEqual(['now', ...ids]);
    await expect(pending()).resolves.toEqual([]);
  });

  (hasTestBroker() ? test : test.skip)('of RabbitMQ is one as well', async () => {
    const { url, prefix, cleanup } = testBroker();
    const rabbit = new RabbitMqBus({ url, prefix, logger: createLogger('test', 'silent') });
    await rabbit.start();
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const full = `${prefix}full`;
    await channel.assertQueue(full, { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    await channel.bindQueue(full, prefix + EXCHANGES.events, 'connection.reported.v1');
    await sayAll(idsUpTo(250, 'm'));
    await sayAll(['behind'], 'delivery.settled.v1');
    await drain(aRelay(rabbit));
    await expect(database.query(`select count(*) filter (where message_id = 'behind')::int as behind, max(failures) as failures, max(last_error) as error from outbox`)).resolves.toEqual([
      { behind: 0, failures: 0, error: 'A queue of "connection.reported.v1" does not take it: it is full, or cannot write.' },
    ]);
    await channel.deleteQueue(full);
    await endWaiting();
    await eventually(async () => { await drain(aRelay(rabbit)); return (await pending()).length === 0; });
    await rabbit.close();
    await connection.close();
    await cleanup();
  }, 60_000);
});

describe('the inbox', () => {
  const inbox = new Inbox();
  const take = (source: string, id: string): Promise<boolean> => database.transaction((tx) => inbox.firstTime(tx, source, id));

  test('knows an event by source and id', async () => {
    await expect(take('/a', 'e1')).resolves.toBe(true);
    await expect(take('/a', 'e1')).resolves.toBe(false);
    await expect(take('/b', 'e1')).resolves.toBe(true);
  });

  test('lets one of two who take the same event at the same time have it', async () => {
    await expect(Promise.all([take('/a', 'e2'), take('/a', 'e2')])).resolves.toEqual(expect.arrayContaining([true, false]));
  });

  test('forgets an event whose transaction failed', async () => {
    const failing = database.transaction(async (tx) => {
      await inbox.firstTime(tx, '/a', 'e3');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(take('/a', 'e3')).resolves.toBe(true);
  });
});

describe('what is remembered against repetition', () => {
  test('is forgotten when it cannot be repeated any more, and no sooner', async () => {
    await database.query(`insert into inbox (source, id, received_at) values ('/a', 'old', now() - interval '15 days'), ('/a', 'young', now() - interval '13 days')`);
    await database.query(`insert into idempotency_keys (organization_id, route, key, body_hash, created_at) values ('acme', 'POST /', 'old', '', now() - interval '25 hours'), ('acme', 'POST /', 'young', '', now() - interval '23 hours')`);
    await expect(new RetentionJob(database, createLogger('test', 'silent')).pass()).resolves.toBe(false);
    await expect(database.query('select id from inbox union all select key from idempotency_keys')).resolves.toEqual([{ id: 'young' }, { id: 'young' }]);
  });

  test('is no matter of a service that has no such tables', async () => {
    const bare = await openDatabase({ url: server.url, schema: 'workflows', migrations: [] });
    await expect(new RetentionJob(bare, createLogger('test', 'silent')).pass()).resolves.toBe(false);
    await bare.destroy();
  });
});
