/**
 * Where a secret may be: sealed in its row, and nowhere else. The whole journey of connections with each kind of token,
 * everything that the product says on the way (answers, log, messages between services, database), and a search in all of it
 * for every token, refresh token and secret that there was.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect as connectToBroker, type ChannelModel } from 'amqplib';

import { EXCHANGES, type Connection, type Delivery, type VerificationResult } from '@tocsin/contracts';
import { SLACK_SCOPES } from '@tocsin/domain';
import { SecretBox } from '@tocsin/platform';
import { eventually, freePort, hasTestBroker, startProcess, testBroker, testDatabase, type StartedProcess, type TestBroker, type TestDatabase } from '@tocsin/testing';

const TOKEN = 'xoxb-sandbox-acme';
const NARROW_TOKEN = 'xoxb-sandbox-acme-no-email';
const WRONG_TOKEN = 'xoxb-sandbox-nobody-has-this-one';
const ENCRYPTION_KEY = randomBytes(32).toString('base64');
const ENCRYPTION_KEYS = `k1:${ENCRYPTION_KEY}`;
const EVENT = { specversion: '1.0', id: 'e1', source: '/ci', type: 'issue.reported.v1', data: { title: 'Outdated base image', severity: 'high', application: 'payments-api', fingerprint: 'base-image' } };
/** It begins when other tests are under way on the same two processors. */
const PATIENT = { timeout: 60_000 };
const INPUT = { method: 'token', hostUrl: 'https://acme.slack.com', token: TOKEN };

let database: TestDatabase;
let broker: TestBroker | undefined;
let dataDir: string;
let running: StartedProcess;
let sandboxUrl = '';
let ears: ChannelModel | undefined;

/** Every secret that there was, by what it is. */
const secrets = new Map<string, string>([
  ['the first token', TOKEN], ['the token that lacks a scope', NARROW_TOKEN], ['the token that Slack refused', WRONG_TOKEN],
  ['the client secret', 'sandbox-secret'], ['the signing secret', 'sandbox-signing-secret'], ['the encryption key', ENCRYPTION_KEY],
]);
/** Every answer, headers and body. */
const answers: string[] = [];
/** Every message on the broker. */
const messages: string[] = [];

interface CallOptions { organization?: string; body?: unknown; raw?: string; headers?: Record<string, string> }

const bearers = new Map<string, string>();

async function bearerOf(organization: string): Promise<string> {
  const known = bearers.get(organization);
  if (known !== undefined) return known;
  const response = await fetch(`${running.url}/v1/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: 'noa@acme.test', organization }) });
  const { token } = (await response.json()) as { token: string };
  bearers.set(organization, token);
  return token;
}

async function call<T>(method: string, path: string, { organization = 'acme', body, raw, headers }: CallOptions = {}): Promise<{ headers: Headers; body: T }> {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${running.url}${path}`, {
    method, redirect: 'manual', headers: { authorization: `Bearer ${await bearerOf(organization)}`, 'content-type': 'application/json', ...headers }, ...(text !== undefined && { body: text }),
  });
  const answer = await response.text();
  answers.push(JSON.stringify([response.status, [...response.headers], answer]));
  const isJson = (response.headers.get('content-type') ?? '').includes('json') && answer !== '';
  return { headers: response.headers, body: (isJson ? JSON.parse(answer) : answer) as T };
}

async function sandbox(what: string, body: object): Promise<void> {
  const response = await fetch(`${sandboxUrl}/sandbox/${what}`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.status).toBe(200);
}

/** Keeps a copy of every version of every row: much lives for a moment only. */
async function overhear(): Promise<void> {
  await database.query('create table overheard (row text)');
  await database.query(`create function overhear() returns trigger language plpgsql as $$ begin insert into public.overheard values (tg_table_schema || '.' || tg_table_name || ' ' || new::text); return new; end $$`);
  const tables = await database.query<{ name: string }>(`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'public')`);
  for (const { name } of tables) await database.query(`create trigger overhear after insert or update on ${name} for each row execute function public.overhear()`);
  if (!broker) return;
  ears = await connectToBroker(broker.url, { noDelay: true });
  const channel = await ears.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const exchange of Object.values(EXCHANGES)) await channel.bindQueue(queue, `${broker.prefix}${exchange}`, '#');
  await channel.consume(queue, (message) => { if (message) messages.push(JSON.stringify(message.properties) + message.content.toString()); }, { noAck: true });
}

