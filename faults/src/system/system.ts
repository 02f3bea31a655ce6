/**
 * The product as separate processes between a real PostgreSQL and a real RabbitMQ, every link of theirs through the proxy,
 * Slack played by the sandbox: what the scenarios break, and what they look at afterwards.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { EXCHANGES, type CloudEvent } from '@tocsin/contracts';
import { RabbitMqBus } from '@tocsin/platform';
import { freePort, testIssuer, type TestIssuer } from '@tocsin/testing';
import pg from 'pg';

import { violations, type Allowances } from '../invariants.js';
import { readCommands, readCounted, readDeadLetters, readDeliveries, readLanes, readOutboxes, readPosts, type Facts, type Query } from '../ledgers.js';
import { Proxy } from '../proxy/proxy.client.js';
import type { Random } from '../random.js';
import { Load, type Place } from './load.js';
import { makePlaces } from './places.js';
import { Queues } from './queues.js';
import { Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';
import { ServiceProcess } from './service-process.js';

export interface SystemOptions {
  /** Names the run in comments and keys. */
  name: string;
  random: Random;
  /** Leases of the dead end with them instead of by time. */
  hurried?: boolean;
  /** Settings of every service. */
  settings?: Record<string, string>;
}

const SERVICES = ['connector', 'issues', 'notifier'] as const;
type Service = (typeof SERVICES)[number];

/** Not paced by Slack's limits, which are not what is tested here, and nothing folded, so that each message has its place. */
const SETTINGS = { SLACK_CHANNEL_INTERVAL_MS: '100', SLACK_WORKSPACE_RATE: '0', DIGEST_AFTER_SECONDS: '0', LOG_LEVEL: 'warn', DATABASE_POOL_SIZE: '6', PUBLIC_URL: 'http://localhost:3000' };

/** Those that run, so that an interrupted run leaves no process behind. */
const running = new Set<System>();

export async function stopAllSystems(): Promise<void> {
  await Promise.all([...running].map((system) => system.stop()));
}

export class System {
  readonly replicas: ServiceProcess[] = [];
  load!: Load;
  places: Place[] = [];
  private hurried = false;
  private readonly pool: pg.Pool;
  private readonly bus: RabbitMqBus;
  private readonly processes: ServiceProcess[] = [];
  private readonly services = new Map<Service, ServiceProcess>();
  private settings: Record<string, string> = {};
  private issuer: TestIssuer | undefined;

