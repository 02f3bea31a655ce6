/**
 * Every route of every service, and who may call it. A new route fails here until it has a line; a line whose route is gone
 * fails too. The same list is what OpenAPI must describe.
 */
import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';

import { connectorService } from '@tocsin/connector';
import type { ServiceName } from '@tocsin/contracts';
import { ROLES, permissionsOf, type Role } from '@tocsin/domain';
import { issuesService } from '@tocsin/issues';
import { notifierService } from '@tocsin/notifier';
import { createLogger, createServiceApp, listen, loadConfig, reachedFrom, remoteKeys, routesOf, type Access, type Listening, type MessageBus, type Route, type ServiceConfig, type ServiceDefinition } from '@tocsin/platform';
import { isSentence, testDatabase, testIssuer, untoldFields, type TestDatabase, type TestIssuer } from '@tocsin/testing';
import { workflowsService } from '@tocsin/workflows';

const SEES_DEAD_LETTERS = 'deliveries:replay|operations:read';
const DEAD_LETTERS = [`GET /v1/dead-letters ${SEES_DEAD_LETTERS}`, `POST /v1/dead-letters/:id/replay ${SEES_DEAD_LETTERS}`, `DELETE /v1/dead-letters/:id ${SEES_DEAD_LETTERS}`];
const OPERATIONS = ['GET /health/live public', 'GET /health/ready public', 'GET /metrics public', 'GET /v1/audit audit:read', ...DEAD_LETTERS];
const SEES_CONNECTIONS = 'connectors:configure|issues:send|workflows:edit';

const WHO_MAY_CALL: Record<ServiceName, string[]> = {
  connector: [
    ...OPERATIONS,
    `GET /v1/connections ${SEES_CONNECTIONS}`,
    `GET /v1/connections/:id ${SEES_CONNECTIONS}`,
    'POST /v1/connections/verify connectors:configure',
    'POST /v1/connections connectors:configure',
    'POST /v1/connections/oauth connectors:configure',
    'POST /v1/connections/:id/verify connectors:configure',
    'PUT /v1/connections/:id/token connectors:configure',
    'DELETE /v1/connections/:id connectors:configure',
    'POST /v1/connections/:id/pause connectors:configure',
    'POST /v1/connections/:id/resume connectors:configure',
    'GET /slack/oauth/callback public',
    'POST /slack/events public',
    'POST /slack/interactions public',
    'GET /v1/slack/manifest public',
    'GET /v1/api-keys keys:manage',
    'POST /v1/api-keys keys:manage',
    'DELETE /v1/api-keys/:id keys:manage',
    'GET /internal/connections internal',
    'GET /internal/connections/:id internal',
    'GET /internal/connections/:id/credential internal',
    'POST /internal/api-keys/verify internal',
  ],
  issues: [
    ...OPERATIONS,
    'POST /v1/events issues:ingest',
    'POST /v1/scans issues:ingest',
    'GET /v1/scans issues:ingest|issues:read',
    'GET /v1/scans/:id issues:ingest|issues:read',
    'POST /v1/scans/:id/cancel issues:ingest|issues:read',
    'GET /v1/issues issues:read',
    'GET /v1/issues/facets issues:read',
    'GET /v1/issues/:id issues:read',
    'PATCH /v1/issues/:id issues:edit',
    'GET /v1/applications issues:read',
    'POST /v1/applications issues:edit',
    'GET /v1/applications/:name issues:read',
    'PATCH /v1/applications/:name issues:edit',
    'POST /v1/issues/:id/slack-messages issues:send',
    'POST /v1/slack-messages issues:send',
    'POST /v1/slack-messages/preview issues:send',
    'GET /internal/commands/in-transit internal',
    'GET /internal/commands/:organizationId/:commandId internal',
  ],
  workflows: [...OPERATIONS, 'GET /v1/workflows issues:read', 'GET /v1/workflows/:id issues:read'],
  notifier: [
    ...OPERATIONS,
    'GET /v1/deliveries deliveries:read',
    'GET /v1/deliveries/summary deliveries:read|operations:read',
    'GET /v1/deliveries/counts deliveries:read',
    'GET /v1/deliveries/reasons deliveries:read',
    'GET /v1/deliveries/stream deliveries:read',
    'GET /v1/deliveries/pauses deliveries:read',
    'POST /v1/deliveries/pause deliveries:replay',
    'POST /v1/deliveries/resume deliveries:replay',
    'POST /v1/deliveries/cancel deliveries:replay',
    'POST /v1/deliveries/replay deliveries:replay',
    'GET /v1/deliveries/replays/:id deliveries:replay',
    'GET /v1/deliveries/:id deliveries:read',
    'GET /v1/deliveries/:id/message deliveries:read',
    'POST /v1/deliveries/:id/cancel deliveries:replay',
    'POST /v1/deliveries/:id/replay deliveries:replay',
    'POST /v1/deliveries/:id/retract deliveries:replay',
    `GET /v1/connections/:id/destinations ${SEES_CONNECTIONS}`,
    `GET /v1/connections/:id/used-destinations ${SEES_CONNECTIONS}`,
    `GET /v1/connections/:id/directory ${SEES_CONNECTIONS}`,
    `POST /v1/connections/:id/directory/sync ${SEES_CONNECTIONS}`,
    'POST /v1/connections/:id/test-messages connectors:configure',
    'POST /internal/people internal',
    'GET /v1/settings/delivery connectors:configure',
    'PUT /v1/settings/delivery connectors:configure',
  ],
};