beforeAll(async () => {
  [database, broker, dataDir] = [await testDatabase(), hasTestBroker() ? testBroker() : undefined, await mkdtemp(join(tmpdir(), 'tocsin-secrecy-'))];
  const [port, sandboxPort] = await Promise.all([freePort(), freePort()]);
  running = await startProcess('services/standalone/dist/main.js', {
    PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATA_DIR: dataDir, DATABASE_URL: database.url, LOG_LEVEL: 'debug', ENCRYPTION_KEYS, ...(broker && { AMQP_URL: broker.url, AMQP_PREFIX: broker.prefix }),
  }, { timeout: 60_000 });
  sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  await overhear();
  await call('POST', '/v1/events', { body: EVENT, headers: { 'content-type': 'application/cloudevents+json' } });
  await connectByToken();
  await connectByOAuth();
  await rotate();
  await makeMistakes();
  for (const path of ['/metrics', '/openapi.json', '/v1/dead-letters']) await call('GET', path);
  await running.stop();
}, 240_000);

afterAll(async () => {
  await running.stop();
  await ears?.close();
  await broker?.cleanup();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

async function connectByToken(): Promise<void> {
  await call('POST', '/v1/connections/verify', { body: INPUT });
  await call('POST', '/v1/connections/verify', { body: { ...INPUT, token: WRONG_TOKEN } });
  await call('POST', '/v1/connections', { body: { ...INPUT, token: WRONG_TOKEN } });
  const { id } = (await call<Connection>('POST', '/v1/connections', { body: INPUT, headers: { 'idempotency-key': 'connect' } })).body;
  await send('acme', id);
  const replacement = await mint();
  secrets.set('the token that replaced it', replacement);
  await call('PUT', `/v1/connections/${id}/token`, { body: { token: NARROW_TOKEN } });
  await call('PUT', `/v1/connections/${id}/token`, { body: { token: replacement } });
  await call('PUT', `/v1/connections/${id}/token`, { body: { token: WRONG_TOKEN } });
  await call('POST', `/v1/connections/${id}/verify`);
  await send('acme', id);
  await sandbox('tokens', { token: replacement, state: 'revoked' });
  const held = await begin('acme', id);
  await eventually(async () => (await call<Connection>('GET', `/v1/connections/${id}`)).body.health.state === 'revoked', PATIENT);
  await call('POST', `/v1/connections/${id}/verify`);
  await call('POST', '/v1/connections', { body: INPUT });
  await posted('acme', held);
  await look('acme', id);
  await call('DELETE', `/v1/connections/${id}`);
}

async function connectByOAuth(): Promise<void> {
  const id = await install('globex');
  await note('globex', id, 'the token of an installation');
  await send('globex', id);
  await look('globex', id);
  await call('DELETE', `/v1/connections/${id}`, { organization: 'globex' });
}

async function rotate(): Promise<void> {
  await sandbox('rotation', { enabled: true });
  const id = await install('umbrella');
  await note('umbrella', id, 'a token that ends');
  await send('umbrella', id);
  await sandbox('faults', { method: 'oauth.v2.access', status: 503, times: 1 });
  await renewed('umbrella', id, 2);
  await sandbox('tokens', { token: secrets.get('the token that was renewed, 2') ?? '', state: 'expired' });
  await send('umbrella', id);
  await note('umbrella', id, 'the token that was renewed after its end');
  await sandbox('faults', { method: 'oauth.v2.access', error: 'invalid_refresh_token', times: 1 });
  await due(id);
  await eventually(async () => (await call<Connection>('GET', `/v1/connections/${id}`, { organization: 'umbrella' })).body.health.state === 'needs_attention', PATIENT);
  await install('umbrella', id);
  await note('umbrella', id, 'the token of the installation after that');
  await look('umbrella', id);
  await call('DELETE', `/v1/connections/${id}`, { organization: 'umbrella' });
}

/** Secrets in every wrong place. */
async function makeMistakes(): Promise<void> {
  await call('POST', '/v1/connections/verify', { body: { ...INPUT, hostUrl: TOKEN } });
  await call('POST', '/v1/connections', { body: { ...INPUT, hostUrl: TOKEN, token: 'https://acme.slack.com' } });
  await call('POST', '/v1/connections', { body: { ...INPUT, colour: 'red' } });
  await call('POST', '/v1/connections', { body: { ...INPUT, [TOKEN]: 'a field' } });
  await call('POST', '/v1/connections', { body: { ...INPUT, method: TOKEN } });
  for (const token of [[TOKEN], { token: TOKEN }, `${TOKEN} ${TOKEN}`, TOKEN.repeat(100), secrets.get('the refresh token of a token that ends')]) await call('POST', '/v1/connections', { body: { ...INPUT, token } });
  for (const raw of [`{"token":"${TOKEN}"`, `{"token":"${TOKEN}" nonsense}`, TOKEN, `"${TOKEN}"`, `["${TOKEN}"]`]) await call('POST', '/v1/connections', { raw });
  await call('GET', `/v1/connections?token=${TOKEN}`);
  await call('GET', `/v1/connections/${TOKEN}`);
  await call('GET', '/v1/connections', { headers: { authorization: `Bearer ${TOKEN}` } });
  await call('GET', `/slack/oauth/callback?code=${TOKEN}&state=${TOKEN}`);
  await call('POST', '/slack/events', { body: { token: TOKEN }, headers: { 'x-slack-signature': TOKEN } });
}

/** A token of an installation that Tocsin knows nothing of. */
async function mint(): Promise<string> {
  const [client, redirect] = [{ client_id: 'sandbox.client', client_secret: 'sandbox-secret' }, { redirect_uri: 'https://tocsin.test/back' }];
  const scope = SLACK_SCOPES.map(({ name }) => name).join(',');
  const decided = await fetch(`${sandboxUrl}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...client, ...redirect, scope, decision: 'allow' }) });
  const code = new URL(decided.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const exchanged = await fetch(`${sandboxUrl}/api/oauth.v2.access`, { method: 'POST', body: new URLSearchParams({ ...client, ...redirect, code }) });
  return ((await exchanged.json()) as { access_token: string }).access_token;
}

/** Presses Allow on the consent page. */
async function install(organization: string, connectionId?: string): Promise<string> {
  const begun = await call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { organization, body: { ...(connectionId !== undefined && { connectionId }) } });
  const asked = new URL(begun.body.authorizeUrl);
  const decided = await fetch(`${asked.origin}${asked.pathname}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...Object.fromEntries(asked.searchParams), decision: 'allow' }) });
  const back = new URL(decided.headers.get('location') ?? '');
  secrets.set(`the code of an installation, ${secrets.size}`, back.searchParams.get('code') ?? '');
  const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const landed = await call('GET', `/slack/oauth/callback${back.search}`, { organization, headers: { cookie } });
  await call('GET', `/slack/oauth/callback${back.search}`, { organization, headers: { cookie } });
  const page = new URL(landed.headers.get('location') ?? '');
  expect(page.searchParams.get('result')).toBe('connected');
  return page.searchParams.get('connection') ?? '';
}