  private constructor(
    readonly servers: Servers,
    readonly random: Random,
    readonly queues: Queues,
    readonly proxy: Proxy,
    readonly sandbox: Sandbox,
    private readonly database: string,
    helpers: readonly ServiceProcess[],
  ) {
    this.processes.push(...helpers);
    this.pool = new pg.Pool({ connectionString: withDatabase(servers.databaseUrl, database), max: 3, connectionTimeoutMillis: 5000 });
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => { client.on('error', () => undefined); });
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    this.bus = new RabbitMqBus({ url: servers.amqpUrl, prefix: queues.prefix, logger: silent });
  }

  static async start(servers: Servers, options: SystemOptions): Promise<System> {
    const database = `tocsin_faults_${randomBytes(4).toString('hex')}`;
    await onServer(servers.databaseUrl, `create database ${database} encoding 'UTF8' template template0`);
    const sandbox = new ServiceProcess('slack-sandbox', 'services/slack-sandbox/dist/main.js', { SANDBOX_PORT: String(await freePort()) });
    const sandboxUrl = await sandbox.start();
    const targets = { postgres: hostOf(servers.databaseUrl), amqp: hostOf(servers.amqpUrl), slack: new URL(sandboxUrl).host };
    const proxy = new ServiceProcess('proxy', 'faults/dist/proxy/main.js', {}, SERVICES.flatMap((service) => Object.entries(targets).map(([target, address]) => `${service}.${target}=${address}`)));
    const proxyUrl = await proxy.start();
    const queues = new Queues(servers.amqpUrl, `faults.${database.slice(-8)}.`);
    const system = new System(servers, options.random, queues, new Proxy(proxyUrl), new Sandbox(sandboxUrl), database, [sandbox, proxy]);
    try {
      running.add(system);
      system.hurried = options.hurried ?? false;
      await system.open(options);
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  service(name: Service): ServiceProcess {
    const found = this.services.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  get connector(): ServiceProcess {
    return this.service('connector');
  }

  get issues(): ServiceProcess {
    return this.service('issues');
  }

  /** The first replica. */
  get notifier(): ServiceProcess {
    return this.service('notifier');
  }

  readonly query: Query = async <R extends object>(sql: string, values?: unknown[]): Promise<R[]> => (await this.pool.query(sql, values)).rows as R[];

  /** A connection of one's own, for transactions that hold something. */
  async client(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  async publish(event: CloudEvent, exchange: (typeof EXCHANGES)[keyof typeof EXCHANGES] = EXCHANGES.commands): Promise<Error | undefined> {
    return (await this.bus.publish([{ id: event.id, type: event.type, source: event.source, exchange, body: JSON.stringify(event) }]))[0];
  }

  /** One more notifier. */
  async addReplica(further: Record<string, string> = {}): Promise<ServiceProcess> {
    const replica = new ServiceProcess(`notifier-${this.replicas.length + 1}`, 'services/notifier/dist/main.js', { ...(await this.settingsOf('notifier')), PORT: String(await freePort()) });
    this.replicas.push(replica);
    this.processes.push(replica);
    await replica.start(further);
    return replica;
  }

  async token(organization: string): Promise<string> {
    if (this.issuer === undefined) throw new Error('the system was not opened');
    return this.issuer.token({ user: `noa@${organization}.test`, organization });
  }

  async call<T>(method: 'GET' | 'POST' | 'DELETE', service: Service, organization: string, path: string, body?: object): Promise<{ status: number; body: T }> {
    const content = method === 'POST' && body !== undefined && { body: JSON.stringify(body) };
    const headers = { authorization: `Bearer ${await this.token(organization)}`, ...(content && { 'content-type': 'application/json' }) };
    const response = await fetch(`${this.settings[`${service.toUpperCase()}_URL`] ?? ''}${path}`, { method, headers, ...content, signal: AbortSignal.timeout(15_000) });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  async facts(): Promise<Facts> {
    const { query } = this;
    return {
      accepted: this.load.accepted, commands: await readCommands(query), deliveries: await readDeliveries(query), lanes: await readLanes(query), counted: await readCounted(query),
      posts: await readPosts(this.sandbox), underway: { ...(await readOutboxes(query)), ...(await this.queues.waiting()) }, deadLetters: { ...(await this.queues.dead()), ...(await readDeadLetters(query)) },
    };
  }

  /**
   * The facts once nothing moves any more, or what they are when `patience` is over. Waits for retries are cut short as soon as
   * nothing else happens; leases and what is being posted take their time.
   */
  async atRest(allowances: Allowances, patience: number): Promise<Facts> {
    const end = performance.now() + patience;
    for (;;) {
      const isLate = performance.now() > end;
      // what one query tells to be on its way needs no look at everything
      if (isLate || !(await this.stillMoving().catch(() => true))) {
        const facts = await this.facts();
        if (isLate || violations(facts, allowances).length === 0) return facts;
        if (isOnlyWaiting(facts)) await this.passTime(900);
      }
      await sleep(500);
    }
  }

  private async stillMoving(): Promise<boolean> {
    const [row] = await this.query<{ moving: boolean }>(
      `select exists (select from notifier.deliveries where state = 'posting') or exists (select from issues.outbox) or exists (select from notifier.outbox)
         or exists (select from notifier.lanes where active and not provisional and next_at <= clock_timestamp() and leased_until <= clock_timestamp())
         or (select count(*) from notifier.deliveries) < $1 as moving`,
      [this.load.accepted.length],
    );
    return row?.moving ?? true;
  }

  /** As if this much time had passed for whatever waits; not for leases. */
  async passTime(seconds: number): Promise<void> {
    await this.query(`update notifier.lanes set next_at = next_at - make_interval(secs => $1) where next_at < 'infinity' and next_at > clock_timestamp() and leased_until < clock_timestamp()`, [seconds]);
    await this.query(`update notifier.deliveries set not_before = not_before - make_interval(secs => $1) where state = 'waiting' and not_before > clock_timestamp()`, [seconds]);
    await this.query('update notifier.budgets set blocked_until = blocked_until - make_interval(secs => $1) where blocked_until > clock_timestamp()', [seconds]);
    await this.query('update notifier.breakers set probe_at = probe_at - make_interval(secs => $1) where probe_at > clock_timestamp()', [seconds]);
  }

  /** To be told while no notifier lives: where time is short, what a dead one had leased is free at once. */
  async everyNotifierIsDead(): Promise<void> {
    if (this.hurried) await this.query('update notifier.lanes set leased_until = clock_timestamp() where leased_until > clock_timestamp()');
  }

  /** Ends everything, whatever state it is in. */
  async stop(): Promise<void> {
    running.delete(this);
    await Promise.all(this.processes.map((one) => one.kill()));
    await this.bus.close();
    await this.pool.end().catch(() => undefined);
    await this.queues.remove().catch(() => undefined);
    await onServer(this.servers.databaseUrl, `drop database if exists ${this.database} with (force)`).catch(() => undefined);
    await this.issuer?.stop();
  }

  /** What every process printed, for a run that went wrong. */
  logs(): Record<string, string> {
    return Object.fromEntries(this.processes.map(({ name, output }) => [name, output]));
  }

  get crashes(): string[] {
    return this.processes.flatMap(({ crashes }) => crashes);
  }

  private async open({ name, random, settings = {} }: SystemOptions): Promise<void> {
    this.issuer = await testIssuer();
    await this.bus.start();
    const ports = Object.fromEntries(await Promise.all(SERVICES.map(async (service) => [service, String(await freePort())] as const)));
    this.settings = {
      ...SETTINGS, ...settings, AMQP_PREFIX: this.queues.prefix, ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`, OIDC_ISSUER: this.issuer.url,
      ...Object.fromEntries(SERVICES.map((service) => [`${service.toUpperCase()}_URL`, `http://127.0.0.1:${ports[service] ?? ''}`])),
    };
    for (const service of SERVICES) {
      const one = new ServiceProcess(service, `services/${service}/dist/main.js`, { ...(await this.settingsOf(service)), PORT: ports[service] ?? '' });
      this.services.set(service, one);
      this.processes.push(one);
    }
    this.replicas.push(this.notifier);
    await Promise.all([this.connector.start(), this.issues.start(), this.notifier.start()]);
    this.places = await makePlaces(this, { connector: this.settings.CONNECTOR_URL ?? '', issues: this.settings.ISSUES_URL ?? '' });
    this.load = new Load({ issuesUrl: this.settings.ISSUES_URL ?? '', publish: (event) => this.publish(event) }, this.places, random, name);
  }

  private async settingsOf(service: Service): Promise<Record<string, string>> {
    const links = await this.proxy.links();
    const through = (target: string): string => `127.0.0.1:${links[`${service}.${target}`]?.port ?? 0}`;
    const moved = (url: string, target: string): string => Object.assign(new URL(url), { host: through(target) }).href;
    return {
      ...this.settings, DATABASE_URL: moved(withDatabase(this.servers.databaseUrl, this.database), 'postgres'), AMQP_URL: moved(this.servers.amqpUrl, 'amqp'), SLACK_BASE_URL: `http://${through('slack')}`,
    };
  }
}

/** Nothing is on its way and nobody holds a lane: all that is left waits for a time. */
function isOnlyWaiting(facts: Facts): boolean {
  const waiting = facts.deliveries.some((delivery) => delivery.state === 'waiting');
  return waiting && !facts.lanes.some(({ leased }) => leased) && !facts.deliveries.some(({ state }) => state === 'posting') && Object.values(facts.underway).every((count) => count === 0);
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? (protocol.startsWith('amqp') ? '5672' : '5432') : port}`;
}
