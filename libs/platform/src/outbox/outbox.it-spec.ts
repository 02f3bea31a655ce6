import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@tocsin/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';

import { BusUnavailableError, type BusState, type OutgoingMessage } from '../bus/message-bus.js';
import { openDatabase } from '../database/open-database.js';
import { createDeadLetterTable } from '../dead-letters/dead-letter.repository.js';
import { createIdempotencyTable } from '../http/idempotency.js';
import { createLogger } from '../logging/logger.js';
import { createInboxTable, Inbox } from './inbox.js';
import { OutboxRelay } from './outbox-relay.js';
import { createOutboxTables, Outbox } from './outbox.js';
import { RetentionJob } from './retention.job.js';

class Tables1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await createInboxTable(runner);
    await createIdempotencyTable(runner);
    await createDeadLetterTable(runner);
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

function aRelay(): OutboxRelay {
  const logger = createLogger('notifier', 'error', { write: (line) => { errors.push(line); } });
  return new OutboxRelay(database, 'notifier', bus, logger);
}

async function say(id: string): Promise<void> {
  await outbox.transaction((tx) => outbox.add(tx, { type: 'connection.reported.v1', organizationId: 'acme', data: { connectionId: 'c1' }, id }));
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
    expect(message).toMatchObject({ type: 'connection.reported.v1', exchange: 'tocsin.events', source: '/tocsin/notifier' });
    expect(JSON.parse(message?.body ?? '')).toEqual({
      specversion: '1.0', id: message?.id, source: '/tocsin/notifier', type: 'connection.reported.v1', time: expect.stringMatching(/^\d{4}-.*Z$/),
      subject: 'c1', datacontenttype: 'application/json', organizationid: 'acme', data: { connectionId: 'c1' },
    });
    await expect(pending()).resolves.toEqual([]);
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
    const ids = Array.from({ length: 450 }, (_, index) => `m${index}`);
    await outbox.transaction((tx) => outbox.add(tx, ...ids.map((id) => ({ type: 'connection.reported.v1' as const, organizationId: 'acme', data: {}, id }))));
    const drain = async (one: OutboxRelay): Promise<void> => {
      while (await one.pass());
    };
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
