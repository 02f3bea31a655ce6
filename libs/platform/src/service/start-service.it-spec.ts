import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Module, Param, Post, type DynamicModule } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { ApiCreatedResponse } from '@nestjs/swagger';
import { eventually, testDatabase, testIssuer, type TestDatabase, type TestIssuer } from '@tocsin/testing';
import { IsString } from 'class-validator';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

import { ConnectionReported } from '@tocsin/contracts';

import { createAuditTable } from '../audit/audit.js';
import { Internal, Public, Requires } from '../auth/access.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { signServiceToken } from '../auth/service-token.js';
import { remoteKeys } from '../auth/token-verifier.js';
import { BusContext } from '../bus/bus-context.js';
import { InProcessBus } from '../bus/in-process-bus.js';
import { ServiceConfig } from '../config/service.config.js';
import { loadConfig } from '../config/setting.js';
import { createDeadLetterTable } from '../dead-letters/dead-letter.repository.js';
import type { Listening } from '../http/listen.js';
import { createIdempotencyTable, Idempotency, IdempotentRequest, type IdempotentCall } from '../http/idempotency.js';
import { InternalClient } from '../http/internal.client.js';
import { notFound } from '../http/problem.exception.js';
import { createLogger } from '../logging/logger.js';
import { createInboxTable, Inbox } from '../outbox/inbox.js';
import { createOutboxTables, indexOutboxByKind, Outbox } from '../outbox/outbox.js';
import { PlatformModule } from './platform.module.js';
import type { ServiceRuntime } from './runtime.js';
import { startService } from './start-service.js';

class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await indexOutboxByKind(runner);
    await createInboxTable(runner);
    await createIdempotencyTable(runner);
    await createDeadLetterTable(runner);
    await createAuditTable(runner);
    await runner.query('create table reports (organization_id text, slack_error text)');
  }

  async down(): Promise<void> {}
}

class NewReport {
  @IsString() slackError!: string;
}

/** A service as small as one can be: what is posted goes through the outbox, over the bus, to its own handler. */
@Controller('v1/reports')
class ReportsController {
  constructor(
    private readonly outbox: Outbox,
    private readonly inbox: Inbox,
    private readonly idempotency: Idempotency,
    private readonly database: DataSource,
  ) {}

  @Post()
  @HttpCode(202)
  @Requires('connectors:configure')
  @ApiCreatedResponse({ type: NewReport })
  post(@CurrentCaller() caller: Caller, @Body() { slackError }: NewReport, @IdempotentRequest() call: IdempotentCall): Promise<NewReport> {
    return this.idempotency.run(call, async (tx) => {
      await this.outbox.add(tx, { type: 'connection.changed.v1', organizationId: caller.organizationId, data: { slackError } });
      return { status: 202, body: { slackError } };
    });
  }

  @Post('open')
  @HttpCode(200)
  @Public()
  open(@Body() report: NewReport): NewReport {
    return report;
  }

  @Get(':id')
  @Requires('issues:read')
  async get(@Param('id') id: string): Promise<never> {
    await this.database.query('select from reports where slack_error = $1', [id]);
    throw notFound('report', id);
  }

  @EventPattern<string>('connection.reported.v1')
  async handle(@Payload() { organizationId, slackError }: ConnectionReported, @Ctx() { source, id }: BusContext): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      if (await this.inbox.firstTime(tx, source, id)) await tx.query('insert into reports values ($1, $2)', [organizationId, slackError]);
    });
  }
}

@Controller('internal/reports')
class InternalReportsController {
  constructor(private readonly database: DataSource) {}

  @Get()
  @Internal()
  async list(): Promise<{ items: unknown[] }> {
    return { items: await this.database.query('select * from reports') };
  }

  @Post()
  @HttpCode(200)
  @Internal()
  echo(@Body() report: NewReport): NewReport {
    return report;
  }
}

@Module({})
class ReportsModule {
  static register(config: ServiceConfig, runtime: ServiceRuntime): DynamicModule {
    return {
      module: ReportsModule,
      imports: [PlatformModule.forService({ service: 'connector', config, runtime, migrations: [Initial1732460000000] })],
      controllers: [ReportsController, InternalReportsController],
    };
  }
}

let database: TestDatabase;
let issuer: TestIssuer;
let bus: InProcessBus;
let service: Listening;
const peers = { connector: '', issues: '', workflows: '', notifier: '' };
const secret = randomBytes(32);

