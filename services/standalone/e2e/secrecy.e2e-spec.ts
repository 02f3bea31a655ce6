/**
 * Where a Slack token may be: sealed in its row, and nowhere else. A whole journey with a token, everything that the product
 * says on the way (answers, log, messages between services, database), and a search in all of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Connection, Delivery } from '@tocsin/contracts';
import { eventually, freePort, startProcess, testDatabase, type StartedProcess, type TestDatabase } from '@tocsin/testing';

const TOKEN = 'xoxb-sandbox-acme';
const OTHER_TOKEN = 'xoxb-sandbox-acme-no-email';
const WRONG_TOKEN = 'xoxb-sandbox-nobody-has-this-one';
const SCHEMAS = ['connector', 'issues', 'workflows', 'notifier'];
const EVENT = { specversion: '1.0', id: 'e1', source: '/ci', type: 'issue.reported.v1', data: { title: 'Outdated base image', severity: 'high', application: 'payments-api', fingerprint: 'base-image' } };

let database: TestDatabase;
let dataDir: string;
let running: StartedProcess;
let bearer = '';
/** Every answer, headers and body. */
const answers: string[] = [];

async function call<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${running.url}${path}`, {
    method, headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers }, ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  answers.push(JSON.stringify([method, path.split('?')[0], response.status, [...response.headers], text]));
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Keeps a copy of every message that a service says: once on the bus it leaves the outbox. */
async function overhear(): Promise<void> {
  await database.query('create table overheard (body text)');
  await database.query('create function overhear() returns trigger language plpgsql as $$ begin insert into public.overheard values (new.body); return new; end $$');
  for (const schema of SCHEMAS) await database.query(`create trigger overhear after insert on ${schema}.outbox for each row execute function public.overhear()`);
}

/** Every row of every table, as text. */
async function rows(): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const found = await Promise.all(tables.map(({ name }) => database.query<{ row: string }>(`select $1 || ' ' || t::text as row from ${name} t`, [name])));
  return found.flat().map(({ row }) => row);
}

beforeAll(async () => {
  database = await testDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'tocsin-secrecy-'));
  running = await startProcess('services/standalone/dist/main.js', { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()), DATA_DIR: dataDir, DATABASE_URL: database.url, LOG_LEVEL: 'debug' }, { timeout: 60_000 });
  await overhear();
  bearer = (await call<{ token: string }>('POST', '/v1/dev/token', { user: 'noa@acme.test' })).token;
  await journey();
}, 120_000);

afterAll(async () => {
  await running.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

async function journey(): Promise<void> {
  const input = { method: 'token', hostUrl: 'https://acme.slack.com', token: TOKEN };
  await call('POST', '/v1/connections/verify', input);
  await call('POST', '/v1/connections/verify', { ...input, token: WRONG_TOKEN });
  await call('POST', '/v1/connections', { ...input, token: WRONG_TOKEN });
  await call('POST', '/v1/connections/verify', { ...input, hostUrl: TOKEN });
  await call('POST', '/v1/connections', { ...input, colour: 'red' });
  const { id } = await call<Connection>('POST', '/v1/connections', input, { 'idempotency-key': 'connect' });
  await call('POST', '/v1/events', EVENT, { 'content-type': 'application/cloudevents+json' });
  const issueId = await eventually(async () => (await call<{ items: { id: string }[] }>('GET', '/v1/issues')).items[0]?.id);
  await send(id, issueId);
  await call('PUT', `/v1/connections/${id}/token`, { token: OTHER_TOKEN });
  await call('PUT', `/v1/connections/${id}/token`, { token: WRONG_TOKEN });
  await call('POST', `/v1/connections/${id}/verify`);
  await send(id, issueId);
  for (const path of ['/v1/connections', `/v1/connections/${id}`, '/v1/audit?limit=200', '/v1/deliveries', `/v1/connections/${id}/directory`]) await call('GET', path);
}

async function send(connectionId: string, issueId: string): Promise<void> {
  const { deliveryId } = await call<{ deliveryId: string }>('POST', `/v1/issues/${issueId}/slack-messages`, { connectionId, destination: { name: '#general' } });
  await eventually(async () => (await call<Delivery>('GET', `/v1/deliveries/${deliveryId}`)).state === 'posted', { timeout: 30_000 });
}

describe.each([['the first token', TOKEN], ['the one that replaced it', OTHER_TOKEN], ['one that Slack refused', WRONG_TOKEN]])('%s', (_which, token) => {
  /** The token by itself: the first one is the beginning of the second. */
  const itself = new RegExp(`${token}(?![\\w-])`);

  test.each<[string, () => string[] | Promise<string[]>]>([
    ['an answer', () => answers],
    ['the log', () => running.output().split('\n').filter((line) => line.startsWith('{'))],
    ['a message between services', async () => (await database.query<{ body: string }>('select body from overheard')).map(({ body }) => body)],
    ['the database', rows],
  ])('is not in %s', async (_place, read) => {
    const told = await read();
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter((text) => itself.test(text) || text.includes(Buffer.from(token).toString('base64').slice(0, -4)) || text.includes(Buffer.from(token).toString('hex')))).toEqual([]);
  });
});
