import 'reflect-metadata';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, freePort, testDatabase, type TestDatabase } from '@tocsin/testing';
import type pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

import { isDatabaseAway } from './database-failure.js';
import { DatabaseModule } from './database.module.js';
import { createExtension, openDatabase } from './open-database.js';

class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createExtension(runner, 'pg_trgm');
    await runner.query('create table alarms (id int primary key, title text)');
  }

  async down(): Promise<void> {}
}

class Broken1732460000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half (id int)');
    await runner.query('alter table missing add column id int');
  }

  async down(): Promise<void> {}
}

class Resting1732460000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table slow (id int)');
    await new Promise((resolve) => setTimeout(resolve, 600));
    await runner.query('alter table slow add column title text');
  }

  async down(): Promise<void> {}
}

class Wider1732460000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half_way (id int)');
    await runner.query('alter table alarms add column severity text');
  }

  async down(): Promise<void> {}
}

/** Builds an index while others write, for as long as they let it wait. What an interrupted build leaves is no index, and is made anew. */
class Indexed1732460000004 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('set lock_timeout = 0');
    await runner.query('drop index concurrently if exists alarms_by_title');
    await runner.query('create index concurrently alarms_by_title on alarms (title)');
    await runner.query("set lock_timeout = '1s'");
  }

  async down(): Promise<void> {}
}

let database: TestDatabase;
beforeAll(async () => { database = await testDatabase(); });
afterAll(async () => { await database.drop(); });

describe('the schema of a service', () => {
  test('is created and brought up to date once, however many replicas start at the same moment', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000] })));
    await expect(database.query('select name from issues.migrations')).resolves.toEqual([{ name: 'Initial1732460000000' }]);
    await Promise.all(replicas.map((replica) => replica.destroy()));
  });

  test('waits for another process that migrates, says so, and goes on', async () => {
    const other = await openDatabase({ url: database.url, schema: 'issues', migrations: [], poolSize: 1 });
    await other.query('select pg_advisory_lock(7205759403792793)');
    const said: string[] = [];
    const opening = openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000], log: (message) => { said.push(message); } });
    await eventually(() => said.length > 0);
    expect(said).toEqual(['another process migrates this database; the start waits for it']);
    await other.destroy();
    await (await opening).destroy();
  }, 20_000);

  test('is what SQL without a schema means, on every connection of the pool', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'notifier', migrations: [Initial1732460000000], poolSize: 4 });
    const paths = await Promise.all(Array.from({ length: 4 }, () => opened.query<{ search_path: string }[]>("select current_setting('search_path') search_path, pg_sleep(0.05)")));
    expect(paths.map(([row]) => row?.search_path)).toEqual(Array(4).fill('notifier,public'));
    await opened.query("insert into alarms values (1, 'a')");
    await expect(database.query('select title from notifier.alarms')).resolves.toEqual([{ title: 'a' }]);
    await opened.destroy();
  });

  test('finds extensions that another service created', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'workflows', migrations: [Initial1732460000000] });
    await expect(opened.query("select similarity('alarm', 'alarms') > 0.5 as alike")).resolves.toEqual([{ alike: true }]);
    await opened.destroy();
  });

  test('keeps nothing of a migration that fails, and the next start can go on', async () => {
    const broken = openDatabase({ url: database.url, schema: 'connector', migrations: [Broken1732460000001] });
    await expect(broken).rejects.toThrow('relation "missing" does not exist');
    await expect(database.query("select to_regclass('connector.half') as half")).resolves.toEqual([{ half: null }]);
    await (await openDatabase({ url: database.url, schema: 'connector', migrations: [Initial1732460000000] })).destroy();
  });

  test('is changed beside a backup that reads a table: nobody else waits for long behind the change, which is made when the backup is over', async () => {
    const [backup, other] = await Promise.all([0, 1].map(() => openDatabase({ url: database.url, schema: 'busy', migrations: [Initial1732460000000], poolSize: 1 })));
    const reading = backup?.createQueryRunner();
    await reading?.startTransaction();
    await reading?.query('select * from alarms');
    const said: string[] = [];
    const opening = openDatabase({ url: database.url, schema: 'busy', migrations: [Initial1732460000000, Wider1732460000003], log: (message) => { said.push(message); } });
    const waits: number[] = [];
    await eventually(async () => {
      const startedAt = performance.now();
      await other?.query("insert into alarms values (1, 'a') on conflict do nothing");
      waits.push(performance.now() - startedAt);
      return said.length > 0;
    }, { timeout: 20_000 });
    expect(said).toEqual(['a migration waits for a transaction that holds a table, such as a backup; the start waits for it']);
    expect(Math.max(...waits)).toBeLessThan(3000);
    await reading?.commitTransaction();
    await reading?.release();
    const opened = await opening;
    await expect(opened.query("select severity, current_setting('lock_timeout') as lock_timeout from alarms")).resolves.toEqual([{ severity: null, lock_timeout: '0' }]);
    await Promise.all([opened.destroy(), backup?.destroy(), other?.destroy()]);
  }, 30_000);

  test('gets an index while others write, also when the last start was ended in the middle of it', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'indexed', migrations: [Initial1732460000000] });
    await opened.query('create index alarms_by_title on alarms (id)');
    await opened.query(`update pg_index set indisvalid = false where indexrelid = 'alarms_by_title'::regclass`);
    await (await openDatabase({ url: database.url, schema: 'indexed', migrations: [Initial1732460000000, Indexed1732460000004] })).destroy();
    await expect(opened.query(`select indisvalid, pg_get_indexdef(indexrelid) as definition from pg_index where indexrelid = 'alarms_by_title'::regclass`)).resolves.toEqual([
      { indisvalid: true, definition: expect.stringContaining('(title)') },
    ]);
    await opened.destroy();
  });

  test('survives the loss of every connection', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000] });
    await opened.query('select 1');
    await database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tocsin-issues' and datname = current_database()");
    await expect(eventually(() => opened.query('select 1 as one'))).resolves.toEqual([{ one: 1 }]);
    await opened.destroy();
  });
});

