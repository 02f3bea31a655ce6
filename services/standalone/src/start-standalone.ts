/** Starts everything in one process, in the order in which one needs the other, and stops it in the opposite order. */
import { connectorService } from '@tocsin/connector';
import { createFront } from '@tocsin/console';
import type { ServiceName } from '@tocsin/contracts';
import { issuesService } from '@tocsin/issues';
import { notifierService } from '@tocsin/notifier';
import {
  createLogger, InProcessBus, listen, loadConfig, RabbitMqBus, remoteKeys, startEmbeddedPostgres, startService,
  type Environment, type Logger, type MessageBus, type ServiceConfig, type ServiceDefinition, type ServiceRuntime, type TokenIssuer,
} from '@tocsin/platform';
import { startSandbox } from '@tocsin/slack-sandbox';
import { workflowsService } from '@tocsin/workflows';
import type { Router } from 'express';

import { holdDataDirectory, newKeyRing, type DataDirectory } from './data-directory.js';
import { developmentIssuer, newIssuerKey } from './development-issuer.js';
import { StandaloneConfig } from './standalone.config.js';

const SERVICES = [connectorService, issuesService, workflowsService, notifierService] as unknown as readonly ServiceDefinition<ServiceConfig>[];
/** What the sandbox knows of our app. */
const SANDBOX_APP = { SLACK_CLIENT_ID: 'sandbox.client', SLACK_CLIENT_SECRET: 'sandbox-secret', SLACK_SIGNING_SECRET: 'sandbox-signing-secret' };
/** Small: five pools share one small server. */
const POOL_SIZE = '4';

export interface Standalone {
  url: string;
  /** What browsers and Slack call us, without a slash at its end. */
  publicUrl: string;
  /** Undefined while messages go to Slack itself. */
  sandboxUrl: string | undefined;
  /** False when an identity provider of one's own signs the tokens. */
  givesTokens: boolean;
  close: () => Promise<void>;
}

export type Progress = (message: string) => void;

/** Undoes one step of the start. */
type Stop = () => Promise<void> | void;