/** Opens what is stored, as connector does, so that it can be looked for. */
async function note(organization: string, id: string, what: string): Promise<void> {
  const [row] = await database.query<{ token_key_id: string; token_box: Buffer; refresh_key_id: string | null; refresh_box: Buffer | null }>('select token_key_id, token_box, refresh_key_id, refresh_box from connector.connections where id = $1', [id]);
  if (!row) throw new Error('there is no such connection');
  const box = new SecretBox(ENCRYPTION_KEYS);
  secrets.set(what, box.open({ keyId: row.token_key_id, box: row.token_box }, `${organization}/${id}`));
  if (row.refresh_key_id !== null && row.refresh_box !== null) secrets.set(`the refresh token of ${what}`, box.open({ keyId: row.refresh_key_id, box: row.refresh_box }, `${organization}/${id}/refresh`));
}

async function due(id: string): Promise<void> {
  await database.query('update connector.connections set renew_at = clock_timestamp() where id = $1', [id]);
}

async function renewed(organization: string, id: string, version: number): Promise<void> {
  await due(id);
  await eventually(async () => (await database.query('select from connector.connections where id = $1 and credential_version = $2', [id, version])).length === 1, PATIENT);
  await note(organization, id, `the token that was renewed, ${version}`);
}

async function begin(organization: string, connectionId: string): Promise<string> {
  if (organization !== 'acme') await call('POST', '/v1/events', { organization, body: EVENT, headers: { 'content-type': 'application/cloudevents+json' } });
  const issueId = await eventually(async () => (await call<{ items: { id: string }[] }>('GET', '/v1/issues', { organization })).body.items[0]?.id, PATIENT);
  return (await call<{ deliveryId: string }>('POST', `/v1/issues/${issueId}/slack-messages`, { organization, body: { connectionId, destination: { name: '#general' } } })).body.deliveryId;
}