describe('a connection that dies', () => {
  test('in the moment in which it is taken from the pool does not end the process', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000] });
    const { master: pool } = opened.driver as unknown as { master: pg.Pool };
    const client = await pool.connect();
    expect(() => client.emit('error', new Error('terminating connection due to administrator command'))).not.toThrow();
    client.release(true);
    await opened.destroy();
  });

  test('within a transaction makes all that the transaction asks next fail as a database that is away', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000] });
    const failure = await opened.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }[]>('select pg_backend_pid() as pid');
      await database.query('select pg_terminate_backend($1)', [row?.pid]);
      await eventually(() => tx.queryRunner?.isReleased);
      expect(isDatabaseAway(await tx.query('select 1').catch((error: unknown) => error))).toBe(true);
    }).catch((error: unknown) => error);
    expect(isDatabaseAway(failure)).toBe(true);
    await opened.destroy();
  });
});

describe('a server that vanished', () => {
  /** Passes everything on until it is told to vanish: then nothing passes any more, and nobody is told. */
  async function vanishing(): Promise<{ url: string; vanish: () => void; close: () => void }> {
    const { hostname, port } = new URL(database.url);
    let isGone = false;
    const sockets = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [[near, far], [far, near]] as const) {
        sockets.add(from);
        from.on('data', (bytes) => { if (!isGone) to.write(bytes); }).on('error', () => undefined).on('close', () => { to.destroy(); });
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = new URL(database.url);
    url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const close = (): void => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    };
    return { url: url.href, vanish: () => { isGone = true; }, close };
  }

  test('ends a query that it says nothing about, as one that lost its connection', async () => {
    const { url, vanish, close } = await vanishing();
    const opened = await openDatabase({ url, schema: 'issues', migrations: [Initial1732460000000], silenceMs: 300 });
    vanish();
    const startedAt = performance.now();
    const failure: unknown = await opened.query('select 1').catch((error: unknown) => error);
    expect(isDatabaseAway(failure)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    close();
    await opened.destroy();
  });

  test('is not taken for one that has nothing to do, or that works for as long as it may', async () => {
    const { url, close } = await vanishing();
    const opened = await openDatabase({ url, schema: 'issues', migrations: [Initial1732460000000], silenceMs: 300, poolSize: 1 });
    const pid = async (): Promise<unknown> => opened.query('select pg_backend_pid()');
    const before = await pid();
    await opened.query('select pg_sleep(0.1)');
    await new Promise((resolve) => setTimeout(resolve, 800));
    await expect(pid()).resolves.toEqual(before);
    close();
    await opened.destroy();
  });
});

