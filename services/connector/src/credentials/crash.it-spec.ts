/** connector as a process of its own, killed when Slack has renewed a token and nobody has kept it yet. */
import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Connection } from '@tocsin/contracts';
import { eventually, hasTestBroker, startProcess, startSandboxProcess, testBroker, testDatabase, testIssuer, type StartedProcess, type TestBroker, type TestDatabase, type TestIssuer } from '@tocsin/testing';

const KEYS = `k1:${randomBytes(32).toString('base64')}`;

let database: TestDatabase;
let broker: TestBroker;
let issuer: TestIssuer;
let sandbox: StartedProcess;
let connector: StartedProcess;

async function start(more: Record<string, string> = {}): Promise<StartedProcess> {
  return startProcess('services/connector/dist/main.js', {
    PORT: '0', DATABASE_URL: database.url, DATABASE_POOL_SIZE: '4', AMQP_URL: broker.url, AMQP_PREFIX: broker.prefix, ENCRYPTION_KEYS: KEYS, OIDC_ISSUER: issuer.url,
    SLACK_BASE_URL: sandbox.url, SLACK_CLIENT_ID: 'sandbox.client', SLACK_CLIENT_SECRET: 'sandbox-secret', ...more,
  });
}

async function call<T>(method: string, path: string, body?: object): Promise<{ headers: Headers; body: T }> {
  const headers = { authorization: `Bearer ${await issuer.token({ user: 'noa@acme.test' })}`, 'content-type': 'application/json' };
  const response = await fetch(`${connector.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { headers: response.headers, body: (await response.json()) as T };
}

async function install(): Promise<string> {
  const begun = await call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', {});
  const asked = new URL(begun.body.authorizeUrl);
  const decided = await fetch(`${asked.origin}${asked.pathname}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...Object.fromEntries(asked.searchParams), decision: 'allow' }) });
  const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  await fetch(`${connector.url}/slack/oauth/callback${new URL(decided.headers.get('location') ?? '').search}`, { redirect: 'manual', headers: { cookie } });
  const { items } = (await call<{ items: Connection[] }>('GET', '/v1/connections')).body;
  return items[0]?.id ?? '';
}

async function isGone({ url }: StartedProcess): Promise<boolean> {
  return fetch(`${url}/health/live`).then(() => false, () => true);
}

async function credentialVersion(): Promise<number> {
  const [row] = await database.query<{ credential_version: number }>('select credential_version from connector.connections');
  return row?.credential_version ?? 0;
}

(hasTestBroker() ? describe : describe.skip)('a connector that dies', () => {
  beforeAll(async () => {
    broker = testBroker();
    [database, issuer, sandbox] = await Promise.all([testDatabase(), testIssuer(), startSandboxProcess()]);
    await fetch(`${sandbox.url}/sandbox/rotation`, { method: 'POST', body: JSON.stringify({ enabled: true }) });
    connector = await start({ FAILPOINT: 'renewal.answer:1' });
  }, 60_000);

  afterAll(async () => {
    await connector.stop();
    await sandbox.stop();
    await issuer.stop();
    await broker.cleanup();
    await database.drop();
  }, 30_000);

  test('with a new token in its hands renews again with the refresh token that it still has, once its lease is over', async () => {
    const id = await install();
    await database.query('update connector.connections set renew_at = clock_timestamp()');
    await eventually(() => isGone(connector), { timeout: 20_000 });
    expect(await database.query('select credential_version, renewal_leased_until > clock_timestamp() as leased from connector.connections')).toEqual([{ credential_version: 1, leased: true }]);
    await database.query('update connector.connections set renewal_leased_until = clock_timestamp()');
    connector = await start();
    await eventually(async () => (await credentialVersion()) === 2, { timeout: 20_000 });
    expect((await call<{ ok: boolean }>('POST', `/v1/connections/${id}/verify`)).body.ok).toBe(true);
    expect((await call<Connection>('GET', `/v1/connections/${id}`)).body.health.state).toBe('connected');
  }, 90_000);
});
