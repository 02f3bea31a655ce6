/** notifier as its callers meet it: real PostgreSQL, a real bus, the Slack sandbox as a process; connector and issues are played. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';

import type { CloudEvent, ConnectionChanged, Delivery, MessageType, SendToSlack, ServiceName } from '@tocsin/contracts';
import { routeOf } from '@tocsin/contracts';
import { createLogger, InProcessBus, InternalClient, loadConfig, remoteKeys, startService, type Listening, type VerifiedApiKey } from '@tocsin/platform';
import { closeSlackConnections } from '@tocsin/slack';
import { aSendToSlack, assertDeclaredProblem, eventually, startSandboxProcess, testDatabase, testIssuer, type StartedProcess, type TestDatabase, type TestIssuer } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import { notifierService } from '../src/index.js';
import { aConnection } from './opened-lanes.js';

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface PostedInSandbox {
  channel: string;
  ts: string;
  text: string;
  blocks?: object[];
  attachments?: object[];
  metadata?: { event_payload?: { delivery_id?: string } };
  receivedAt: string;
}

/** connector and issues as far as notifier asks them. */
export class PlayedPeers {
  readonly connections = new Map<string, ConnectionChanged>();
  readonly tokens = new Map<string, string>();
  /** Seconds that are left of tokens that end. */
  readonly remaining = new Map<string, number>();
  readonly commands = new Map<string, Delivery>();
  /** Whoever shows an API key has this one. */
  apiKey: VerifiedApiKey | undefined;
  inTransit = 0;
  away = false;
  private readonly server: Server = createServer((request, response) => {
    const answer = this.away ? undefined : this.answer(new URL(request.url ?? '', 'http://peer'));
    response.writeHead(this.away ? 503 : answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ pathname }: URL): unknown {
    const [, , kind, first = '', second = ''] = pathname.split('/').map(decodeURIComponent);
    if (kind === 'api-keys') return this.apiKey;
    if (kind === 'commands') return first === 'in-transit' ? { count: this.inTransit } : this.commands.get(second);
    if (first === '') return { items: [...this.connections.values()] };
    const connection = this.connections.get(first);
    if (second === 'credential') return connection && { token: this.tokens.get(first), credentialVersion: connection.credentialVersion, expiresInSeconds: this.remaining.get(first) };
    return connection;
  }
}

export class RunningNotifier {
  /** `delivery.settled.v1` and `connection.reported.v1`, as others hear them. */
  readonly heard: CloudEvent<Record<string, unknown>>[] = [];
  readonly peers = new PlayedPeers();
  private readonly logged: string[] = [];
  private readonly serviceSecret = randomBytes(24).toString('base64');
  private readonly encryptionKeys = `k1:${randomBytes(32).toString('base64')}`;
  private listening: Listening | undefined;
  private bus: InProcessBus | undefined;
  private peersUrl = '';

  private constructor(
    readonly database: TestDatabase,
    readonly issuer: TestIssuer,
    readonly sandbox: StartedProcess,
    private readonly settings: Record<string, string>,
  ) {}

  /** Not paced, without a ceiling and with a Slack that limits nothing, unless `settings` set the pace. */
  static async start(settings: Record<string, string> = {}): Promise<RunningNotifier> {
    const [database, issuer, sandbox] = await Promise.all([testDatabase(), testIssuer(), startSandboxProcess()]);
    const running = new RunningNotifier(database, issuer, sandbox, { SLACK_CHANNEL_INTERVAL_MS: '0', SLACK_WORKSPACE_RATE: '0', ...settings });
    running.peersUrl = await running.peers.start();
    await running.open();
    if (settings.SLACK_CHANNEL_INTERVAL_MS === undefined) await running.control('limits', { channelRate: 0, tiers: false });
    return running;
  }

  /** Starts the service; after {@link close} this is a restart. */
  async open(): Promise<void> {
    [this.bus, this.listening] = await this.startReplica();
  }

  /** One more of the same service, on the same database. */
  async replica(): Promise<{ url: string; close: () => Promise<void> }> {
    const [bus, listening] = await this.startReplica();
    return {
      url: listening.url,
      close: async () => {
        await listening.close();
        await bus.close();
      },
    };
  }

  private async startReplica(): Promise<[InProcessBus, Listening]> {
    const config = loadConfig(notifierService.config, {
      DATABASE_URL: this.database.url, DATABASE_POOL_SIZE: '6', SERVICE_SECRET: this.serviceSecret, ENCRYPTION_KEYS: this.encryptionKeys, SLACK_BASE_URL: this.sandbox.url, PUBLIC_URL: 'http://localhost:3000', ...this.settings,
    });
    const bus = new InProcessBus({ databaseUrl: this.database.url, logger: createLogger('bus', 'silent'), retryDelayMs: 200 });
    await bus.start();
    const lines = new Writable({ write: (chunk: Buffer, _encoding, done) => { this.logged.push(chunk.toString()); done(); } });
    const peers = { connector: this.peersUrl, issues: this.peersUrl, workflows: this.peersUrl, notifier: this.peersUrl };
    const runtime = { bus, logger: createLogger('notifier', 'debug', lines), peers, tokenIssuer: { issuer: this.issuer.url, keys: remoteKeys(this.issuer.url) } };
    for (const [service, type] of [['issues', 'delivery.settled.v1'], ['connector', 'connection.reported.v1']] as const) {
      await bus.subscribe(service, `${service}.${type}`, ({ body }) => {
        this.heard.push(JSON.parse(body.toString()) as CloudEvent<Record<string, unknown>>);
        return Promise.resolve();
      });
    }
    return [bus, await startService({ service: 'notifier', module: notifierService.register(config, runtime), runtime, port: 0 })];
  }

