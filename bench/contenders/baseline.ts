/** Those that Tocsin is measured against: processes of this folder's neighbour `baselines`, on a queue and a database of their own. */
import type { SendToSlack } from '@tocsin/contracts';
import { startProcess, testBroker, testDatabase, type StartedProcess, type TestBroker, type TestDatabase } from '@tocsin/testing';

import { Publisher, type Publication } from '../publisher.js';
import { RunningSlack } from '../running-slack.js';
import { CONCURRENCY, PATIENT, startAll, type Contender, type ContenderOptions } from './contender.js';

const TABLE = 'create table deliveries (id text primary key, channel text not null, ts text not null, command jsonb not null, posted_at timestamptz not null default clock_timestamp())';

export class Baseline implements Contender {
  private readonly replicas: StartedProcess[] = [];

  private constructor(
    readonly name: string,
    private readonly program: string,
    private readonly toBody: (command: SendToSlack) => object,
    readonly settings: Readonly<Record<string, string>>,
    readonly slack: RunningSlack,
    private readonly database: TestDatabase,
    private readonly broker: TestBroker,
    readonly publisher: Publisher,
  ) {}

  /** amqplib → undici → rows in batches → ack: the least that could do the work. */
  static async bareConsumer(options: ContenderOptions): Promise<Baseline> {
    return Baseline.prepare('bare consumer', 'bare-consumer', (command) => command, {}, options);
  }

  /** Nest's RabbitMQ transport, Slack's WebClient, a TypeORM entity a message: as most people would write it. */
  static async plainNest(options: ContenderOptions): Promise<Baseline> {
    return Baseline.prepare('plain Nest', 'plain-nest', toNestEvent, {}, options);
  }

  /** The same with Nest's check of what comes in, which saves each message before and after it is posted. */
  static async carefulNest(options: ContenderOptions): Promise<Baseline> {
    return Baseline.prepare('careful Nest', 'plain-nest', toNestEvent, { CAREFUL: 'true' }, options);
  }

  private static async prepare(name: string, program: string, toBody: (command: SendToSlack) => object, settings: Readonly<Record<string, string>>, { slack }: ContenderOptions): Promise<Baseline> {
    const broker = testBroker();
    const [running, database, publisher] = await Promise.all([RunningSlack.start(slack), testDatabase(), Publisher.open(broker.url)]);
    await database.query(TABLE);
    const baseline = new Baseline(name, program, toBody, { CONCURRENCY: String(CONCURRENCY), ...settings }, running, database, broker, publisher);
    await publisher.declareQueue(baseline.queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    return baseline;
  }

  get pids(): number[] {
    return this.replicas.map(({ pid }) => pid);
  }

  async start(replicas = 1): Promise<void> {
    const settings = { DATABASE_URL: this.database.url, AMQP_URL: this.broker.url, QUEUE: this.queue, SLACK_API_URL: `${this.slack.url}/api/`, ...this.settings };
    this.replicas.push(...(await startAll(replicas, () => startProcess(`bench/dist/baselines/${this.program}.js`, settings, PATIENT))));
  }

  messagesOf(commands: readonly SendToSlack[]): Publication[] {
    return commands.map((command) => ({
      exchange: '', routingKey: this.queue, content: Buffer.from(JSON.stringify(this.toBody(command))), options: { contentType: 'application/json', messageId: command.commandId },
    }));
  }

  async recorded(): Promise<number> {
    const [row] = await this.database.query<{ posted: number }>("select count(*)::int as posted from deliveries where ts <> ''");
    return row?.posted ?? 0;
  }

  rest(): Promise<void> {
    return Promise.resolve(); // they tell nobody
  }

  /** What it was sent and did not record is in its queue. */
  lostNothing(): Promise<void> {
    return Promise.resolve();
  }

  /** Killed: they may wait for a minute that Slack named. */
  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await Promise.all([this.slack.stop(), this.publisher.close()]);
    await Promise.all([this.broker.cleanup(this.queue), this.database.drop()]);
  }

  private get queue(): string {
    return `${this.broker.prefix}bench.${this.program}`;
  }
}

function toNestEvent(command: SendToSlack): object {
  return { pattern: 'slack.send', data: command };
}
