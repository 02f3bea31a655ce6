/** notifier as an operator runs it: built entry points, own database, RabbitMQ; connector and issues are played, nobody hears the outcomes. */
import { randomBytes } from 'node:crypto';

import { CLOUD_EVENT_CONTENT_TYPE, EXCHANGES, type CloudEvent, type DeliverySummary, type SendToSlack } from '@tocsin/contracts';
import { createLogger, RabbitMqBus } from '@tocsin/platform';
import { startProcess, testBroker, testDatabase, testIssuer, type StartedProcess, type TestBroker, type TestDatabase, type TestIssuer } from '@tocsin/testing';

import { PlayedPeers } from '../played-peers.js';
import { Publisher, type Publication } from '../publisher.js';
import { RunningSlack } from '../running-slack.js';
import { ORGANIZATION } from '../traffic.js';
import { until, untilCount } from '../until.js';
import { CONCURRENCY, PATIENT, startAll, type Contender, type ContenderOptions } from './contender.js';

const COMMAND = 'slack.send.v1';
const OUTCOMES = 'issues.delivery.settled.v1';

/** What `deploy/Dockerfile` tells the process beside its settings. */
const AS_THE_IMAGE = { MALLOC_ARENA_MAX: '1', NODE_OPTIONS: '--v8-pool-size=1' };

export class Tocsin implements Contender {
  readonly name = 'Tocsin';
  private readonly encryptionKeys = `k1:${randomBytes(32).toString('base64')}`;
  /** Other services beside notifier; they end with it. */
  readonly companions: StartedProcess[] = [];
  private readonly replicas: StartedProcess[] = [];

  private constructor(
    readonly slack: RunningSlack,
    readonly settings: Readonly<Record<string, string>>,
    private readonly database: TestDatabase,
    private readonly broker: TestBroker,
    private readonly issuer: TestIssuer,
    private readonly peers: PlayedPeers,
    readonly publisher: Publisher,
  ) {}

  static async prepare({ slack, connections = 1, held = false, settings = {} }: ContenderOptions): Promise<Tocsin> {
    const broker = testBroker();
    await declareQueues(broker);
    const [running, database, issuer, peers, publisher] = await Promise.all([RunningSlack.start(slack), testDatabase(), testIssuer(), PlayedPeers.start(connections, held), Publisher.open(broker.url)]);
    return new Tocsin(running, { ...AS_THE_IMAGE, SLACK_CONCURRENCY: String(CONCURRENCY), ...settings }, database, broker, issuer, peers, publisher);
  }

  get pids(): number[] {
    return this.replicas.map(({ pid }) => pid);
  }

  async start(replicas = 1): Promise<void> {
    this.replicas.push(...(await startAll(replicas, () => startProcess('services/notifier/dist/main.js', this.environment(), PATIENT))));
  }

  messagesOf(commands: readonly SendToSlack[]): Publication[] {
    return commands.map((command) => this.toPublication(COMMAND, EXCHANGES.commands, command.commandId, command));
  }

  /** Its connections are paused until then, as they are while somebody looks after a workspace. */
  async holdUntilAllIsIn(commands: number): Promise<void> {
    await untilCount(async () => (await this.summary()).accepted, commands, 'Tocsin accepts', { everyMs: 250 });
    await this.publisher.publish(this.peers.resume().map((connection) => this.toPublication('connection.changed.v1', EXCHANGES.events, connection.id, connection)));
  }

  /** Of an administrator of the bench's organization. */
  token(): Promise<string> {
    return this.issuer.token({ user: 'bench@example.com', organization: ORGANIZATION });
  }

  async summary(): Promise<DeliverySummary> {
    const response = await fetch(`${this.replicas[0]?.url ?? ''}/v1/deliveries/summary`, { headers: { authorization: `Bearer ${await this.token()}` } });
    if (!response.ok) throw new Error(`notifier's summary answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as DeliverySummary;
  }

  async recorded(): Promise<number> {
    return (await this.summary()).byState.posted;
  }

  /** Every outcome is told: one `delivery.settled.v1` for each delivery. */
  async rest(): Promise<void> {
    await until(async () => (await this.publisher.waitingIn(this.broker.prefix + OUTCOMES)) >= (await this.recorded()), 'the outcomes are told');
  }

  /** The ledger counts all that was sent, digests of its own making too, and each is somewhere. */
  async lostNothing(sent: number): Promise<void> {
    await untilCount(async () => (await this.summary()).accepted, sent, 'Tocsin accepts', { everyMs: 250 });
    const { balanced, accepted, byState } = await this.summary();
    if (!balanced) throw new Error(`Tocsin's ledger does not balance: ${accepted} accepted, ${JSON.stringify(byState)}.`);
    const { failed, dead, suppressed, unconfirmed } = byState;
    if (failed + dead + suppressed + unconfirmed > 0) throw new Error(`Tocsin gave messages up that Slack would have taken: ${JSON.stringify(byState)}.`);
  }

  /** Killed: how it ends is not what is measured, and its database goes with it. */
  async stop(): Promise<void> {
    await Promise.all([...this.replicas, ...this.companions].map((one) => one.kill()));
    await Promise.all([this.slack.stop(), this.peers.stop(), this.issuer.stop(), this.publisher.close()]);
    await Promise.all([this.broker.cleanup(), this.database.drop()]);
  }

  /** What each of its processes is told. */
  environment(): Record<string, string> {
    return {
      PORT: '0', DATABASE_URL: this.database.url, AMQP_URL: this.broker.url, AMQP_PREFIX: this.broker.prefix, ENCRYPTION_KEYS: this.encryptionKeys, OIDC_ISSUER: this.issuer.url,
      SLACK_BASE_URL: this.slack.url, CONNECTOR_URL: this.peers.url, ISSUES_URL: this.peers.url, WORKFLOWS_URL: this.peers.url, ...this.settings,
    };
  }

  private toPublication(type: string, exchange: string, id: string, data: object): Publication {
    const source = '/tocsin/bench';
    const event: CloudEvent = { specversion: '1.0', id, source, type, time: new Date().toISOString(), organizationid: ORGANIZATION, data };
    return {
      exchange: this.broker.prefix + exchange, routingKey: type, content: Buffer.from(JSON.stringify(event)),
      options: { contentType: CLOUD_EVENT_CONTENT_TYPE, messageId: id, type, appId: source },
    };
  }
}

/** As the first service that starts would. */
async function declareQueues({ url, prefix }: TestBroker): Promise<void> {
  const bus = new RabbitMqBus({ url, prefix, logger: createLogger('bench', 'silent') });
  await bus.start();
  await bus.close();
}
