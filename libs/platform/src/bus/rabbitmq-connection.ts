/**
 * One connection to RabbitMQ that comes back by itself. Nothing here waits without a deadline: a connect into a black hole
 * and a close while TCP dies never settle on their own, so the socket is destroyed instead of asking politely.
 */
import { connect, type ChannelModel } from 'amqplib';

import { isTold } from '../logging/repetitions.js';
import { BusUnavailableError, type BusLogger } from './message-bus.js';
import { errorText } from './settlement.js';
import { Backoff, sleep, within } from './waiting.js';
import { socketOf, writeTogether } from './write-together.js';

const CONNECT_MS = 6_000;
const SET_UP_MS = 15_000;
const CLOSE_MS = 2_000;
const HEARTBEAT_SECONDS = 10;

export interface RabbitMqConnectionOptions {
  url: string;
  /** Shown in the broker's management pages. */
  name: string;
  logger: BusLogger;
  /** Runs after each connect, before anybody may use the connection. */
  setUp: (model: ChannelModel) => Promise<void>;
}

export class RabbitMqConnection {
  private model: ChannelModel | undefined;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private up = nextEvent();

  constructor(private readonly options: RabbitMqConnectionOptions) {}

  get ready(): boolean {
    return this.model !== undefined;
  }

  /** Begins to connect. @throws at once when the address is none */
  start(): void {
    const address = addressWithHeartbeat(this.options.url);
    this.loop ??= this.run(address);
  }

  /** Resolves with the connection as soon as there is one. Rejects when it was closed for good. */
  async current(): Promise<ChannelModel> {
    for (;;) {
      if (this.isStopping()) throw new BusUnavailableError('The connection to RabbitMQ was closed.');
      if (this.model !== undefined) return this.model;
      await this.up.promise;
    }
  }

  /** Gives the present connection up; the next one is made at once. */
  drop(because: string): void {
    if (this.model !== undefined) destroy(this.model, because);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.up.fire();
    const { model } = this;
    if (model !== undefined) {
      await within(CLOSE_MS, 'Closing the connection', model.close()).catch(() => {});
      destroy(model, 'closed');
    }
    await this.loop;
  }

  private async run(address: string): Promise<void> {
    const { logger, name } = this.options;
    const backoff = new Backoff({ firstMs: 100, maxMs: 3_000 });
    let failures = 0;
    const onReady = (): void => {
      backoff.reset();
      failures = 0;
    };
    while (!this.isStopping()) {
      try {
        await this.hold(address, onReady);
        if (!this.isStopping()) logger.warn({ connection: name }, 'The connection to RabbitMQ was lost; connecting again');
      } catch (error) {
        failures += 1;
        if (!this.isStopping() && isTold(failures)) logger.warn({ connection: name, failures, error: errorText(error) }, 'RabbitMQ cannot be reached; trying again');
      }
      await sleep(backoff.next(), this.stopping.signal);
    }
  }

  /** One connection from its beginning to its end. */
  private async hold(address: string, onReady: () => void): Promise<void> {
    const { name, setUp, logger } = this.options;
    const connecting = connect(address, { noDelay: true, keepAlive: true, timeout: CONNECT_MS - 1_000, clientProperties: { connection_name: name } });
    const model = await within(CONNECT_MS, 'Connecting', connecting, (late) => { destroy(late, 'too late'); });
    writeTogether(model);
    model.on('error', () => {}); // before the first await that can lose the socket; 'close' tells the loop
    const closed = new Promise<void>((resolve) => model.once('close', () => { resolve(); }));
    const giveUp = (): void => { destroy(model, 'closed'); };
    const { signal } = this.stopping;
    try {
      if (this.isStopping()) return;
      signal.addEventListener('abort', giveUp);
      await within(SET_UP_MS, 'Declaring exchanges and queues', setUp(model)).finally(() => { signal.removeEventListener('abort', giveUp); }); // later it is closed politely
      if (this.isStopping()) return;
      this.model = model;
      onReady();
      logger.info({ connection: name }, 'Connected to RabbitMQ');
      const { fire } = this.up;
      this.up = nextEvent();
      fire();
      await closed;
    } finally {
      this.model = undefined;
      destroy(model, 'over');
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}

/** With an error, because only then amqplib clears its heartbeat timers and tells its channels. */
function destroy(model: ChannelModel, because: string): void {
  socketOf(model).destroy(new Error(because));
}

function addressWithHeartbeat(url: string): string {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    throw new Error('The address of RabbitMQ is not a URL; it looks like amqp://user:password@host:5672/vhost.');
  }
  if (address.protocol !== 'amqp:' && address.protocol !== 'amqps:') throw new Error(`RabbitMQ is reached by amqp:// or amqps://, not ${address.protocol}//.`);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return address.href;
}

interface OneEvent {
  promise: Promise<void>;
  fire: () => void;
}

function nextEvent(): OneEvent {
  let fire: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { promise, fire };
}
