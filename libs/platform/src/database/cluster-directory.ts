/**
 * The directory that holds the embedded database. It is the one that was asked for, unless we are root and the user that
 * PostgreSQL runs under cannot get there, as below a closed home: then a directory of its own takes its place, and a file
 * in the one that was asked for says where. Without that file a new one begins, so removing the data removes all of it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { describeDirectoryFailure } from './embedded-postgres-failure.js';
import { canRead, takeOver, type SystemUser } from './postgres-process.js';

/** Where the Filesystem Hierarchy Standard keeps the data of a program. */
const ELSEWHERE = '/var/lib/tocsin';
const LOCATION = 'location';

/** @throws Error with one sentence when there is no directory that can be used */
export async function clusterDirectory(dataDir: string, user: SystemUser | undefined, log: (message: string) => void): Promise<string> {
  const asked = resolve(dataDir);
  try {
    await own(asked, user);
    if (!user || (await canRead(asked, user))) return asked;
    const other = await otherDirectory(asked);
    await own(other, user);
    log(`the database is kept in ${other}: the user "${user.name}", under whom it runs, cannot reach ${asked}`);
    return other;
  } catch (error) {
    throw new Error(describeDirectoryFailure(error, asked), { cause: error });
  }
}

async function own(directory: string, user: SystemUser | undefined): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (user) await takeOver(directory, user);
}

async function otherDirectory(asked: string): Promise<string> {
  const file = join(asked, LOCATION);
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known.trim();
  const other = join(ELSEWHERE, randomBytes(6).toString('hex'));
  await writeFile(file, `${other}\n`);
  return other;
}
