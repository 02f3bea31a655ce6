/**
 * Opens the one PostgreSQL schema of a service: creates it, brings it up to date and gives a pool in which every
 * connection sees that schema first, so SQL needs no prefixes. One advisory lock covers the migrations of all services
 * of a database: they also create extensions, which live in the database and not in a schema.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { AbstractLogger, DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

import { parseDatabaseAddress, sessionOptions, type DatabaseAddress } from './database-address.js';
import { DatabaseUnavailable, describeDatabaseFailure, mayPass } from './database-failure.js';
import { migrate } from './migrate.js';
import { endWhenSilent } from './silent-server.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string;
  /** Name of the service's schema: lower case letters, digits, underscores. */
  schema: string;
  migrations: readonly (new () => MigrationInterface)[];
  /** Connections at most; 10 unless given. */
  poolSize?: number;
  /** How long a server that is away may take to come up, in milliseconds; 5000 unless given. */
  patienceMs?: number;
  /** How long a server may say nothing about a query, in milliseconds; two minutes unless given. Migrations may take any time. */
  silenceMs?: number;
  /** How long a transaction may ask nothing, in milliseconds; a minute unless given. Then the server takes it back. Migrations may rest for any time. */
  idleInTransactionMs?: number;
  /** Told when the start has to wait for long. */
  log?: (message: string) => void;
}

/** Any number that no other program uses as an advisory lock in our database. */
const MIGRATION_LOCK = '7205759403792793';
const RETRY_MS = 250;
/** A server that says that it is starting up is there; recovery after a crash may take it this long. */
const STARTING_PATIENCE_MS = 60_000;
const SILENCE_MS = 120_000;
const IDLE_IN_TRANSACTION_MS = 60_000;
const SILENT_WAIT_MS = 3000;

/**
 * @returns a pool that is connected, its schema up to date; `destroy()` closes it
 * @throws DatabaseUnavailable with one sentence that names host and port, never the password
 */
export async function openDatabase(options: DatabaseOptions): Promise<DataSource> {
  if (!/^[a-z][a-z0-9_]*$/.test(options.schema)) throw new Error(`"${options.schema}" is no name for a schema`);
  const address = parseDatabaseAddress(options.url);
  const client = await connectPatiently(address, options.patienceMs ?? 5000);
  let isUpToDate = false;
  const dataSource = new DataSource(dataSourceOptions(options, address, () => isUpToDate));
  try {
    await lockMigrations(client, options.log);
    await createSchema(client, options.schema);
    await dataSource.initialize();
    await migrate(dataSource, options.log);
    isUpToDate = true;
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw new DatabaseUnavailable(`Schema "${options.schema}" cannot be opened. ${describeDatabaseFailure(error, address)}`, error);
  } finally {
    await client.end().catch(() => undefined); // ends the lock too
  }
}

/** Part of a service's migration. The extension goes to `public`, where the other services find it as well. */
export async function createExtension(runner: QueryRunner, name: 'pg_trgm' | 'btree_gin'): Promise<void> {
  await runner.query(`create extension if not exists ${name} schema public`);
}

/** What fails is thrown, and told once by whoever catches it. */
class SilentLogger extends AbstractLogger {
  protected override writeLog(): void {}
}

function dataSourceOptions(options: DatabaseOptions, address: DatabaseAddress, isUpToDate: () => boolean): ConstructorParameters<typeof DataSource>[0] {
  const { schema, migrations, poolSize = 10, silenceMs = SILENCE_MS, idleInTransactionMs = IDLE_IN_TRANSACTION_MS } = options;
  return {
    type: 'postgres',
    url: address.url,
    schema,
    migrations: [...migrations],
    poolSize,
    applicationName: `tocsin-${schema}`,
    connectTimeoutMS: 5000,
    installExtensions: false,
    logger: new SilentLogger(),
    // An idle connection that dies is replaced at the next query; without a handler it would end the process.
    poolErrorHandler: () => undefined,
    extra: {
      options: sessionOptions(schema, address.options, idleInTransactionMs),
      keepAlive: true,
      onConnect: (client: pg.ClientBase) => {
        outliveItsEnd(client);
        endWhenSilent(client, silenceMs, isUpToDate);
      },
    },
  };
}

/** Listens for as long as the connection lives: between the pool and whoever takes it from there, nobody else does. */
function outliveItsEnd(client: pg.ClientBase): void {
  client.on('error', () => undefined); // fails the query in work, or the next one, which is where it is handled
}

async function connectPatiently(address: DatabaseAddress, patienceMs: number): Promise<pg.Client> {
  const start = performance.now();
  for (;;) {
    const client = new pg.Client({ connectionString: address.url, connectionTimeoutMillis: 5000, application_name: 'tocsin-migrations' });
    outliveItsEnd(client);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const patience = (error as { code?: string }).code === '57P03' ? Math.max(patienceMs, STARTING_PATIENCE_MS) : patienceMs;
      if (!mayPass(error) || performance.now() - start + RETRY_MS > patience) throw new DatabaseUnavailable(describeDatabaseFailure(error, address), error);
      await sleep(RETRY_MS);
    }
  }
}

/**
 * Asks again and again instead of waiting inside PostgreSQL, where the wait would block `create index concurrently`. A
 * migration may take any time; who waits for it for long says so.
 */
async function lockMigrations(client: pg.Client, log: DatabaseOptions['log']): Promise<void> {
  const start = performance.now();
  let isTold = false;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [MIGRATION_LOCK]);
    if (rows[0]?.locked === true) return;
    if (!isTold && performance.now() - start > SILENT_WAIT_MS) {
      isTold = true;
      log?.('another process migrates this database; the start waits for it');
    }
    await sleep(50);
  }
}

/** Looks first: a user without CREATE on the database may work in a schema that was made for it. */
async function createSchema(client: pg.Client, schema: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`create schema ${schema}`);
}
