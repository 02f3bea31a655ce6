/** connector as its callers meet it: real PostgreSQL, a real bus, the Slack sandbox as a process, and tokens of an issuer. */
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';

import { queueName, type ChannelReported, type CloudEvent, type ConnectionChanged, type MessageType, type PersonReported, type ServiceName } from '@tocsin/contracts';
import { createLogger, InProcessBus, InternalClient, loadConfig, remoteKeys, serviceSecrets, startService, type Listening } from '@tocsin/platform';
import { closeSlackConnections } from '@tocsin/slack';
import { assertDeclaredProblem, startSandboxProcess, testDatabase, testIssuer, type StartedProcess, type TestDatabase, type TestIssuer } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import { connectorService } from '../src/index.js';

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Who {
  user?: string;
  organization?: string;
  roles?: readonly string[];
}

export const SIGNING_SECRET = 'sandbox-signing-secret';
const SANDBOX_APP = { SLACK_CLIENT_ID: 'sandbox.client', SLACK_CLIENT_SECRET: 'sandbox-secret', SLACK_SIGNING_SECRET: SIGNING_SECRET };

export class RunningConnector {
  readonly keys = `k1:${randomBytes(32).toString('base64')}`;
  /** `connection.changed.v1`, as notifier hears it. */
  readonly heard: ConnectionChanged[] = [];
  /** `channel.reported.v1`, likewise. */
  readonly channels: ChannelReported[] = [];
  /** `person.reported.v1`, likewise. */
  readonly people: PersonReported[] = [];
  private readonly logged: string[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly issuer: TestIssuer,
    readonly sandbox: StartedProcess,
    private readonly bus: InProcessBus,
  ) {}

  private listening: Listening | undefined;

  /** @param settings in place of those that fit the sandbox */
  static async start(settings: Record<string, string> = {}): Promise<RunningConnector> {
    const [database, issuer, sandbox] = await Promise.all([testDatabase(), testIssuer(), startSandboxProcess()]);
    const bus = new InProcessBus({ databaseUrl: database.url, logger: createLogger('bus', 'silent') });
    await bus.start();
    const running = new RunningConnector(database, issuer, sandbox, bus);
    await running.listen(settings);
    return running;
  }

  private async listen(settings: Record<string, string>): Promise<void> {
    await this.listenTo('connection.changed.v1', this.heard);
    await this.listenTo('channel.reported.v1', this.channels);
    await this.listenTo('person.reported.v1', this.people);
    this.listening = await this.replica(settings);
  }

  private async listenTo<T>(type: MessageType, heard: T[]): Promise<void> {
    await this.bus.subscribe('notifier', queueName('notifier', type), ({ body }) => {
      heard.push((JSON.parse(body.toString()) as CloudEvent<T>).data);
      return Promise.resolve();
    });
  }

  /** One more process of connector beside the first, or after it; whoever starts it closes it. */
  async replica(settings: Record<string, string> = {}): Promise<Listening> {
    const config = loadConfig(connectorService.config, {
      DATABASE_URL: this.database.url, DATABASE_POOL_SIZE: '4', ENCRYPTION_KEYS: this.keys, SLACK_BASE_URL: this.sandbox.url, PUBLIC_URL: 'http://localhost:3000', ...SANDBOX_APP, ...settings,
    });
    const peer = 'http://127.0.0.1:9';
    const peers = { connector: peer, issues: peer, workflows: peer, notifier: peer };
    const lines = new Writable({ write: (chunk: Buffer, _encoding, done) => { this.logged.push(chunk.toString()); done(); } });
    const runtime = { bus: this.bus, logger: createLogger('connector', 'debug', lines), peers, tokenIssuer: { issuer: this.issuer.url, keys: remoteKeys(this.issuer.url) } };
    const { service } = connectorService;
    const listening = await startService({ service, module: connectorService.register(config, runtime), runtime, port: 0 });
    peers.connector = listening.url;
    return listening;
  }

  /** Ends the first process and starts another in its place. */
  async restart(settings: Record<string, string>): Promise<void> {
    await this.listening?.close();
    this.listening = await this.replica(settings);
  }

  get url(): string {
    return this.listening?.url ?? '';
  }

  get log(): string {
    return this.logged.join('');
  }

  async stop(): Promise<void> {
    await this.listening?.close();
    await this.bus.close();
    await closeSlackConnections();
    await this.sandbox.stop();
    await this.issuer.stop();
    await this.database.drop();
  }

  async call<T>(method: string, path: string, { who = {}, body, headers = {} }: { who?: Who; body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer<T>> {
    const authorization = headers.authorization ?? `Bearer ${await this.issuer.token({ user: 'noa@acme.test', ...who })}`;
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers, authorization },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const answer = { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
    assertDeclaredProblem(answer);
    return answer;
  }

  /** As another service calls it. @param keys its ring */
  peer(service: ServiceName, keys = this.keys): InternalClient {
    const nowhere = 'http://127.0.0.1:9';
    return new InternalClient(service, { connector: this.url, issues: nowhere, workflows: nowhere, notifier: nowhere }, serviceSecrets({ ENCRYPTION_KEYS: keys })[0]);
  }

  /** As notifier says it. @param id the same for one that comes twice */
  async report(data: { organizationId: string; connectionId: string; credentialVersion: number; slackError: string }, id: string = uuid()): Promise<void> {
    const [type, source] = ['connection.reported.v1', '/tocsin/notifier'];
    const event = { specversion: '1.0', id, source, type, time: new Date().toISOString(), organizationid: data.organizationId, data: { ...data, at: new Date().toISOString() } };
    await this.bus.publish([{ id, type, source, exchange: 'tocsin.events', body: JSON.stringify(event) }]);
  }

  /** Requests that reached the sandbox, by method. */
  async requests(): Promise<string[]> {
    const response = await fetch(`${this.sandbox.url}/sandbox/requests`);
    return ((await response.json()) as { items: { method: string }[] }).items.map(({ method }) => method);
  }

  /** A fault of the sandbox's, or `{reset: true}`. */
  async fault(fault: object): Promise<void> {
    await this.control('faults', fault);
  }

  async resetSandbox(): Promise<void> {
    await this.control('reset', {});
  }

  /** Steers the sandbox by one of its controls. */
  async control(what: string, body: object): Promise<void> {
    const response = await fetch(`${this.sandbox.url}/sandbox/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the sandbox refuses: ${await response.text()}`);
  }
}
