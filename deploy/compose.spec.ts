/** What docker-compose.yml, the Dockerfile and RabbitMQ's policies say, held against the code: no Docker is needed. */
import 'reflect-metadata';

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from '@jest/globals';

import { connectorService } from '@tocsin/connector';
import { SERVICES, queuesOf } from '@tocsin/contracts';
import { issuesService } from '@tocsin/issues';
import { notifierService } from '@tocsin/notifier';
import { loadConfig, settingsOf, type ServiceConfig } from '@tocsin/platform';
import { workflowsService } from '@tocsin/workflows';

import { readSettings } from '../services/console/server/settings.js';
import { readCompose } from './test/compose-file.js';

const CONFIGS: [name: string, config: new () => ServiceConfig][] = [connectorService, issuesService, workflowsService, notifierService].map(({ service, config }) => [service, config]);
const ENVIRONMENT = { ENCRYPTION_KEYS: 'k1:secret', OIDC_ISSUER: 'https://login.example', POSTGRES_PASSWORD: 'one', RABBITMQ_PASSWORD: 'two' };
const services = readCompose(ENVIRONMENT);
const OURS = Object.keys(services).filter((name) => services[name]?.image === 'tocsin');

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

function service(name: string): (typeof services)[string] {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** The image sets HOST; a fail point is for tests. */
const NOT_FROM_OUTSIDE = ['HOST', 'FAILPOINT'];

describe('docker-compose.yml', () => {
  test('starts the entry points of npm run service, each once', () => {
    const entryPoints = [...read('scripts/service.js').matchAll(/^ {2}'?([a-z-]+)'?: '\.\.\/(.+)',$/gm)].map(([, name = '', entry = '']) => `${name}: node ${entry}`);
    expect(entryPoints).toHaveLength(6);
    expect(OURS.map((name) => `${name}: ${service(name).command?.join(' ') ?? ''}`).sort()).toEqual(entryPoints.sort());
  });

  test.each(CONFIGS)('gives %s settings that it accepts, under their names, and reaches every one of them', (name, config) => {
    const every = settingsOf(config).map((setting) => setting.name);
    const reached = readCompose({ ...Object.fromEntries(every.map((setting) => [setting, 'x'])), ...ENVIRONMENT })[name]?.environment ?? {};
    expect(Object.keys(reached).sort()).toEqual(every.filter((setting) => !NOT_FROM_OUTSIDE.includes(setting)).sort());
    const loaded = loadConfig(config, service(name).environment);
    expect(loaded).toMatchObject({ DATABASE_URL: 'postgres://tocsin:one@postgres:5432/tocsin', AMQP_URL: 'amqp://tocsin:two@rabbitmq:5672', OIDC_ISSUER: 'https://login.example', PUBLIC_URL: 'http://localhost:3000' });
  });

  test('lets the services and the console find each other where they listen', () => {
    const { peers, port } = readSettings(service('console').environment);
    expect(peers).toEqual(Object.fromEntries(SERVICES.map((name) => [name, `http://${name}:${service(name).environment.PORT ?? ''}`])));
    for (const name of SERVICES) expect(service(name).environment).toMatchObject({ CONNECTOR_URL: peers.connector, ISSUES_URL: peers.issues, WORKFLOWS_URL: peers.workflows, NOTIFIER_URL: peers.notifier });
    expect(service('console').ports).toEqual([`3000:${port}`]);
  });

  test('opens the console to the outside and nothing else; the Slack sandbox, on request, to this machine', () => {
    const opened = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(opened).toEqual(['console 3000:3000', 'slack-sandbox 127.0.0.1:3001:3001']);
    expect(service('slack-sandbox').profiles).toEqual(['sandbox']);
  });

  test.each(Object.keys(ENVIRONMENT))('does not start without %s', (name) => {
    expect(() => readCompose({ ...ENVIRONMENT, [name]: '' })).toThrow(new RegExp(`^${name}: set it in \\.env`));
  });

  test('has no service write to its container, or keep a capability', () => {
    for (const name of OURS) expect(service(name)).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  test('waits for what a service needs until that is healthy', () => {
    for (const name of SERVICES) expect(service(name).depends_on).toEqual({ postgres: { condition: 'service_healthy' }, rabbitmq: { condition: 'service_healthy' } });
    for (const name of ['postgres', 'rabbitmq']) expect(service(name).healthcheck?.test[0]).toBe('CMD');
  });

  test('mounts files that are there', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes).filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] ?? '');
    expect(mounted).toHaveLength(2);
    for (const path of mounted) expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
  });
});

describe('the Dockerfile', () => {
  const text = read('deploy/Dockerfile');
  const stages = text.split(/^FROM /m).slice(1);
  const last = stages.at(-1) ?? '';

  test('runs as a user without rights, on a Node that is new enough', () => {
    expect(last).toMatch(/^USER node$/m);
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(engines.node).toBe('>=20.19');
    for (const stage of stages) expect(stage).toMatch(/^node:20-bookworm-slim( AS \w+)?\n/);
  });

  test('takes along every folder that an entry point lies in, and the health check', () => {
    const copied = [...last.matchAll(/^COPY --from=build .+ (\S+)$/gm)].map(([, target]) => target);
    expect(copied).toEqual(expect.arrayContaining(['node_modules', 'libs', 'services', 'deploy/healthcheck.js']));
    for (const name of OURS) expect(copied).toContain(service(name).command?.[1]?.split('/')[0]);
    expect(existsSync(new URL('healthcheck.js', import.meta.url))).toBe(true);
  });

  test('is built without what is made or secret here, and with every package.json that the lock file names', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.env', '.tocsin', '**/node_modules', '**/dist']));
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    for (const workspace of workspaces) expect(ignored).not.toContain(workspace.replace('/*', ''));
  });
});

describe('the policies of RabbitMQ', () => {
  interface Policy { pattern: string; priority: number; definition: Record<string, unknown>; 'apply-to': string }
  const { policies } = JSON.parse(read('deploy/rabbitmq/definitions.json')) as { policies: Policy[] };
  const QUEUES = SERVICES.flatMap((name) => queuesOf(name).map(({ queue }) => queue));

  /** RabbitMQ applies one policy to a queue: of those that match, the one of the highest priority. */
  function policyOf(queue: string): Record<string, unknown> | undefined {
    return policies.filter(({ pattern }) => new RegExp(pattern).test(queue)).sort((a, b) => b.priority - a.priority)[0]?.definition;
  }

  test.each(QUEUES.flatMap((queue) => [queue, `${queue}.retry.10s`, `acme-${queue}`]))('bound %s', (queue) => {
    expect(policyOf(queue)).toEqual({ 'delivery-limit': 50, 'max-length': 1_000_000, 'max-length-bytes': 4 * 1024 ** 3, overflow: 'reject-publish' });
  });

  test.each(QUEUES.map((queue) => `${queue}.dlq`))('keep the dead letters of %s however often they are looked at', (queue) => {
    expect(policyOf(queue)).toMatchObject({ 'delivery-limit': 1_000_000, overflow: 'reject-publish' });
  });

  test('leave the queues of others alone', () => {
    expect(policyOf('billing.invoice.sent.v1')).toBeUndefined();
  });
});