const SERVICES: readonly ServiceDefinition<ServiceConfig>[] = [connectorService, issuesService, workflowsService, notifierService] as never;
const SILENT_BUS: MessageBus = {
  state: 'ready',
  start: () => Promise.resolve(),
  publish: (messages) => Promise.resolve(messages.map(() => undefined)),
  subscribe: () => Promise.resolve({ stop: () => Promise.resolve() }),
  collectDeadLetters: () => Promise.resolve({ stop: () => Promise.resolve() }),
  putBack: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};

interface Running {
  routes: Route[];
  document: OpenAPIObject;
  listening: Listening;
  close: () => Promise<void>;
}

let database: TestDatabase;
let issuer: TestIssuer;
const running = new Map<ServiceName, Running>();

beforeAll(async () => {
  [database, issuer] = [await testDatabase(), await testIssuer()];
  for (const definition of SERVICES) running.set(definition.service, await run(definition));
}, 120_000);

afterAll(async () => {
  for (const { close } of running.values()) await close();
  await issuer.stop();
  await database.drop();
}, 60_000);

async function run({ service, config: Config, register }: ServiceDefinition<ServiceConfig>): Promise<Running> {
  const config = loadConfig(Config, { DATABASE_URL: database.url, DATABASE_POOL_SIZE: '3', ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}` });
  const unreachable = 'http://127.0.0.1:9';
  const runtime = {
    bus: SILENT_BUS,
    logger: createLogger(service, 'silent'),
    peers: { connector: unreachable, issues: unreachable, workflows: unreachable, notifier: unreachable },
    tokenIssuer: { issuer: issuer.url, keys: remoteKeys(issuer.url) },
  };
  const app = await createServiceApp({ service, module: register(config, runtime), runtime, port: 0 });
  const listening = await listen(app.getHttpAdapter().getInstance() as never, 0, '127.0.0.1');
  const document = (await (await fetch(`${listening.url}/openapi.json`)).json()) as OpenAPIObject;
  return {
    routes: routesOf(app),
    document,
    listening,
    close: async () => {
      await listening.close();
      await app.close();
    },
  };
}

function of(service: ServiceName): Running {
  const found = running.get(service);
  if (!found) throw new Error(`${service} does not run`);
  return found;
}

function demandOf(access: Access | undefined): string {
  if (access?.kind === 'permissions') return [...access.anyOf].sort().join('|');
  return access?.kind ?? 'nobody said';
}

const NAMES: readonly ServiceName[] = ['connector', 'issues', 'workflows', 'notifier'];

describe.each(NAMES)('the routes of %s', (service) => {
  test('are those of the table, each with what it demands', () => {
    const there = of(service).routes.map(({ method, path, access }) => `${method} ${path} ${demandOf(access)}`);
    expect(there.sort()).toEqual([...WHO_MAY_CALL[service]].sort());
  });

  test('are what its OpenAPI document describes, with an answer for each', () => {
    const { document, routes } = of(service);
    const described = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`));
    const expected = routes.filter(({ path }) => !path.startsWith('/internal') && path !== '/metrics').map(({ method, path }) => `${method} ${path}`);
    expect(document.openapi).toMatch(/^3\.1/);
    expect(described.sort()).toEqual(expected.sort());
    const dangling = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name ?? '').filter((name) => document.components?.schemas?.[name] === undefined);
    expect(dangling).toEqual([]);
    expect(Object.keys(document.components?.schemas ?? {}).sort()).toEqual([...reachedFrom(document.paths, document.components?.schemas ?? {})].sort());
  });

  test('answer 401 without a token and with one that is not the issuer’s, whatever the body is', async () => {
    for (const line of WHO_MAY_CALL[service].filter((entry) => !entry.endsWith(' public'))) {
      expect([line, await statusOf(service, line)]).toEqual([line, 401]);
      expect([line, await statusOf(service, line, 'not.a.token')]).toEqual([line, 401]);
      expect([line, await statusOf(service, line, undefined, '{"')]).toEqual([line, 401]);
    }
  });

  test.each(Object.keys(ROLES) as Role[])('open for the role %s exactly where its permissions suffice', async (role) => {
    const token = await issuer.token({ user: 'ada@acme.test', roles: [role] });
    const allowed = permissionsOf([role]);
    for (const line of WHO_MAY_CALL[service].filter((entry) => !/ (public|internal)$/.test(entry))) {
      const may = (line.split(' ')[2] ?? '').split('|').some((permission) => (allowed as ReadonlySet<string>).has(permission));
      const status = await statusOf(service, line, token);
      expect([line, status === 403 || status === 401]).toEqual([line, !may]);
    }
  });
});

