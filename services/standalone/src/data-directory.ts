/** The directory of one installation: held by one process at a time, with the keys that it made for itself. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface DataDirectory {
  path: string;
  /** The text of a file, made by `make` when it is not there yet; readable by the owner only. */
  secret: (name: string, make: () => string) => string;
  release: () => void;
}

/** @throws Error with one sentence when another process holds it or it cannot be written */
export function holdDataDirectory(directory: string): DataDirectory {
  const path = resolve(directory);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new Error(`The data cannot be kept in ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}); set DATA_DIR to a directory that can be written.`, { cause: error });
  }
  const lock = join(path, 'tocsin.pid');
  takeLock(lock, path);
  return {
    path,
    secret: (name, make) => secretIn(join(path, name), make),
    release: () => {
      rmSync(lock, { force: true });
    },
  };
}

function takeLock(lock: string, path: string): void {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new Error(`The disk that holds ${path} is full; free some space, or set DATA_DIR to another disk.`, { cause: error });
    if (code !== 'EEXIST') throw new Error(`The data cannot be kept in ${path} (${code ?? 'unknown error'}); set DATA_DIR to a directory that can be written.`, { cause: error });
    const holder = Number(readFileSync(lock, 'utf8'));
    if (isOneOfUs(holder)) throw new Error(`Tocsin runs already on ${path} (process ${holder}); stop it, or set DATA_DIR and PORT to start another one.`, { cause: error });
    writeFileSync(lock, String(process.pid));
  }
}

/** Whether a process of that number lives and runs Node; the number may have been given to another program since. */
function isOneOfUs(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return process.platform !== 'linux' || readlinkSync(`/proc/${pid}/exe`) === readlinkSync('/proc/self/exe');
  } catch {
    return false;
  }
}

function secretIn(file: string, make: () => string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    const made = make();
    writeFileSync(file, `${made}\n`, { mode: 0o600 });
    return made;
  }
}

/** A key ring with one fresh key. */
export function newKeyRing(): string {
  return `k1:${randomBytes(32).toString('base64')}`;
}
