/** A database of its own for one spec file, on the server of TEST_DATABASE_URL, so that files run side by side. */
import { randomBytes } from 'node:crypto';

import pg from 'pg';

export interface TestDatabase {
  url: string;
  /** Runs SQL in the database, beside the code under test. */
  query: <R extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<R[]>;
  /** Ends every connection to the database and removes it. */
  drop: () => Promise<void>;
}

/** The PostgreSQL server that tests use. */
export function testServerUrl(): string {
  return process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
}

/** @returns a new, empty database; `drop` removes it with all who are connected */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `tocsin_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} encoding 'UTF8' template template0`);
  const url = new URL(testServerUrl());
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  pool.on('error', () => undefined);
  return {
    url: url.href,
    query: async <R extends pg.QueryResultRow>(sql: string, values?: unknown[]) => (await pool.query<R>(sql, values)).rows,
    drop: async () => {
      await pool.end();
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: testServerUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