describe('a replica that vanished or stands still', () => {
  test('within a transaction loses it, so that others get its rows; what it asks next fails as if the database were away', async () => {
    const [still, other] = await Promise.all([0, 1].map(() => openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000], idleInTransactionMs: 300 })));
    await other?.query("insert into alarms values (7, 'held')");
    const failure = await still?.transaction(async (tx) => {
      await tx.query("update alarms set title = 'changed' where id = 7");
      await other?.query("update alarms set title = 'free' where id = 7");
      await tx.query('select 1');
    }).catch((error: unknown) => error);
    expect(isDatabaseAway(failure)).toBe(true);
    await expect(other?.query('select title from alarms where id = 7')).resolves.toEqual([{ title: 'free' }]);
    await expect(still?.query('select 1 as one')).resolves.toEqual([{ one: 1 }]);
    await Promise.all([still?.destroy(), other?.destroy()]);
  }, 10_000);

  test('keeps its rows for a minute at most; the server asks after half a minute of silence, three times, whether it is there', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'issues', migrations: [Initial1732460000000], poolSize: 2 });
    const settings = (): Promise<unknown> => opened.query(
      "select current_setting('idle_in_transaction_session_timeout') idle, current_setting('tcp_keepalives_idle') after, current_setting('tcp_keepalives_interval') every, current_setting('tcp_keepalives_count') times, pg_sleep(0.05)",
    );
    for (const rows of await Promise.all([settings(), settings()])) expect(rows).toMatchObject([{ idle: '1min', after: '30', every: '10', times: '3' }]);
    await opened.destroy();
  });

  test('is told otherwise by the address of the database', async () => {
    const opened = await openDatabase({ url: `${database.url}?options=-c%20idle_in_transaction_session_timeout%3D5min`, schema: 'issues', migrations: [Initial1732460000000] });
    await expect(opened.query("select current_setting('idle_in_transaction_session_timeout') idle, current_setting('search_path') path")).resolves.toEqual([{ idle: '5min', path: 'issues,public' }]);
    await opened.destroy();
  });

  test('does not include one that migrates, however long a migration rests', async () => {
    const opened = await openDatabase({ url: database.url, schema: 'resting', migrations: [Resting1732460000002], idleInTransactionMs: 200, poolSize: 1 });
    await expect(opened.query("select current_setting('idle_in_transaction_session_timeout') idle")).resolves.toEqual([{ idle: '200ms' }]);
    await opened.destroy();
  });
});

describe('a server that cannot be used is one sentence', () => {
  test('when nobody listens there, without the password', async () => {
    const port = await freePort();
    const opening = openDatabase({ url: `postgres://ada:hunter2@127.0.0.1:${port}/alarms`, schema: 'issues', migrations: [], patienceMs: 0 });
    await expect(opening).rejects.toThrow(`PostgreSQL at 127.0.0.1:${port} cannot be reached (nothing answers there); start it or correct DATABASE_URL.`);
  });

  test('when the database does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    await expect(openDatabase({ url: url.href, schema: 'issues', migrations: [] })).rejects.toThrow(/^There is no database "nowhere" on PostgreSQL at /);
  });
});

describe('the module', () => {
  test('gives the service its database and closes it when everything else has stopped', async () => {
    const told: string[] = [];

    @Injectable()
    class Relay {
      constructor(@Inject(DataSource) readonly database: DataSource) {}
      async beforeApplicationShutdown(): Promise<void> {
        await this.database.query('select 1');
        told.push('the last batch is written');
      }
    }

    @Module({ imports: [DatabaseModule.forSchema({ url: database.url, schema: 'issues', migrations: [Initial1732460000000] })], providers: [Relay] })
    class Service {}

    const app = await NestFactory.createApplicationContext(Service, { logger: false, abortOnError: false });
    const { database: opened } = app.get(Relay);
    await app.close();
    expect(told).toEqual(['the last batch is written']);
    expect(opened.isInitialized).toBe(false);
  });
});
