import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { createLogger, loadConfig, remoteKeys, startService, type Listening, type MessageBus } from '@tocsin/platform';
import { testDatabase, testIssuer, type TestDatabase, type TestIssuer } from '@tocsin/testing';

import { workflowsService } from './index.js';

const BUS: MessageBus = {
  state: 'ready',
  start: () => Promise.resolve(),
  publish: (messages) => Promise.resolve(messages.map(() => undefined)),
  subscribe: () => Promise.resolve({ stop: () => Promise.resolve() }),
  collectDeadLetters: () => Promise.resolve({ stop: () => Promise.resolve() }),
  putBack: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};

let database: TestDatabase;
let issuer: TestIssuer;
let service: Listening;

beforeAll(async () => {
  [database, issuer] = [await testDatabase(), await testIssuer()];
  const config = loadConfig(workflowsService.config, { DATABASE_URL: database.url, ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}` });
  const peer = 'http://127.0.0.1:9';
  const runtime = { bus: BUS, logger: createLogger('workflows', 'silent'), peers: { connector: peer, issues: peer, workflows: peer, notifier: peer }, tokenIssuer: { issuer: issuer.url, keys: remoteKeys(issuer.url) } };
  service = await startService({ service: 'workflows', module: workflowsService.register(config, runtime), runtime, port: 0 });
}, 30_000);

afterAll(async () => {
  await service.close();
  await issuer.stop();
  await database.drop();
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const token = await issuer.token({ user: 'ada@acme.test', roles: ['viewer'] });
  const response = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
}

describe('workflows', () => {
  test('is ready and has none yet', async () => {
    await expect(get('/health/ready')).resolves.toMatchObject({ status: 200 });
    await expect(get('/v1/workflows')).resolves.toEqual({ status: 200, body: { items: [], nextCursor: null } });
  });

  test('says that a workflow does not exist', async () => {
    await expect(get('/v1/workflows/w1')).resolves.toMatchObject({ status: 404, body: { title: 'Not found', detail: expect.stringContaining('"w1"') } });
  });

  test('takes no workflow that nothing would run', async () => {
    const token = await issuer.token({ user: 'ada@acme.test' });
    const response = await fetch(`${service.url}/v1/workflows`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{}' });
    expect(response.status).toBe(404);
  });
});
