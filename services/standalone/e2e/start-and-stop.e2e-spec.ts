import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import type { Connection, Delivery } from '@tocsin/contracts';
import { eventually, freePort, startProcess, type StartedProcess } from '@tocsin/testing';

import { Caller } from './product.js';

/** A start takes three seconds on a quiet machine, and twenty on a busy one. */
jest.setTimeout(180_000);

const ENTRY = 'services/standalone/dist/main.js';

let dataDir: string;
let settings: Record<string, string>;
let running: StartedProcess | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tocsin-start-'));
  settings = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()), DATA_DIR: dataDir };
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function start(more: Record<string, string> = {}): Promise<Caller> {
  running = await startProcess(ENTRY, { ...settings, ...more }, { timeout: 60_000 });
  const url = `http://localhost:${settings.PORT ?? ''}`;
  const { token } = (await (await askForToken(url)).json()) as { token: string };
  return new Caller({ url, sandboxUrl: '', token: () => Promise.resolve(token), stop: () => Promise.resolve() }, token);
}

function askForToken(url: string, body: object = { user: 'noa@acme.test' }): Promise<Response> {
  return fetch(`${url}/v1/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

const EVENT = {
  specversion: '1.0', id: 'e1', source: '/ci', type: 'issue.reported.v1',
  data: { title: 'Outdated base image', severity: 'high', application: 'payments-api', fingerprint: 'base-image' },
};

async function reportIssue(noa: Caller): Promise<string> {
  await noa.call('POST', '/v1/events', { body: EVENT, headers: { 'content-type': 'application/cloudevents+json' } });
  return eventually(async () => (await noa.get<{ items: { id: string }[] }>('/v1/issues')).body.items[0]?.id, { timeout: 60_000 });
}

describe('everything in one process', () => {
  test('says where to look and gives a next step that can be copied', async () => {
    const noa = await start();
    expect(running?.output()).toMatch(/ready on http/);
    expect(running?.output()).toContain(`http://localhost:${settings.PORT ?? ''}/v1/dev/token`);
    const connected = await noa.post<Connection>('/v1/connections', { method: 'token', hostUrl: 'acme.slack.com', token: 'xoxb-sandbox-acme' });
    expect(connected.status).toBe(201);
    await reportIssue(noa);
  });

  test('keeps its data over a stop, and tokens and connections stay good', async () => {
    const noa = await start();
    expect((await noa.get<{ items: Connection[] }>('/v1/connections')).body.items).toHaveLength(1);
    expect((await noa.get<{ items: object[] }>('/v1/issues')).body.items).toHaveLength(1);
  });

  test('recovers from kill -9, and what was promised before it is posted after it', async () => {
    const noa = await start();
    const connectionId = (await noa.get<{ items: Connection[] }>('/v1/connections')).body.items[0]?.id;
    const issueId = await reportIssue(noa);
    const promised = await Promise.all([1, 2, 3].map(() => noa.post<{ deliveryId: string }>(`/v1/issues/${issueId}/slack-messages`, { connectionId, destination: { name: '#general' } })));
    await running?.kill();
    const again = await start();
    for (const { status, body } of promised) {
      expect(status).toBe(202);
      const end = await eventually(async () => {
        const delivery = (await again.get<Delivery>(`/v1/deliveries/${body.deliveryId}`)).body;
        return ['posted', 'unconfirmed'].includes(delivery.state) && delivery;
      }, { timeout: 60_000 });
      expect(end.id).toBe(body.deliveryId);
    }
  });

  test('talks to a sandbox that runs elsewhere, and says so in the console', async () => {
    const sandboxUrl = `http://127.0.0.1:${await freePort()}`;
    const noa = await start({ SLACK_BASE_URL: sandboxUrl, SLACK_CLIENT_ID: 'sandbox.client' });
    expect((await noa.get('/console/environment.json')).body).toMatchObject({ slackSandbox: true, sandboxUrl });
  });

  test('a second one on the same data says so in one sentence', async () => {
    await start();
    const other = { ...settings, PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()) };
    await expect(startProcess(ENTRY, other)).rejects.toThrow(/Tocsin cannot start: Tocsin runs already on .*; stop it, or set DATA_DIR and PORT/);
  });

  test('with port 0 is at a free one, which it says, and calls itself by it', async () => {
    const anywhere = { PORT: '0', SANDBOX_PORT: '0', DATA_DIR: await mkdtemp(join(tmpdir(), 'tocsin-anywhere-')) };
    running = await startProcess(ENTRY, anywhere, { timeout: 60_000 });
    const [, url = '', port = ''] = /ready on (http:\S+:(\d+))/.exec(running.output()) ?? [];
    const { issuer } = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as { issuer: string };
    const { location } = Object.fromEntries((await fetch(url, { headers: { accept: 'text/html' }, redirect: 'manual' })).headers);
    expect([issuer, location]).toEqual([`http://localhost:${port}`, `http://localhost:${port}/`]);
    await rm(anywhere.DATA_DIR, { recursive: true, force: true });
  });

  test.each(['PORT', 'SANDBOX_PORT'])('a taken %s is one sentence', async (name) => {
    await start();
    const elsewhere = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()), DATA_DIR: await mkdtemp(join(tmpdir(), 'tocsin-taken-')) };
    const taken = settings[name] ?? '';
    await expect(startProcess(ENTRY, { ...elsewhere, [name]: taken })).rejects.toThrow(`Tocsin cannot start: Port ${taken} is taken by another program; set ${name} to a free one.`);
    await rm(elsewhere.DATA_DIR, { recursive: true, force: true });
  });

  test('a database server that is away is one sentence, without the password', async () => {
    const away = { ...settings, DATABASE_URL: `postgres://tocsin:hunter2@127.0.0.1:${await freePort()}/tocsin` };
    const refusal = await startProcess(ENTRY, away).then(() => '', (error: unknown) => String(error));
    expect(refusal).toMatch(/Tocsin cannot start: PostgreSQL at 127\.0\.0\.1:\d+ cannot be reached/);
    expect(refusal).not.toContain('hunter2');
  });

  test('all settings that are wrong are told at once', async () => {
    await expect(startProcess(ENTRY, { ...settings, PORT: 'many', DATABASE_URL: 'mysql://x' })).rejects.toThrow(/PORT: "many" is not a number[\s\S]*DATABASE_URL: must be a postgres:\/\/ address/);
  });
});

describe('the development issuer', () => {
  test('gives no token to a page of another site, and none for what it does not know', async () => {
    await start();
    const url = `http://localhost:${settings.PORT ?? ''}`;
    expect(await statusWithHost('evil.test')).toBe(403);
    expect((await askForToken(url, { user: '' })).status).toBe(400);
    expect((await askForToken(url, { user: 'a', roles: ['king'] })).status).toBe(400);
    expect((await askForToken(url, { user: 'a', admin: true })).status).toBe(400);
  });

  function statusWithHost(host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port: settings.PORT, path: '/v1/dev/token', method: 'POST', headers: { host, 'content-type': 'application/json' } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on('error', reject);
      call.end(JSON.stringify({ user: 'eve' }));
    });
  }
});