async function posted(organization: string, deliveryId: string): Promise<void> {
  await eventually(async () => (await call<Delivery>('GET', `/v1/deliveries/${deliveryId}`, { organization })).body.state === 'posted', PATIENT);
}

async function send(organization: string, connectionId: string): Promise<void> {
  await posted(organization, await begin(organization, connectionId));
}

/** Everything that there is to see of a connection. */
async function look(organization: string, id: string): Promise<void> {
  for (const path of ['/v1/connections', `/v1/connections/${id}`, '/v1/audit?limit=200', '/v1/deliveries', `/v1/connections/${id}/directory`, `/v1/connections/${id}/destinations?q=gen`]) await call('GET', path, { organization });
  await call<VerificationResult>('POST', `/v1/connections/${id}/verify`, { organization });
}

/** A text that holds the secret: as it is, or as JSON, base64, hexadecimal or a part of an address holds it. */
function holds(secret: string): (text: string) => boolean {
  const bytes = Buffer.from(secret);
  const forms = [bytes.toString('base64').slice(0, -4), bytes.toString('base64url').slice(0, -4), bytes.toString('hex'), encodeURIComponent(secret)].filter((form) => form !== secret);
  // By itself: one token may be the beginning of another.
  const itself = new RegExp(`${secret.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')}(?![\\w-])`);
  return (text) => itself.test(text) || forms.some((form) => text.includes(form));
}

/** Every row of every table, as text. */
async function rows(): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const found = await Promise.all(tables.map(({ name }) => database.query<{ row: string }>(`select $1 || ' ' || t::text as row from ${name} t`, [name])));
  return found.flat().map(({ row }) => row);
}

test('the journey knew tokens of every kind', () => {
  expect([...secrets.keys()]).toEqual(expect.arrayContaining(['the token of an installation', 'a token that ends', 'the refresh token of a token that ends', 'the refresh token of the token that was renewed, 2', 'the refresh token of the token that was renewed after its end', 'the token of the installation after that']));
  const distinct = new Set(secrets.values());
  expect([distinct.size, [...distinct].filter((secret) => secret.length < 14)]).toEqual([secrets.size, []]);
});

describe('no secret', () => {
  test.each<[string, number, () => string[] | Promise<string[]>]>([
    ['an answer', 100, () => answers],
    ['the log', 50, () => running.output().split('\n').filter((line) => line.startsWith('{'))], // before it people are told the sandbox's token
    ['a message between services', 10, async () => (broker ? messages : (await database.query<{ row: string }>(`select row from overheard where row like '%.outbox %'`)).map(({ row }) => row))],
    ['the database, then or now', 200, rows],
  ])('is in %s', async (_place, least, read) => {
    const told = await read();
    expect(told.length).toBeGreaterThan(least);
    const leaks = [...secrets].flatMap(([what, secret]) => told.filter(holds(secret)).map((text) => `${what}: ${text.slice(0, 600)}`));
    expect(leaks).toEqual([]);
  });
});