  async close(): Promise<void> {
    await this.listening?.close();
    await this.bus?.close();
  }

  async stop(): Promise<void> {
    await this.close();
    await this.peers.stop();
    await this.sandbox.stop();
    await this.issuer.stop();
    await this.database.drop();
    await closeSlackConnections();
  }

  /** Empties the ledger, with all that was done to it, and takes faults from Slack. */
  async clear(): Promise<void> {
    await this.database.query('truncate notifier.deliveries, notifier.commands, notifier.timeline, notifier.accepted_counts, notifier.pauses, notifier.replays, notifier.idempotency_keys, notifier.audit cascade');
    await this.control('faults', { reset: true });
  }

  /** As another service calls it. */
  asPeer(service: ServiceName): InternalClient {
    return new InternalClient(service, { connector: this.url, issues: this.url, workflows: this.url, notifier: this.url }, new TextEncoder().encode(this.serviceSecret));
  }

  /** Where it answers. */
  get url(): string {
    return this.listening?.url ?? '';
  }

  /** The log so far, one entry a line. */
  get log(): Record<string, unknown>[] {
    return this.logged.join('').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async call<T>(method: string, path: string, { organization = 'acme', roles = ['admin'], body, headers = {} }: { organization?: string; roles?: readonly string[]; body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer<T>> {
    const token = await this.issuer.token({ user: 'noa@acme.test', organization, roles });
    const response = await fetch(`${this.listening?.url ?? ''}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, body: (text.startsWith('{') ? JSON.parse(text) : text) as T };
    assertDeclaredProblem(answer);
    return answer;
  }

  async publish(type: MessageType, organizationId: string, data: object): Promise<void> {
    const [id, source] = [uuid(), '/tocsin/test'];
    const event: CloudEvent = { specversion: '1.0', id, source, type, time: new Date().toISOString(), organizationid: organizationId, data };
    const exchange = routeOf(type)?.exchange;
    if (!exchange) throw new Error(`${type} is not in the table of messages`);
    const [refusal] = (await this.bus?.publish([{ id, type, source, exchange, body: JSON.stringify(event) }])) ?? [];
    if (refusal) throw refusal;
  }

  /** Puts bodies on the bus as `slack.send.v1`, in one batch and whatever is in them. @returns their message ids */
  async produce(...bodies: readonly string[]): Promise<string[]> {
    const messages = bodies.map((body) => ({ id: uuid(), type: 'slack.send.v1', source: '/ci/job', exchange: 'tocsin.commands' as const, body }));
    const refusals = (await this.bus?.publish(messages)) ?? [];
    for (const refusal of refusals) if (refusal) throw refusal;
    return messages.map(({ id }) => id);
  }

  /** Makes connector know a connection, and says so unless `silently`. */
  async connect(overrides: Partial<ConnectionChanged> = {}, { token = 'xoxb-sandbox-acme', silently = false } = {}): Promise<ConnectionChanged> {
    const connection = aConnection({ id: uuid(), ...overrides });
    this.peers.connections.set(connection.id, connection);
    this.peers.tokens.set(connection.id, token);
    if (!silently) await this.publish('connection.changed.v1', connection.organizationId, connection);
    return connection;
  }

  /** Puts a command on the bus. @returns its id */
  async send(command: Partial<SendToSlack>): Promise<string> {
    const whole = aSendToSlack(command);
    await this.publish('slack.send.v1', whole.organizationId, whole);
    return whole.commandId;
  }

  /** Puts commands on the bus, many at a time. @returns their ids */
  async sendAll(commands: readonly Partial<SendToSlack>[]): Promise<string[]> {
    const type = 'slack.send.v1';
    const [source, exchange] = ['/tocsin/test', routeOf(type)?.exchange ?? 'tocsin.commands'];
    const whole = commands.map((command) => aSendToSlack(command));
    for (let at = 0; at < whole.length; at += 250) {
      const messages = whole.slice(at, at + 250).map((data) => {
        const event: CloudEvent = { specversion: '1.0', id: uuid(), source, type, time: new Date().toISOString(), organizationid: data.organizationId, data };
        return { id: event.id, type, source, exchange, body: JSON.stringify(event) };
      });
      const refusal = (await this.bus?.publish(messages))?.find((answer) => answer !== undefined);
      if (refusal) throw refusal;
    }
    return whole.map(({ commandId }) => commandId);
  }

  async delivery(id: string): Promise<Delivery> {
    const { status, body } = await this.call<Delivery>('GET', `/v1/deliveries/${id}`);
    if (status !== 200) throw new Error(`the delivery answers ${status}`);
    return body;
  }

  /** The delivery once it has reached an end. */
  async settled(id: string, timeout = 15_000): Promise<Delivery> {
    return eventually(async () => {
      const delivery = await this.delivery(id);
      return !['accepted', 'waiting', 'posting'].includes(delivery.state) && delivery;
    }, { timeout });
  }

  async messages(channel: string): Promise<PostedInSandbox[]> {
    const response = await fetch(`${this.sandbox.url}/sandbox/messages?channel=${encodeURIComponent(channel)}`);
    return ((await response.json()) as { items: PostedInSandbox[] }).items;
  }

  /** How often the message of a delivery is in a channel. */
  async posts(deliveryId: string, channel: string): Promise<number> {
    return (await this.messages(channel)).filter((message) => message.metadata?.event_payload?.delivery_id === deliveryId).length;
  }

  async control(what: 'faults' | 'limits' | 'channels' | 'tokens' | 'directory' | 'reset', body: object): Promise<void> {
    const response = await fetch(`${this.sandbox.url}/sandbox/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the sandbox refuses: ${await response.text()}`);
  }
}
