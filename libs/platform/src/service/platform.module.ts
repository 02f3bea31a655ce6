/** Everything of the platform that a service needs, wired once: database, outbox, access, audit, idempotency, health, metrics. */
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER, Reflector } from '@nestjs/core';
import type { MigrationInterface } from 'typeorm';

import type { ServiceName } from '@tocsin/contracts';
import type { Permission } from '@tocsin/domain';

import { AuditModule } from '../audit/audit.module.js';
import { AccessGuard } from '../auth/access.guard.js';
import type { Caller } from '../auth/caller.js';
import { TokenVerifier, type ApiKeyLookup } from '../auth/token-verifier.js';
import type { ServiceConfig } from '../config/service.config.js';
import { DatabaseModule } from '../database/database.module.js';
import { DeadLettersModule } from '../dead-letters/dead-letters.module.js';
import { HealthController } from '../health/health.controller.js';
import { MESSAGE_BUS, Readiness } from '../health/readiness.js';
import { BodyGuard } from '../http/body.guard.js';
import { ContractPipe } from '../http/contract.pipe.js';
import { Idempotency } from '../http/idempotency.js';
import { InternalClient } from '../http/internal.client.js';
import { OpenStreams } from '../http/open-streams.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { RequestChecks } from '../http/request-checks.js';
import { StrayBodyGuard } from '../http/stray-body.guard.js';
import { StrayQueryGuard } from '../http/stray-query.guard.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { Metrics } from '../metrics/metrics.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { SecretBox, serviceSecrets } from '../secrets/secret-box.js';
import type { ServiceRuntime } from './runtime.js';
import { SERVICE_NAME } from './service-name.js';

export const LOGGER = Symbol('logger');

export interface PlatformOptions {
  service: ServiceName;
  config: ServiceConfig;
  runtime: ServiceRuntime;
  migrations: readonly Type<MigrationInterface>[];
}

/** How an API key travels from connector, which knows it, to the service that was called with it. */
export interface VerifiedApiKey {
  id: string;
  name: string;
  organizationId: string;
  permissions: Permission[];
  applications?: string[];
  /** A connector of an older version does not say it. */
  expiresAt?: string;
}

function askConnector(client: InternalClient): ApiKeyLookup {
  return async (key) => {
    const known = await client.post<VerifiedApiKey>('connector', '/internal/api-keys/verify', { key });
    if (!known) return undefined;
    const { expiresAt, ...rest } = known;
    return { ...rest, kind: 'key', permissions: new Set(known.permissions), ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }) } satisfies Caller;
  };
}

@Module({})
export class PlatformModule {
  static forService({ service, config, runtime, migrations }: PlatformOptions): DynamicModule {
    const secrets = serviceSecrets(config);
    const client = new InternalClient(service, runtime.peers, secrets[0]);
    const tokens = new TokenVerifier(runtime.tokenIssuer, askConnector(client));
    const values = [
      { provide: SERVICE_NAME, useValue: service },
      { provide: LOGGER, useValue: runtime.logger },
      { provide: MESSAGE_BUS, useValue: runtime.bus },
      { provide: InternalClient, useValue: client },
      { provide: SecretBox, useValue: new SecretBox(config.ENCRYPTION_KEYS) },
    ];
    return {
      module: PlatformModule,
      global: true,
      imports: [
        DatabaseModule.forSchema({ url: config.DATABASE_URL, schema: service, migrations: [...migrations], poolSize: config.DATABASE_POOL_SIZE, log: (message) => { runtime.logger.warn(message); } }),
        OutboxModule.forService(service, runtime.bus, runtime.logger),
        AuditModule,
        DeadLettersModule.forService(service, runtime.bus, runtime.logger),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        ...values,
        Metrics,
        Readiness,
        Idempotency,
        OpenStreams,
        { provide: APP_FILTER, useValue: new ProblemFilter(runtime.logger) },
        { provide: RequestChecks, useFactory: (reflector: Reflector) => new RequestChecks([new AccessGuard(reflector, tokens, secrets), new BodyGuard(reflector), new StrayQueryGuard(reflector), new StrayBodyGuard(reflector)], [new ContractPipe()]), inject: [Reflector] },
      ],
      exports: [...values.map(({ provide }) => provide), Metrics, Idempotency, OpenStreams],
    };
  }
}
