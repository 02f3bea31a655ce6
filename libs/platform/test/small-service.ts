/** A service as small as one can be, on a real database and the bus in it: for what only a whole service shows. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';

import { Body, Controller, Get, HttpCode, Module, Param, Post, type DynamicModule } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { ApiCreatedResponse } from '@nestjs/swagger';
import { testDatabase, testIssuer, type TestDatabase, type TestIssuer } from '@tocsin/testing';
import { IsString } from 'class-validator';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

import { ConnectionReported } from '@tocsin/contracts';

import { createAuditTable } from '../src/audit/audit.js';
import { Internal, Public, Requires } from '../src/auth/access.js';
import { CurrentCaller, type Caller } from '../src/auth/caller.js';
import { remoteKeys } from '../src/auth/token-verifier.js';
import { BusContext } from '../src/bus/bus-context.js';
import { InProcessBus } from '../src/bus/in-process-bus.js';
import { ServiceConfig } from '../src/config/service.config.js';
import { loadConfig } from '../src/config/setting.js';
import { Idempotency, IdempotentRequest, type IdempotentCall } from '../src/http/idempotency.js';
import { InternalClient } from '../src/http/internal.client.js';
import type { Listening } from '../src/http/listen.js';
import { notFound } from '../src/http/problem.exception.js';
import { createLogger } from '../src/logging/logger.js';
import { Inbox } from '../src/outbox/inbox.js';
import { Outbox } from '../src/outbox/outbox.js';
import { PlatformModule } from '../src/service/platform.module.js';
import type { ServiceRuntime } from '../src/service/runtime.js';
import { startService } from '../src/service/start-service.js';
import { createPlatformTables } from './platform-tables.js';

class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createPlatformTables(runner);
    await createAuditTable(runner);
    await runner.query('create table reports (organization_id text, slack_error text)');
  }

  async down(): Promise<void> {}
}

class NewReport {
  @IsString() slackError!: string;
}

/** What is posted goes through the outbox, over the bus, to its own handler. */
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

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export class SmallService {
  readonly peers = { connector: '', issues: '', workflows: '', notifier: '' };
  /** By which services know each other. */
  readonly secret: Uint8Array;
  /** Another service that calls it. */
  readonly internal: InternalClient;

  private constructor(
    readonly database: TestDatabase,
    readonly issuer: TestIssuer,
    readonly bus: InProcessBus,
    private readonly listening: Listening,
    secret: string,
  ) {
    this.peers.connector = listening.url;
    this.secret = new TextEncoder().encode(secret);
    this.internal = new InternalClient('notifier', this.peers, this.secret);
  }

  static async start(): Promise<SmallService> {
    const [database, issuer, secret] = [await testDatabase(), await testIssuer(), randomBytes(32)];
    const logger = createLogger('connector', 'silent');
    const bus = new InProcessBus({ databaseUrl: database.url, logger });
    await bus.start();
    const config = loadConfig(ServiceConfig, { DATABASE_URL: database.url, ENCRYPTION_KEYS: `k1:${secret.toString('base64')}`, SERVICE_SECRET: secret.toString('hex') });
    const runtime = { bus, logger, peers: { connector: '', issues: '', workflows: '', notifier: '' }, tokenIssuer: { issuer: issuer.url, keys: remoteKeys(issuer.url) } };
    const listening = await startService({ service: 'connector', module: ReportsModule.register(config, runtime), runtime, port: 0 });
    return new SmallService(database, issuer, bus, listening, secret.toString('hex'));
  }

  async stop(): Promise<void> {
    await this.listening.close();
    await this.bus.close();
    await this.issuer.stop();
    await this.database.drop();
  }

  get url(): string {
    return this.listening.url;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const token = await this.issuer.token({ user: 'ada@acme.test' });
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text } };
  }
}
