/** issues as it runs, for specs: real PostgreSQL, a bus that keeps what was said, and a connector that knows what it is told. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CloudEvent, MessageType, Scan, ServiceName } from '@tocsin/contracts';
import { createLogger, loadConfig, remoteKeys, startService, type IncomingMessage, type Listening, type MessageBus, type MessageHandlerFunction, type OutgoingMessage, type Subscription, type VerifiedApiKey } from '@tocsin/platform';
import { assertDeclaredProblem, eventually, testDatabase, testIssuer, type TestDatabase, type TestIssuer } from '@tocsin/testing';

import { IssuesConfig, issuesService } from '../src/index.js';

const SERVICE_SECRET = randomBytes(24).toString('base64');
const FIXTURES = new URL('../fixtures/', import.meta.url);

export async function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(name, FIXTURES));
}

/** Keeps what is published and hands over what a spec says. */
export class KeepingBus implements MessageBus {
  state = 'ready' as const;
  readonly said: OutgoingMessage[] = [];
  private readonly handlers = new Map<string, MessageHandlerFunction>();

  async start(): Promise<void> {}
  async close(): Promise<void> {}

  publish(messages: readonly OutgoingMessage[]): Promise<undefined[]> {
    this.said.push(...messages);
    return Promise.resolve(messages.map(() => undefined));
  }

  subscribe(_service: ServiceName, queue: string, onMessage: MessageHandlerFunction): Promise<Subscription> {
    this.handlers.set(queue, onMessage);
    return Promise.resolve({ stop: () => Promise.resolve() });
  }

  collectDeadLetters(): Promise<Subscription> {
    return Promise.resolve({ stop: () => Promise.resolve() });
  }

  putBack(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Data of the events of a type that were published. */
  dataOf<T>(type: MessageType): T[] {
    return this.said.filter((message) => message.type === type).map((message) => (JSON.parse(message.body) as CloudEvent<T>).data);
  }

  /** Hands an event to its handler, as a broker would. */
  async deliver(type: MessageType, organizationid: string | undefined, data: object, { id = randomUUID(), source = '/a/producer', ...attributes }: { id?: string; source?: string; time?: string; traceparent?: string } = {}): Promise<void> {
    const queue = `issues.${type}`;
    const event = { specversion: '1.0', id, source, type, ...(organizationid !== undefined && { organizationid }), ...attributes, data };
    const message: IncomingMessage = { id, type, queue, body: Buffer.from(JSON.stringify(event)), contentType: 'application/cloudevents+json', headers: {}, attempt: 1, redelivered: false };
    const handler = this.handlers.get(queue);
    if (!handler) throw new Error(`nobody hears ${queue}`);
    await handler(message);
  }
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface CallOptions {
  body?: unknown;
  raw?: Uint8Array | string;
  headers?: Record<string, string>;
}

/** Somebody with a token. */
export class Caller {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async call<T>(method: string, path: string, { body, raw, headers = {} }: CallOptions = {}): Promise<Answer<T>> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(content !== undefined && { body: content as NonNullable<RequestInit['body']> }),
    });
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
    const answer = { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
    assertDeclaredProblem(answer);
    return answer;
  }

  get<T>(path: string, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.call('GET', path, { ...(headers && { headers }) });
  }

  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.call('POST', path, { body, ...(headers && { headers }) });
  }

  /** Posts a report and waits until its scan has ended. */
  async scan(report: Uint8Array | string, query: string, headers: Record<string, string> = {}): Promise<Scan> {
    const accepted = await this.call<{ scanId: string }>('POST', `/v1/scans?${query}`, { raw: report, headers });
    if (accepted.status !== 202) throw new Error(`the report was answered with ${accepted.status}: ${JSON.stringify(accepted.body)}`);
    return eventually(async () => {
      const { body } = await this.get<Scan>(`/v1/scans/${accepted.body.scanId}?wait=10`);
      return ['done', 'refused', 'cancelled'].includes(body.state) && body;
    }, { timeout: 30_000 });
  }
}

/** What connector would answer, and notifier of people. */
export class KnownToConnector {
  readonly connections = new Map<string, object>();
  readonly keys = new Map<string, VerifiedApiKey>();
  /** Slack ids by address, of every workspace. */
  readonly people = new Map<string, string>();
  /** What notifier was asked about people. */
  readonly askedFor: { organizationId: string; connectionId: string; emails: string[] }[] = [];
  notifierIsAway = false;

  answer(path: string, body: string): unknown {
    if (path === '/internal/api-keys/verify') return this.keys.get((JSON.parse(body) as { key: string }).key);
    if (path === '/internal/people') return this.idsOf(JSON.parse(body) as KnownToConnector['askedFor'][number]);
    return this.connections.get(path.replace('/internal/connections/', ''));
  }

  private idsOf(asked: KnownToConnector['askedFor'][number]): { ids: string[] } {
    this.askedFor.push(asked);
    return { ids: asked.emails.flatMap((email) => this.people.get(email) ?? []).sort() };
  }
}

export class RunningIssues {
  readonly bus = new KeepingBus();
  readonly connector = new KnownToConnector();
  /** What services of this installation know each other by. */
  readonly serviceSecret = new TextEncoder().encode(SERVICE_SECRET);

  private constructor(
    readonly database: TestDatabase,
    readonly issuer: TestIssuer,
  ) {}
  private peer!: Server;
  private serving!: Listening;

  static async start(environment: Record<string, string> = {}): Promise<RunningIssues> {
    const running = new RunningIssues(await testDatabase(), await testIssuer());
    running.peer = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => {
        const isAway = request.url === '/internal/people' && running.connector.notifierIsAway;
        const known = isAway ? {} : running.connector.answer(request.url ?? '', body);
        response.writeHead(isAway ? 503 : known === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(known ?? {}));
      });
    });
    await new Promise<void>((resolve) => running.peer.listen(0, '127.0.0.1', resolve));
    await running.serve(environment);
    return running;
  }

  get url(): string {
    return this.serving.url;
  }

  async as(user: string, { organization = 'acme', roles = ['admin'] }: { organization?: string; roles?: string[] } = {}): Promise<Caller> {
    return new Caller(this.url, await this.issuer.token({ user, organization, roles }));
  }

  withKey(key: string, known: Partial<VerifiedApiKey>): Caller {
    this.connector.keys.set(key, { id: key, name: key, organizationId: 'acme', permissions: ['issues:ingest'], ...known });
    return new Caller(this.url, key);
  }

  /** Stops the service, lets something happen, and starts it again on the same database. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    await this.serving.close();
    await meanwhile();
    await this.serve({});
  }

  async stop(): Promise<void> {
    await this.serving.close();
    this.peer.closeAllConnections();
    await new Promise((resolve) => this.peer.close(resolve));
    await this.issuer.stop();
    await this.database.drop();
  }

  private async serve(environment: Record<string, string>): Promise<void> {
    const config = loadConfig(IssuesConfig, { DATABASE_URL: this.database.url, DATABASE_POOL_SIZE: '5', SERVICE_SECRET, ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`, ...environment });
    const connector = `http://127.0.0.1:${(this.peer.address() as AddressInfo).port}`;
    const runtime = {
      bus: this.bus, logger: createLogger('issues', process.env.LOG_LEVEL ?? 'fatal'),
      peers: { connector, issues: connector, workflows: connector, notifier: connector },
      tokenIssuer: { issuer: this.issuer.url, keys: remoteKeys(this.issuer.url) },
    };
    const { register, service } = issuesService;
    this.serving = await startService({ service, runtime, module: register(config, runtime), port: 0 });
  }
}
