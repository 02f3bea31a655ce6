/**
 * A PostgreSQL cluster of the suite's own, from the binaries that are installed on this machine, so that it can be stopped
 * and restarted without anybody else noticing. As root it runs under the user postgres, which PostgreSQL insists on.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '@tocsin/testing';
import pg from 'pg';

import { systemUser, type SystemUser } from './system-user.js';

/** A statement that takes longer is written down. */
export const SLOW_MS = 50;
const SETTINGS = ['max_connections=200', 'shared_buffers=64MB', 'log_min_messages=log', `log_min_duration_statement=${SLOW_MS}`, 'log_checkpoints=off', 'track_functions=pl', 'deadlock_timeout=500ms', 'unix_socket_directories='];
const READY_MS = 60_000;

export class OwnPostgres {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly bin: string,
    private readonly home: string,
    readonly port: number,
    private readonly user: SystemUser | undefined,
  ) {}

  /** @throws Error with one sentence where this machine has no PostgreSQL to run */
  static async create(): Promise<OwnPostgres> {
    const bin = binaries();
    const user = systemUser('postgres');
    const home = mkdtempSync(join(tmpdir(), 'tocsin-faults-postgres-'));
    if (user) spawnSync('chown', [`${user.uid}:${user.gid}`, home]);
    const made = spawnSync(join(bin, 'initdb'), ['-D', join(home, 'data'), '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'], { cwd: home, encoding: 'utf8', ...user });
    if (made.status !== 0) throw new Error(`initdb says: ${made.stderr}`);
    const server = new OwnPostgres(bin, home, await freePort(), user);
    await server.start();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** How many statements that hold `text` took longer than {@link SLOW_MS}. */
  slowStatements(text: string): number {
    return readFileSync(this.log, 'utf8').split('\n').filter((line) => line.includes('duration:') && line.includes(text)).length;
  }

  private get log(): string {
    return join(this.home, 'log');
  }

  async start(): Promise<void> {
    const args = ['-D', join(this.home, 'data'), '-p', String(this.port), '-h', '127.0.0.1', ...SETTINGS.flatMap((setting) => ['-c', setting])];
    const log = openSync(this.log, 'a');
    this.child = spawn(join(this.bin, 'postgres'), args, { cwd: this.home, stdio: ['ignore', 'ignore', log], ...this.user });
    closeSync(log);
    const end = performance.now() + READY_MS;
    for (;;) {
      if (await this.answers()) return;
      if (performance.now() > end) throw new Error(`PostgreSQL does not come up; ${this.log} says why`);
      await sleep(50);
    }
  }

  /** `fast` ends connections and writes everything, `immediate` is a crash that the next start recovers from. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(late);
  }

  async restart(mode: 'fast' | 'immediate'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    rmSync(this.home, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 1000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function binaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(debian, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (found !== undefined) return found;
  const { status, stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  if (status === 0 && existsSync(join(stdout.trim(), 'initdb'))) return stdout.trim();
  throw new Error('The fault suite runs a PostgreSQL of its own and finds none installed (initdb).');
}
