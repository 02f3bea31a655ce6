import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { copyFor, installedPackage } from './postgres-binaries.js';
import { canRead, isAlive, probe, run, unprivilegedUser } from './postgres-process.js';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tocsin-postgres-'));
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function valueIn(server: EmbeddedPostgres): Promise<unknown> {
  let value: unknown;
  await probe(server.url, async (client) => {
    value = (await client.query<{ word: string }>('select word from kept')).rows[0]?.word;
  });
  return value;
}

describe('the embedded PostgreSQL', () => {
  test('starts in an empty directory, knows letters of the world and the extensions that we use', async () => {
    const server = await startEmbeddedPostgres({ dataDir });
    await probe(server.url, async (client) => {
      const { rows } = await client.query<{ lower: string }>(`select lower('ZÜRICH')`);
      expect(rows[0]?.lower).toBe('zürich');
      await client.query('create extension pg_trgm; create extension btree_gin; create extension unaccent');
      await client.query(`create table kept as select 'bell'::text as word`);
    });
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  }, 60_000);

  test('keeps its data over a stop, a kill -9, and is adopted when it lives on', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    expect(await valueIn(first)).toBe('bell');
    process.kill(first.pid, 'SIGKILL');
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await valueIn(second)).toBe('bell');
    const adopted = await startEmbeddedPostgres({ dataDir });
    expect(adopted.pid).toBe(second.pid);
    await adopted.stop();
  }, 60_000);

  test('says in one sentence that its directory cannot be written', async () => {
    await expect(startEmbeddedPostgres({ dataDir: '/etc/hostname/tocsin' })).rejects.toThrow(/^The database cannot be kept in .*; set DATA_DIR/);
  });
});

describe('when something is in the way', () => {
  test('never makes a new database where it cannot see whether there is one', async () => {
    const closed = join(dataDir, 'closed');
    await mkdir(join(closed, 'data'), { recursive: true });
    await writeFile(join(closed, 'data', 'global'), 'not a directory');
    await expect(startEmbeddedPostgres({ dataDir: closed })).rejects.toThrow(/^The database cannot be kept in .*closed\/data \(ENOTDIR\)/);
  });

  test('begins anew when the first start was interrupted', async () => {
    const interrupted = join(dataDir, 'interrupted');
    await mkdir(join(interrupted, 'data.part', 'global'), { recursive: true });
    const server = await startEmbeddedPostgres({ dataDir: interrupted });
    await probe(server.url);
    await server.stop();
  }, 60_000);

  test('keeps the database elsewhere when the user that runs it cannot reach the directory, and finds it again', async () => {
    if (!(await unprivilegedUser())) return; // only root runs it as somebody else
    const home = join(dataDir, 'home');
    await mkdir(home, { mode: 0o700 });
    const told: string[] = [];
    const first = await startEmbeddedPostgres({ dataDir: join(home, 'data'), log: (message) => told.push(message) });
    await first.stop();
    const elsewhere = (await readFile(join(home, 'data', 'location'), 'utf8')).trim();
    expect(told[0]).toContain(elsewhere);
    const second = await startEmbeddedPostgres({ dataDir: join(home, 'data') });
    expect(second.url.replace(/:\d+\//, '/')).toBe(first.url.replace(/:\d+\//, '/'));
    await second.stop();
    await rm(elsewhere, { recursive: true });
  }, 60_000);

  test('runs a copy of the programs when their own place is closed to the user that runs them', async () => {
    const user = await unprivilegedUser();
    if (!user) return; // only root runs it as somebody else
    const copy = await copyFor(user, installedPackage(), dataDir);
    await expect(canRead(join(copy, 'native', 'bin', 'postgres'), user)).resolves.toBe(true);
    const { code, output } = await run(join(copy, 'native', 'bin', 'postgres'), ['--version'], user);
    expect([code, output]).toEqual([0, expect.stringContaining('PostgreSQL')]);
  }, 60_000);
});