/** @throws Error with one sentence that says what to do */
export async function startStandalone(environment: Environment, tell: Progress): Promise<Standalone> {
  const config = loadConfig(StandaloneConfig, environment);
  const started: Stop[] = [];
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await startAll(config, environment, tell, started)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(config: StandaloneConfig, environment: Environment, tell: Progress, started: Stop[]): Promise<Omit<Standalone, 'close'>> {
  const directory = holdDataDirectory(config.DATA_DIR);
  started.push(() => {
    directory.release();
  });
  const front = await reservePort(config);
  started.push(() => front.close());
  const publicUrl = (config.PUBLIC_URL ?? `http://localhost:${front.port}`).replace(/\/+$/, '');
  const logger = createLogger('standalone', config.LOG_LEVEL);
  const databaseUrl = config.DATABASE_URL ?? (await embeddedDatabase(directory, tell, started));
  const bus = await startBus(config, databaseUrl, logger);
  started.push(() => bus.close());
  const ownSandbox = usesSandbox(config) ? await startSlackSandbox(config, started) : undefined;
  const sandboxUrl = ownSandbox ?? foreignSandbox(config);
  const { tokenIssuer, router } = await issuerOf(config, publicUrl, directory);
  const settings: Environment = {
    ...environment,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: environment.DATABASE_POOL_SIZE ?? POOL_SIZE,
    ENCRYPTION_KEYS: config.ENCRYPTION_KEYS ?? directory.secret('encryption-keys', newKeyRing),
    PUBLIC_URL: publicUrl,
    LOG_LEVEL: config.LOG_LEVEL,
    ...(ownSandbox !== undefined && { SLACK_BASE_URL: ownSandbox, ...SANDBOX_APP }),
  };
  const peers: Record<ServiceName, string> = { connector: '', issues: '', workflows: '', notifier: '' };
  for (const definition of SERVICES) peers[definition.service] = await startOne(definition, settings, { bus, peers, tokenIssuer, logger }, started);
  front.serve(
    createFront({
      publicUrl,
      peers,
      log: logger,
      environment: { slackSandbox: sandboxUrl !== undefined, developmentIssuer: router !== undefined, ...(sandboxUrl !== undefined && { sandboxUrl }), ...(config.OIDC_ISSUER !== undefined && { issuer: config.OIDC_ISSUER }) },
      ...(router && { extra: router }),
    }),
  );
  return { url: front.url, publicUrl, sandboxUrl, givesTokens: router !== undefined };
}

interface Front {
  url: string;
  port: number;
  serve: (handler: Parameters<typeof listen>[0]) => void;
  close: () => Promise<void>;
}

/** Takes the port first, so that a taken one is told before anything else was done; until all is there it answers 503. */
async function reservePort({ PORT, HOST }: StandaloneConfig): Promise<Front> {
  let handler: Parameters<typeof listen>[0] = (_request, response) => {
    response.writeHead(503, { 'retry-after': '2', 'content-type': 'text/plain' }).end('Tocsin is starting.\n');
  };
  const listening = await listen((request, response) => { handler(request, response); }, PORT, HOST);
  return {
    url: listening.url,
    port: listening.port,
    serve: (ready) => {
      handler = ready;
    },
    close: () => listening.close(),
  };
}

async function embeddedDatabase(directory: DataDirectory, tell: Progress, started: Stop[]): Promise<string> {
  tell('starting the embedded PostgreSQL');
  const server = await startEmbeddedPostgres({ dataDir: `${directory.path}/postgresql`, log: tell });
  started.push(server.stop);
  return server.url;
}

async function startBus({ AMQP_URL, AMQP_PREFIX }: StandaloneConfig, databaseUrl: string, logger: Logger): Promise<MessageBus> {
  const bus = AMQP_URL === undefined ? new InProcessBus({ databaseUrl, logger }) : new RabbitMqBus({ url: AMQP_URL, prefix: AMQP_PREFIX, logger });
  await bus.start();
  return bus;
}

function usesSandbox({ SLACK_BASE_URL, SLACK_CLIENT_ID }: StandaloneConfig): boolean {
  return SLACK_BASE_URL === undefined && SLACK_CLIENT_ID === undefined;
}

/** One that runs elsewhere: Slack itself is never reached by plain http. */
function foreignSandbox({ SLACK_BASE_URL }: StandaloneConfig): string | undefined {
  return SLACK_BASE_URL?.startsWith('http:') ? SLACK_BASE_URL : undefined;
}

async function startSlackSandbox({ SANDBOX_PORT }: StandaloneConfig, started: Stop[]): Promise<string> {
  const sandbox = await startSandbox({ port: SANDBOX_PORT }).catch((error: unknown) => {
    throw new Error(`Port ${SANDBOX_PORT} is taken by another program; set SANDBOX_PORT to a free one.`, { cause: error });
  });
  started.push(sandbox.close);
  return sandbox.url;
}

async function issuerOf(config: StandaloneConfig, publicUrl: string, directory: DataDirectory): Promise<{ tokenIssuer: TokenIssuer; router?: Router }> {
  if (config.OIDC_ISSUER !== undefined) return { tokenIssuer: { issuer: config.OIDC_ISSUER, audience: config.OIDC_AUDIENCE, keys: remoteKeys(config.OIDC_ISSUER) } };
  const fresh = await newIssuerKey();
  return developmentIssuer(publicUrl, directory.secret('development-issuer.jwk', () => fresh));
}

async function startOne(definition: ServiceDefinition<ServiceConfig>, settings: Environment, shared: ServiceRuntime, started: Stop[]): Promise<string> {
  const { service, config: Config, register } = definition;
  const config = loadConfig(Config, { ...settings, PORT: '0', HOST: '127.0.0.1' });
  const runtime: ServiceRuntime = { ...shared, logger: createLogger(service, config.LOG_LEVEL) };
  const serving = await startService({ service, runtime, module: register(config, runtime), port: 0, host: '127.0.0.1' });
  started.push(() => serving.close());
  return serving.url;
}
