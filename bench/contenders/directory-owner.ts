/** notifier with a workspace of the sandbox that can be connected at a moment of the bench's choice; connector is played. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ConnectionChanged, DestinationList, DirectoryStatus } from '@tocsin/contracts';
import { createLogger, RabbitMqBus } from '@tocsin/platform';
import { startProcess, startSandboxProcess, testBroker, testDatabase, testIssuer, type StartedProcess, type TestBroker, type TestDatabase, type TestIssuer } from '@tocsin/testing';

import { ORGANIZATION } from '../traffic.js';
import { PATIENT } from './contender.js';

const CONNECTION = 'bench-directory';
const TOKEN = 'xoxb-sandbox-acme';
const SCOPES = ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email', 'chat:write.public'];

export interface Workspace {
  channels: number;
  people: number;
  /** How much faster than Slack's the clock of the limits goes. */
  timeScale: number;
}

export class DirectoryOwner {
  private notifier: StartedProcess | undefined;
  private bearer = '';
  private isConnected = false;
  private readonly encryptionKeys = `k1:${randomBytes(32).toString('base64')}`;
  private readonly connector: Server = createServer((request, response) => {
    const answer = this.answer(new URL(request.url ?? '', 'http://peer').pathname);
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });

  private constructor(
    private readonly settings: Readonly<Record<string, string>>,
    private readonly sandbox: StartedProcess,
    private readonly database: TestDatabase,
    private readonly broker: TestBroker,
    private readonly issuer: TestIssuer,
  ) {}

  static async prepare({ channels, people, timeScale }: Workspace, settings: Readonly<Record<string, string>>): Promise<DirectoryOwner> {
    const broker = testBroker();
    const bus = new RabbitMqBus({ url: broker.url, prefix: broker.prefix, logger: createLogger('bench', 'silent') });
    await bus.start();
    await bus.close();
    const [sandbox, database, issuer] = await Promise.all([startSandboxProcess(), testDatabase(), testIssuer()]);
    const owner = new DirectoryOwner(settings, sandbox, database, broker, issuer);
    await owner.control('directory', { channels, people });
    await owner.control('limits', { timeScale });
    owner.bearer = await issuer.token({ user: 'bench@example.com', organization: ORGANIZATION, expiresIn: 36_000 });
    await new Promise<void>((resolve) => owner.connector.listen(0, '127.0.0.1', resolve));
    return owner;
  }

  get pid(): number {
    return this.notifier?.pid ?? 0;
  }

  async start(): Promise<void> {
    const peer = `http://127.0.0.1:${(this.connector.address() as AddressInfo).port}`;
    this.notifier = await startProcess('services/notifier/dist/main.js', {
      PORT: '0', DATABASE_URL: this.database.url, AMQP_URL: this.broker.url, AMQP_PREFIX: this.broker.prefix, ENCRYPTION_KEYS: this.encryptionKeys, OIDC_ISSUER: this.issuer.url,
      SLACK_BASE_URL: this.sandbox.url, CONNECTOR_URL: peer, ISSUES_URL: peer, WORKFLOWS_URL: peer, ...this.settings,
    }, PATIENT);
  }

  /** As after an upgrade: another process on the same database. */
  async restart(): Promise<void> {
    await this.notifier?.kill();
    await this.start();
  }

  /** From now on connector knows the workspace, and notifier hears of it with the first request that names it. */
  connect(): void {
    this.isConnected = true;
  }

  /** Requests about a workspace that is not connected: what serving takes by itself is no growth. */
  async warmUp(requests: number): Promise<void> {
    if (this.isConnected) throw new Error('it is connected already');
    for (let request = 0; request < requests; request += 1) await this.get('directory').catch(() => undefined);
  }

  async pick(q: string): Promise<{ ms: number; list: DestinationList }> {
    const begin = performance.now();
    const list = await this.get<DestinationList>(`destinations?q=${encodeURIComponent(q)}`);
    return { ms: performance.now() - begin, list };
  }

  status(): Promise<DirectoryStatus> {
    return this.get<DirectoryStatus>('directory');
  }

  /** How often Slack was asked for a method, and how often it said "too fast". */
  async asked(method: string): Promise<{ calls: number; refused: number }> {
    const { items } = (await (await fetch(`${this.sandbox.url}/sandbox/requests`)).json()) as { items: { method: string; error?: string }[] };
    const of = items.filter((request) => request.method === method);
    return { calls: of.length, refused: of.filter(({ error }) => error === 'ratelimited').length };
  }

  /** Megabytes of the tables of the directory, indexes included. */
  async megabytes(): Promise<number> {
    const [row] = await this.database.query<{ bytes: string }>(
      `select sum(pg_total_relation_size(oid)) as bytes from pg_class where relnamespace = 'notifier'::regnamespace and relkind = 'r'
         and relname in ('channels', 'people', 'addresses', 'directory_lists', 'directory_seen', 'directory_sizes')`,
    );
    return Number(row?.bytes ?? 0) / 1024 ** 2;
  }

  async stop(): Promise<void> {
    await this.notifier?.kill();
    this.connector.closeAllConnections();
    await Promise.all([this.sandbox.kill(), this.issuer.stop(), new Promise((resolve) => this.connector.close(resolve))]);
    await Promise.all([this.broker.cleanup(), this.database.drop()]);
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.notifier?.url ?? ''}/v1/connections/${CONNECTION}/${path}`, { headers: { authorization: `Bearer ${this.bearer}` } });
    if (!response.ok) throw new Error(`notifier answers ${response.status} for ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  private async control(what: string, body: object): Promise<void> {
    const response = await fetch(`${this.sandbox.url}/sandbox/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the sandbox refuses: ${await response.text()}`);
  }

  private answer(path: string): unknown {
    const [, , kind, id = '', what = ''] = path.split('/');
    if (kind === 'commands') return id === 'in-transit' ? { count: 0 } : undefined;
    if (!this.isConnected) return id === '' ? { items: [] } : undefined;
    if (id === '') return { items: [aConnection()] };
    return id !== CONNECTION ? undefined : what === 'credential' ? { token: TOKEN, credentialVersion: 1 } : aConnection();
  }
}

function aConnection(): ConnectionChanged {
  const since = new Date().toISOString();
  return {
    id: CONNECTION, organizationId: ORGANIZATION, method: 'token', workspace: { id: 'T0ACME0001', name: 'Acme', url: 'https://acme.slack.com' },
    bot: { userId: 'U0BOT', name: 'tocsin' }, appId: 'A0OWNAPP', scopes: SCOPES, missingScopes: [], paused: false, version: 1, credentialVersion: 1,
    health: { state: 'connected', since }, token: { hint: 'acme', updatedAt: since }, createdAt: since,
  };
}