beforeAll(async () => {
  [database, issuer] = [await testDatabase(), await testIssuer()];
  const logger = createLogger('connector', 'silent');
  bus = new InProcessBus({ databaseUrl: database.url, logger });
  await bus.start();
  const config = loadConfig(ServiceConfig, { DATABASE_URL: database.url, ENCRYPTION_KEYS: `k1:${secret.toString('base64')}`, SERVICE_SECRET: secret.toString('hex') });
  const runtime = { bus, logger, peers, tokenIssuer: { issuer: issuer.url, keys: remoteKeys(issuer.url) } };
  service = await startService({ service: 'connector', module: ReportsModule.register(config, runtime), runtime, port: 0 });
  peers.connector = service.url;
}, 30_000);

afterAll(async () => {
  await service.close();
  await bus.close();
  await issuer.stop();
  await database.drop();
});

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const token = await issuer.token({ user: 'ada@acme.test' });
  const response = await fetch(service.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text } };
}

const serviceSecret = new TextEncoder().encode(secret.toString('hex'));
const internal = new InternalClient('notifier', peers, serviceSecret);

describe('a service', () => {
  test('says what it posted on the bus, to whoever hears it, soon after the commit', async () => {
    const heard: unknown[] = [];
    const subscription = await bus.subscribe('notifier', 'notifier.connection.changed.v1', ({ body }) => Promise.resolve(void heard.push(JSON.parse(body.toString()))));
    await expect(call('POST', '/v1/reports', { slackError: 'token_revoked' })).resolves.toMatchObject({ status: 202, body: { slackError: 'token_revoked' } });
    await eventually(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ type: 'connection.changed.v1', source: '/tocsin/connector', organizationid: 'acme', data: { slackError: 'token_revoked' } });
    await subscription.stop();
  });

  test('handles what it hears once, however often it comes', async () => {
    const id = 'e1';
    const data = { organizationId: 'acme', connectionId: 'c1', credentialVersion: 1, slackError: 'account_inactive', at: '2026-11-23T08:00:00.000Z' };
    const message = { id, type: 'connection.reported.v1', exchange: 'tocsin.events' as const, source: '/tocsin/notifier', body: JSON.stringify({ specversion: '1.0', id, source: '/tocsin/notifier', type: 'connection.reported.v1', organizationid: 'acme', data }) };
    await bus.publish([message, message]);
    await eventually(async () => (await database.query('select from bus.messages where queue like $1', ['connector.%'])).length === 0);
    await expect(internal.get('connector', '/internal/reports')).resolves.toEqual({ items: [{ organization_id: 'acme', slack_error: 'account_inactive' }] });
  });

  test('answers a repeated request as the first time', async () => {
    const headers = { 'idempotency-key': 'k1' };
    await call('POST', '/v1/reports', { slackError: 'invalid_auth' }, headers);
    const again = await call('POST', '/v1/reports', { slackError: 'invalid_auth' }, headers);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    await expect(call('POST', '/v1/reports', { slackError: 'other' }, headers)).resolves.toMatchObject({ status: 409, body: { type: 'urn:tocsin:problem:idempotency_key_reused' } });
  });

  test('refuses an Idempotency-Key that is too long to keep', async () => {
    await expect(call('POST', '/v1/reports', { slackError: 'invalid_auth' }, { 'idempotency-key': 'k'.repeat(256) })).resolves.toMatchObject({ status: 400, body: { errors: [{ header: 'Idempotency-Key' }] } });
  });

  test('calls another with an error when it cannot be reached, or does not know the route', async () => {
    await expect(internal.get('connector', '/internal/nothing')).rejects.toThrow('connector cannot be reached');
    await expect(new InternalClient('notifier', { ...peers, issues: 'http://127.0.0.1:1' }, new Uint8Array(32)).get('issues', '/internal/x')).rejects.toThrow('issues cannot be reached');
    await expect(new InternalClient('notifier', peers, new Uint8Array(32)).get('connector', '/internal/reports')).rejects.toThrow('connector cannot be reached');
  });

  test.each<[string, string, unknown, number, object]>([
    ['POST', '/v1/reports', { slackError: 7 }, 400, { errors: [{ pointer: '/slackError' }] }],
    ['POST', '/v1/reports', undefined, 400, { errors: [{ pointer: '/slackError' }] }],
    ['GET', '/v1/reports/r2?colour=red', undefined, 400, { instance: '/v1/reports/r2', errors: [{ parameter: 'colour' }] }],
    ['GET', '/v1/reports/r1', undefined, 404, { detail: 'There is no report "r1" in your organization.' }],
    ['GET', '/v1/nothing', undefined, 404, { detail: 'There is nothing at this address.' }],
    ['GET', '/internal/reports', undefined, 401, {}],
  ])('answers %s %s %j with problem details', async (method, path, body, status, problem) => {
    const answer = await call(method, path, body, { 'x-request-id': 'r-1' });
    expect(answer).toMatchObject({ status, body: { status, instance: path, requestId: 'r-1', ...problem } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('refuses a text that cannot be stored, wherever it stands, and is not shaken by it', async () => {
    await expect(call('GET', '/v1/reports/%00')).resolves.toMatchObject({ status: 400, body: { errors: [{ code: 'unstorable_text' }] } });
  });

  test.each(['application/x-www-form-urlencoded', 'text/xml', 'text/plain'])('answers 415 to a body that comes as %s', async (type) => {
    await expect(call('POST', '/v1/reports', { slackError: 'other' }, { 'content-type': type })).resolves.toMatchObject({ status: 415, body: { errors: [{ header: 'Content-Type' }] } });
  });

  describe('of a body that says how it is encoded', () => {
    const content = JSON.stringify({ slackError: 'invalid_auth' });
    const bomb = JSON.stringify({ slackError: ' '.repeat(5 * 1024 * 1024) });

    async function post(body: string | Uint8Array, encoding: string): Promise<Awaited<ReturnType<typeof call>>> {
      const headers = { authorization: `Bearer ${await issuer.token({ user: 'ada@acme.test' })}`, 'content-type': 'application/json', 'content-encoding': encoding };
      const response = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers, body: body as NonNullable<RequestInit['body']> });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
    }

    test.each<[string, Uint8Array]>([
      ['gzip', gzipSync(content)],
      ['GZIP', gzipSync(content)],
      ['deflate', deflateSync(content)],
      ['br', brotliCompressSync(content)],
    ])('takes %s', async (encoding, body) => {
      await expect(post(body, encoding)).resolves.toMatchObject({ status: 202, body: { slackError: 'invalid_auth' } });
    });

    test.each<[string, string, string | Uint8Array]>([
      ['gzip', 'plain JSON', content],
      ['deflate', 'plain JSON', content],
      ['br', 'plain JSON', content],
      ['gzip', 'what was cut off', gzipSync(content).subarray(0, -9)],
      ['deflate', 'what was cut off', deflateSync(content).subarray(0, -9)],
      ['br', 'what was cut off', brotliCompressSync(content).subarray(0, -9)],
      ['gzip', 'what was changed on its way', gzipSync(content).fill(0, 12, 20)],
      ['gzip', 'another encoding', deflateSync(content)],
    ])('refuses as %s %s, and says that the two do not fit', async (encoding, _, body) => {
      const answer = await post(body, encoding);
      expect(answer).toMatchObject({ status: 400, body: { type: 'urn:tocsin:problem:invalid_request', errors: [{ header: 'Content-Encoding', code: 'corrupt_encoding', message: expect.stringContaining(encoding) }] } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    });

    test.each(['zstd', 'compress', 'gzip, gzip', 'x'])('refuses %s, which is none that we read', async (encoding) => {
      await expect(post(content, encoding)).resolves.toMatchObject({ status: 415, body: { type: 'urn:tocsin:problem:unsupported_encoding', errors: [{ header: 'Content-Encoding', code: 'unsupported' }] } });
    });

    test.each<[string, Uint8Array]>([
      ['gzip', gzipSync(bomb)],
      ['deflate', deflateSync(bomb)],
      ['br', brotliCompressSync(bomb)],
    ])('refuses a small one of %s that becomes too large', async (encoding, body) => {
      expect(body.length).toBeLessThan(20_000);
      await expect(post(body, encoding)).resolves.toMatchObject({ status: 413, body: { type: 'urn:tocsin:problem:too_large' } });
    });
  });

  test.each([['too_deep', `{"slackError":${'['.repeat(200_000)}${']'.repeat(200_000)}}`], ['too_many', `{"slackError":[${'{},'.repeat(100_000)}{}]}`]])('refuses a body that holds %s, before it is made known again by an Idempotency-Key', async (code, content) => {
    const headers = { authorization: `Bearer ${await issuer.token({ user: 'ada@acme.test' })}`, 'content-type': 'application/json', 'idempotency-key': code };
    const response = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers, body: content });
    expect([response.status, await response.json()]).toMatchObject([400, { errors: [{ pointer: '', code }] }]);
  });

  test('takes no body at all for an empty object', async () => {
    const response = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers: { authorization: `Bearer ${await issuer.token({ user: 'ada@acme.test' })}` } });
    expect([response.status, ((await response.json()) as { errors: object[] }).errors[0]]).toMatchObject([400, { pointer: '/slackError' }]);
  });

  test('tells health, metrics and its OpenAPI document to anybody', async () => {
    const anybody = { authorization: '' };
    await expect(call('GET', '/health/live', undefined, anybody)).resolves.toMatchObject({ status: 200 });
    await expect(call('GET', '/health/ready', undefined, anybody)).resolves.toMatchObject({ status: 200, body: { parts: { database: 'ready', messageBus: 'ready' } } });
    const { body } = await call('GET', '/metrics', undefined, anybody);
    expect(body.text).toMatch(/^tocsin_outbox_pending 0$/m);
    expect(body.text).toMatch(/^tocsin_outbox_oldest_age_seconds 0$/m);
    const document = await call('GET', '/openapi.json', undefined, anybody);
    expect(Object.keys(document.body.paths as object)).toEqual(expect.arrayContaining(['/v1/reports', '/v1/audit']));
    expect(Object.keys(document.body.paths as object)).not.toContain('/internal/reports');
    expect(document.body.paths).toMatchObject({ '/v1/reports': { post: { parameters: [{ in: 'header', name: 'Idempotency-Key', required: false }] } } });
  });
});

