/**
 * Starts what docker-compose.yml starts, with the settings that it gives, as processes on this machine: the names of its
 * containers become ports here, its PostgreSQL and RabbitMQ the test servers. Then the image's health check looks at each.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { freePort, hasTestBroker, startProcess, testBroker, testDatabase, testIssuer, type StartedProcess } from '@tocsin/testing';

import { readCompose, type ComposeService } from './test/compose-file.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HEALTH_CHECK = JSON.parse(/^HEALTHCHECK .* CMD (\[.*\])$/m.exec(readFileSync(new URL('Dockerfile', import.meta.url), 'utf8'))?.[1] ?? '[]') as string[];
const LISTENING = ['connector', 'issues', 'workflows', 'notifier', 'console', 'slack-sandbox'] as const;

/** A health check as Docker runs it: by its exit code. */
async function isHealthy([, ...args]: string[], env: Record<string, string>): Promise<boolean> {
  return promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { PATH: process.env.PATH, ...env } }).then(() => true, () => false);
}

test('.env.example and docs/configuration.md say what the config classes say', async () => {
  const outcome = await promisify(execFile)(process.execPath, ['scripts/generate.js', '--check'], { cwd: ROOT }).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ stdout: '', stderr: '' });
}, 30_000);

test('where nothing listens, the health check fails', async () => {
  expect(await isHealthy(HEALTH_CHECK, { PORT: String(await freePort()) })).toBe(false);
}, 20_000);

(hasTestBroker() ? describe : describe.skip)('docker-compose.yml', () => {
  const stops: (() => Promise<void>)[] = [];
  const running = new Map<string, { healthCheck: string[]; env: Record<string, string>; url: string }>();

  beforeAll(async () => {
    const [database, broker, issuer] = [await testDatabase(), testBroker(), await testIssuer()];
    stops.push(database.drop, () => broker.cleanup(), () => issuer.stop());
    const composed = readCompose({ ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`, OIDC_ISSUER: issuer.url, POSTGRES_PASSWORD: 'unused', RABBITMQ_PASSWORD: 'unused', SLACK_BASE_URL: 'http://slack-sandbox:3001', AMQP_PREFIX: broker.prefix, LOG_LEVEL: 'warn', DATABASE_POOL_SIZE: '2' });
    const ports = new Map(await Promise.all(LISTENING.map(async (name) => [name, String(await freePort())] as const)));
    const moved = (text: string): string => LISTENING.reduce((all, name) => all.replace(new RegExp(`//${name}:\\d+`), `//127.0.0.1:${ports.get(name) ?? ''}`), text);
    const start = async (name: (typeof LISTENING)[number]): Promise<void> => {
      const { environment, command = [], healthcheck } = composed[name] as ComposeService;
      const port = ports.get(name) ?? '';
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, moved(value)]));
      Object.assign(env, 'PORT' in env ? { PORT: port } : { SANDBOX_PORT: port }, 'DATABASE_URL' in env && { DATABASE_URL: database.url, AMQP_URL: broker.url });
      const started: StartedProcess = await startProcess(command[1] ?? '', env, { timeout: 60_000 });
      stops.push(started.stop);
      running.set(name, { healthCheck: healthcheck?.test.slice(1).map((word) => word.replace(':3001', `:${port}`)) ?? HEALTH_CHECK, env, url: started.url });
    };
    await Promise.all(LISTENING.map(start));
  }, 120_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  test.each(LISTENING)('starts %s, and its health check finds it well', async (name) => {
    const found = running.get(name);
    expect(found && await isHealthy(found.healthCheck, found.env)).toBe(true);
  }, 20_000);

  test('puts every service behind the console', async () => {
    const response = await fetch(`${running.get('console')?.url ?? ''}/health/ready`);
    expect(await response.json()).toEqual({ status: 'ok', parts: { connector: 'ready', issues: 'ready', workflows: 'ready', notifier: 'ready' } });
  }, 20_000);
});
