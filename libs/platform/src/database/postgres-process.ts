/** Processes of an embedded PostgreSQL: under which user, how they are started, found again and stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chown, lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const STOP_MS = 10_000;
const OUTPUT_MAX = 20_000;

/** The user for PostgreSQL when we are root; undefined when we are not, for then it runs as ourselves. */
export async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find(([candidate]) => candidate === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root and this machine has no user "nobody"; start as another user or set DATABASE_URL.');
}

/** Gives a path to the user, with everything in it when `deep`. */
export async function takeOver(path: string, user: SystemUser, { deep = false } = {}): Promise<void> {
  const { uid } = await lstat(path);
  if (uid !== user.uid) await chown(path, user.uid, user.gid).catch(ignoreMissing);
  if (!deep || !(await lstat(path)).isDirectory()) return;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await takeOver(join(path, entry.name), user, { deep });
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Whether the user can read a file, every directory above it included. */
export async function canRead(file: string, user: SystemUser): Promise<boolean> {
  const { code } = await run('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', file], user);
  return code === 0;
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[], user: SystemUser | undefined): Promise<{ code: number | null; output: string }> {
  const started = run.detached(program, args, user);
  return { code: await started.ended, output: started.output() };
}

interface Started {
  pid: number;
  ended: Promise<number | null>;
  hasEnded: () => boolean;
  output: () => string;
}

/** Starts a program that outlives a signal to our process group; Ctrl-C reaches us, and we stop it in order. */
run.detached = (program: string, args: readonly string[], user: SystemUser | undefined): Started => {
  const child = spawn(program, args, { cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, LANG: 'C.UTF-8' }, ...(user && { uid: user.uid, gid: user.gid }) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_MAX);
    });
  }
  let over = false;
  const ended = exitOf(child, (error) => {
    output += error.message;
  }).finally(() => {
    over = true;
  });
  unreference(child);
  return { pid: child.pid ?? 0, ended, hasEnded: () => over, output: () => output };
};

function exitOf(child: ChildProcess, onError: (error: Error) => void): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => {
      onError(error);
      resolve(null);
    });
  });
}

/** Our event loop does not wait for the server; reading its output does not keep us alive either. */
function unreference(child: ChildProcess): void {
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref?: () => void } | null)?.unref?.();
}

/** The server that holds a data directory, as its postmaster.pid says, if it lives. */
export async function livingServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => undefined,
  );
  const [pid, port] = [Number(lines?.[0]), Number(lines?.[3])];
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0 || !isAlive(pid)) return undefined;
  return (await isPostgres(pid)) ? { pid, port } : undefined;
}

/** A pid may have been given to another program since. */
async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return readlink(`/proc/${pid}/exe`).then(
    (program) => basename(program).startsWith('postgres'),
    () => false,
  );
}

/** Whether a process with this id runs, ours or somebody else’s. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fast shutdown: sessions are ended, what is committed is on disk. After ten seconds an immediate one. */
export async function stopServer(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    const end = performance.now() + STOP_MS;
    while (isAlive(pid) && performance.now() < end) await sleep(20);
  }
}

/** Connects once, and does `work` when given. */
export async function probe(url: string, work: (client: pg.Client) => Promise<void> = () => Promise.resolve()): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