test('OpenAPI tells the parameters of a query, the permission, the shape of a list and of an error', () => {
  const list = of('issues').document.paths['/v1/issues']?.get;
  expect(list?.parameters?.map((parameter) => ('name' in parameter ? parameter.name : ''))).toEqual(expect.arrayContaining(['severity', 'q', 'limit', 'cursor']));
  expect(list?.description).toContain('issues:read');
  expect(of('issues').document.paths['/v1/dead-letters/{id}/replay']?.post?.parameters).toContainEqual(expect.objectContaining({ name: 'id', description: 'Id of the dead letter.' }));
  expect(of('notifier').document.paths['/v1/deliveries/stream']?.get?.description).toMatch(/Last-Event-ID misses nothing\. Needs the permission deliveries:read\.$/);
  expect(JSON.stringify(list?.responses)).toContain('nextCursor');
  expect(JSON.stringify(of('issues').document.paths['/v1/audit']?.get?.responses)).toContain('unavailable');
  expect(list?.responses.default).toMatchObject({ content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });
});

test.each(NAMES)('OpenAPI of %s says that a body may hold null for what it may leave out, and that no answer does', (service) => {
  const { paths, components: { schemas = {} } = {} } = of(service).document;
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as { requestBody?: object; responses: object }[]);
  const optional = (within: object[]): string[] => [...reachedFrom(within, schemas)].flatMap((name) => {
    const { properties = {}, required = [] } = schemas[name] as { properties?: Record<string, object>; required?: string[] };
    return Object.entries(properties).filter(([field]) => !required.includes(field)).map(([field, schema]) => `${name}.${field} ${JSON.stringify(schema)}`);
  });
  const nullable = /"null"/;
  expect(optional(operations.map(({ requestBody = {} }) => requestBody)).filter((field) => !nullable.test(field))).toEqual([]);
  expect(optional(operations.map(({ responses }) => responses)).filter((field) => nullable.test(field))).toEqual([]);
});

test('OpenAPI calls required what has to be there: of queries one parameter, of bodies those in which something has to stand', () => {
  const operations = NAMES.flatMap((service) => Object.entries(of(service).document.paths)).flatMap(([path, item]) => Object.entries(item as Record<string, Pick<NonNullable<(typeof item)['get']>, 'parameters' | 'requestBody'>>)
    .map(([method, { parameters = [], requestBody }]) => ({ route: `${method.toUpperCase()} ${path}`, parameters, requestBody })));
  expect(operations.flatMap(({ route, parameters }) => parameters.flatMap((one) => ('in' in one && one.in === 'query' && one.required === true ? [`${route} ${one.name}`] : [])))).toEqual(['POST /v1/scans application']);
  expect(operations.filter(({ requestBody }) => requestBody && 'content' in requestBody && requestBody.required !== true).map(({ route }) => route).sort()).toEqual([
    'PATCH /v1/applications/{name}', 'PATCH /v1/issues/{id}', 'POST /v1/connections/oauth', 'POST /v1/deliveries/pause', 'POST /v1/deliveries/resume', 'POST /v1/deliveries/{id}/replay', 'POST /v1/deliveries/{id}/retract',
  ]);
});

test.each(NAMES)('OpenAPI of %s says in a sentence what each route does, and what each parameter and each field is', (service) => {
  const { document } = of(service);
  const operations = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item as Record<string, { summary?: string; parameters?: { name: string; description?: string }[] }>)
    .map(([method, { summary, parameters = [] }]) => ({ route: `${method.toUpperCase()} ${path}`, summary, parameters })));
  expect(operations.filter(({ summary }) => !isSentence(summary)).map(({ route }) => route)).toEqual([]);
  expect(operations.flatMap(({ route, parameters }) => parameters.filter(({ description }) => !isSentence(description)).map(({ name }) => `${route} ${name}`))).toEqual([]);
  expect(untoldFields(document)).toEqual([]);
});

async function statusOf(service: ServiceName, line: string, token?: string, body = '{}'): Promise<number> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const address = path.replaceAll(/:\w+/g, '0198f000-0000-7000-8000-000000000000');
  const response = await fetch(`${of(service).listening.url}${address}`, {
    method,
    redirect: 'manual',
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(method !== 'GET' && { 'content-type': 'application/json' }) },
    ...(method !== 'GET' && { body }),
  });
  await response.body?.cancel();
  return response.status;
}
