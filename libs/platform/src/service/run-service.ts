/** The main of a service that runs as a process of its own: settings from the environment, RabbitMQ, signals. */
import type { DynamicModule } from '@nestjs/common';

import type { ServiceName } from '@tocsin/contracts';

import { remoteKeys } from '../auth/token-verifier.js';
import { RabbitMqBus } from '../bus/rabbitmq-bus.js';
import type { ServiceConfig } from '../config/service.config.js';
import { loadConfig } from '../config/setting.js';
import { armFailPoint } from '../fail-points/fail-point.js';
import type { Peers } from '../http/internal.client.js';
import { createLogger } from '../logging/logger.js';
import type { ServiceRuntime } from './runtime.js';
import { startService } from './start-service.js';
import { collectWhatLoadingLeft, keepHeapTight } from './tight-heap.js';

export interface ServiceDefinition<C extends ServiceConfig> {
  service: ServiceName;
  config: new () => C;
  register: (config: C, runtime: ServiceRuntime) => DynamicModule;
}

/** What one process can do without, and a process for each service cannot. */
const NEEDED = {
  AMQP_URL: 'must be set to an amqp:// or amqps:// address when services run as processes of their own',
  OIDC_ISSUER: 'must be set to the address of who signs bearer tokens',
} as const;

/** Runs until SIGTERM or SIGINT. What is wrong at start-up is one sentence on standard error and exit code 1. */
export async function runService<C extends ServiceConfig>(definition: ServiceDefinition<C>): Promise<void> {
  keepHeapTight();
  try {
    const config = loadConfig(definition.config, process.env, NEEDED) as C & Record<keyof typeof NEEDED, string>;
    const logger = createLogger(definition.service, config.LOG_LEVEL);
    if (config.FAILPOINT !== undefined) logger.warn({ failPoint: config.FAILPOINT }, 'This process will end itself at a fail point');
    armFailPoint(config.FAILPOINT);
    const bus = new RabbitMqBus({ url: config.AMQP_URL, prefix: config.AMQP_PREFIX, logger });
    await bus.start();
    const runtime: ServiceRuntime = { bus, logger, peers: peersOf(config), tokenIssuer: issuerOf(config) };
    const { register, service } = definition;
    collectWhatLoadingLeft();
    const serving = await startService({ service, runtime, module: register(config, runtime), port: config.PORT, host: config.HOST });
    process.stdout.write(`${service} ready on ${serving.url}\n`);
    stopOnSignal(async () => {
      await serving.close();
      await bus.close();
    });
  } catch (error) {
    process.stderr.write(`${definition.service} cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/** Where the other services answer, for requests among services. */
function peersOf(config: ServiceConfig): Peers {
  return { connector: config.CONNECTOR_URL, issues: config.ISSUES_URL, workflows: config.WORKFLOWS_URL, notifier: config.NOTIFIER_URL };
}

function issuerOf({ OIDC_ISSUER, OIDC_AUDIENCE }: ServiceConfig & Record<keyof typeof NEEDED, string>): ServiceRuntime['tokenIssuer'] {
  return { issuer: OIDC_ISSUER, audience: OIDC_AUDIENCE, keys: remoteKeys(OIDC_ISSUER) };
}

/** One Ctrl-C comes twice where npm runs us: from the terminal and passed on by npm. */
const SAME_SIGNAL_MS = 1000;

/** Stops on the first SIGTERM or SIGINT; a later one ends the process at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    firstAt = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The stop was not clean: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