describe('who is calling is asked before anything is read of a body:', () => {
  const BROKEN = '{"slackError": ';
  const LARGE = 5 * 1024 * 1024 + 1;

  /** Headers, and the beginning of a body that goes on for ever. */
  async function begin(path: string, headers: Record<string, string | number>, beginning = ''): Promise<{ status: number | undefined; problem: Record<string, unknown> }> {
    const sending = httpRequest(service.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, signal: AbortSignal.timeout(5000) });
    sending.write(beginning);
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    sending.on('error', () => undefined).destroy();
    return { status: answer.statusCode, problem: JSON.parse(text) as Record<string, unknown> };
  }

  async function tokens(): Promise<Record<'none' | 'wrong' | 'viewer' | 'admin' | 'service' | 'strange service', string>> {
    const [viewer, admin] = [await issuer.token({ user: 'bob@acme.test', roles: ['viewer'] }), await issuer.token({ user: 'ada@acme.test' })];
    return { none: '', wrong: 'Bearer not.a.token', viewer: `Bearer ${viewer}`, admin: `Bearer ${admin}`, service: `Bearer ${await signServiceToken('issues', serviceSecret)}`, 'strange service': `Bearer ${await signServiceToken('issues', new Uint8Array(32))}` };
  }

  test.each<[string, keyof Awaited<ReturnType<typeof tokens>>, string, number]>([
    ['/v1/reports', 'none', 'unauthorized', 401],
    ['/v1/reports', 'wrong', 'unauthorized', 401],
    ['/v1/reports', 'service', 'unauthorized', 401],
    ['/v1/reports', 'viewer', 'permission_missing', 403],
    ['/internal/reports', 'none', 'unauthorized', 401],
    ['/internal/reports', 'admin', 'unauthorized', 401],
    ['/internal/reports', 'strange service', 'unauthorized', 401],
    ['/v1/nothing', 'none', 'no_route', 404],
  ])('POST %s with the token "%s" is answered %s, whatever else is wrong and before all has come', async (path, token, code, status) => {
    const authorization = (await tokens())[token];
    const expected = { status, problem: { type: `urn:tocsin:problem:${code}`, instance: path } };
    await expect(begin(path, { authorization, 'content-length': LARGE }, '{')).resolves.toMatchObject(expected);
    await expect(begin(path, { authorization, 'transfer-encoding': 'chunked' }, BROKEN)).resolves.toMatchObject(expected);
    const broken = await fetch(service.url + path, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: BROKEN });
    expect([broken.status, await broken.json()]).toMatchObject([status, expected.problem]);
  });

  test.each<[string, keyof Awaited<ReturnType<typeof tokens>>]>([['/v1/reports', 'admin'], ['/internal/reports', 'service'], ['/v1/reports/open', 'none']])('POST %s with the token "%s" is told what is wrong with its body', async (path, token) => {
    const headers = { authorization: (await tokens())[token], 'content-type': 'application/json' };
    const broken = await fetch(service.url + path, { method: 'POST', headers, body: BROKEN });
    expect([broken.status, await broken.json()]).toMatchObject([400, { detail: expect.stringContaining('The body is not JSON: '), errors: [{ pointer: '', code: 'not_json' }] }]);
    const large = await fetch(service.url + path, { method: 'POST', headers, body: JSON.stringify({ slackError: 'x'.repeat(LARGE) }) });
    expect([large.status, await large.json()]).toMatchObject([413, { type: 'urn:tocsin:problem:too_large', detail: `The body is larger than ${LARGE - 1} bytes.` }]);
    const strange = await fetch(service.url + path, { method: 'POST', headers, body: '{"slackError":"x","colour":"red"}' });
    expect([strange.status, await strange.json()]).toMatchObject([400, { errors: [{ pointer: '/colour' }] }]);
  });

  test('a connection goes on after an answer that did not wait for the body', async () => {
    for (let time = 0; time < 4; time++) {
      const refused = await fetch(`${service.url}/v1/reports`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(LARGE), signal: AbortSignal.timeout(5000) });
      expect([refused.status, await refused.json()]).toMatchObject([401, { status: 401 }]);
    }
  });
});
