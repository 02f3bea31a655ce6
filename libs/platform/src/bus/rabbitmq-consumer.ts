/**
 * Consumes one queue for as long as it is wanted: over lost connections, closed channels and a deleted queue. Every message
 * is settled on the channel that delivered it; a tag of one channel means another message on the next.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';

import { BusUnavailableError, STOP_DEADLINE_MS, UnroutableError, type BusLogger, type IncomingMessage, type Subscription } from './message-bus.js';
import { PauseGate } from './pause-gate.js';
import { Acknowledgements } from './rabbitmq-acknowledgements.js';
import { deadLetter, incomingFrom, retryOf } from './rabbitmq-message.js';
import type { Publication } from './rabbitmq-publisher.js';
import { declareTopology, type RabbitMqNames } from './rabbitmq-topology.js';
import { DONE, errorText, settlementOf, type Settlement } from './settlement.js';
import { Backoff, endsWithin, sleep, within } from './waiting.js';

const SET_UP_MS = 10_000;
const CANCEL_MS = 2_000;

export interface RabbitMqConsumerOptions {
  queue: string;
  /** Name at the broker. */
  source: string;
  /** Type of the messages in this queue. */
  type: string;
  prefetch: number;
  maxAttempts: number;
  names: RabbitMqNames;
  logger: BusLogger;
  onMessage: (incoming: IncomingMessage, message: ConsumeMessage) => Promise<void>;
  /** The present or the next connection; rejects when there will be none. */
  connection: () => Promise<ChannelModel>;
  publish: (publication: Publication) => Promise<Error | undefined>;
}

interface Session {
  channel: Channel;
  acknowledgements: Acknowledgements;
  consumerTag?: string;
  /** Ends waiting, not working: fired when the channel is gone or the consumer stops. */
  over: AbortController;
  closed: Promise<void>;
  declaring?: Promise<void> | undefined;
}

export class RabbitMqConsumer implements Subscription {
  private readonly stopping = new AbortController();
  private readonly inWork = new Set<Promise<void>>();
  private readonly gate: PauseGate;
  private session: Session | undefined;
  private loop: Promise<void> | undefined;

  constructor(private readonly options: RabbitMqConsumerOptions) {
    const { source, logger } = options;
    this.gate = new PauseGate((paused, because) => {
      if (paused) logger.warn({ queue: source, because }, 'The queue waits');
      else logger.info({ queue: source }, 'The queue goes on');
    });
  }

  start(): void {
    this.loop ??= this.run();
  }

  async stop(deadlineMs: number = STOP_DEADLINE_MS): Promise<void> {
    this.stopping.abort();
    const { session } = this;
    if (session !== undefined) {
      session.over.abort();
      if (session.consumerTag !== undefined) {
        await within(CANCEL_MS, 'Cancelling the consumer', session.channel.cancel(session.consumerTag)).catch(() => {});
      }
    }
    const done = await endsWithin(deadlineMs, this.inWork);
    if (!done) this.options.logger.warn({ queue: this.options.source, messages: this.inWork.size }, 'Stopped while messages were in work; they are delivered again');
    if (session !== undefined) await closeChannel(session);
    await this.loop;
  }

  private async run(): Promise<void> {
    const { source, logger } = this.options;
    const backoff = new Backoff({ firstMs: 100, maxMs: 3_000 });
    while (!this.isStopping()) {
      const model = await this.nextConnection();
      if (model === undefined) return;
      try {
        await this.consume(model, () => { backoff.reset(); });
      } catch (error) {
        if (!this.isStopping()) logger.warn({ queue: source, error: errorText(error) }, 'The queue cannot be consumed; trying again');
      }
      await sleep(backoff.next(), this.stopping.signal);
    }
  }

  /** Undefined when there will be none any more: the bus was closed, or this consumer stops while the broker is away. */
  private async nextConnection(): Promise<ChannelModel | undefined> {
    const stopped = new AbortController();
    const onStop = new Promise<undefined>((resolve) => {
      this.stopping.signal.addEventListener('abort', () => { resolve(undefined); }, { once: true, signal: stopped.signal });
    });
    try {
      return await Promise.race([this.options.connection(), onStop]);
    } catch {
      return undefined;
    } finally {
      stopped.abort();
    }
  }

  /** Ends when the channel does. */
  private async consume(model: ChannelModel, onConsuming: () => void): Promise<void> {
    const { names, prefetch, source, logger } = this.options;
    const session = await openSession(model, (error) => { logger.warn({ queue: source, error }, 'RabbitMQ closed the channel of the queue; consuming again'); });
    this.session = session;
    const { channel } = session;
    try {
      await within(SET_UP_MS, 'Starting the consumer', (async () => {
        await declareTopology(channel, names); // the queue may be what was lost
        await channel.prefetch(prefetch);
        if (this.isStopping()) return;
        const { consumerTag } = await channel.consume(source, (message) => {
          if (message === null) void closeChannel(session); // basic.cancel: the queue was deleted or moved
          else this.take(message, session);
        });
        session.consumerTag = consumerTag;
      })());
      if (session.consumerTag === undefined) return; // stopped before it began
      onConsuming();
      await session.closed;
    } finally {
      session.over.abort();
      await closeChannel(session);
      this.session = undefined;
    }
  }

  private take(message: ConsumeMessage, session: Session): void {
    session.acknowledgements.delivered(message);
    if (this.isStopping()) return; // came between stop and cancel: goes back when the channel closes
    const work = this.settle(message, session)
      .catch((error: unknown) => {
        // Left unacked: the channel's end brings it back.
        this.options.logger.error({ queue: this.options.source, error: errorText(error) }, 'A message could not be settled');
        return closeChannel(session);
      })
      .finally(() => this.inWork.delete(work));
    this.inWork.add(work);
  }

  private async settle(message: ConsumeMessage, session: Session): Promise<void> {
    const { queue, type, maxAttempts, onMessage, logger } = this.options;
    await nextTurn(); // one after the other: what is read of a message is let go of before the next one is read
    const incoming = incomingFrom(message, queue, type);
    const outcome = await this.gate.run(() => onMessage(incoming, message), session.over.signal);
    if (outcome.kind === 'left') return;
    const settlement = outcome.kind === 'handled' ? DONE : settlementOf(outcome.error, incoming.attempt, maxAttempts);
    logSettlement(logger, incoming, settlement);
    const publication = this.successor(message, incoming, settlement);
    const fate = publication === undefined ? 'moved' : await this.move(publication, session);
    if (fate === 'moved') session.acknowledgements.add(message);
    else if (fate === 'unwritable') session.acknowledgements.reject(message);
  }

  private successor(message: ConsumeMessage, incoming: IncomingMessage, settlement: Settlement): Publication | undefined {
    const { names } = this.options;
    if (settlement.kind === 'again') return retryOf(message, incoming, names);
    if (settlement.kind === 'dead') return deadLetter(message, incoming, names, settlement);
    return undefined;
  }

  /**
   * Publishes until confirmed. `left`: the channel went first, which brings the message back. `unwritable`: it cannot be said
   * again as it is now, be it for its headers; the broker can move it to the dead letters as it came.
   */
  private async move(publication: Publication, session: Session): Promise<'moved' | 'left' | 'unwritable'> {
    const backoff = new Backoff({ firstMs: 200, maxMs: 5_000 });
    for (;;) {
      const refusal = await this.options.publish(publication);
      if (refusal === undefined) return 'moved';
      if (!(refusal instanceof BusUnavailableError)) this.options.logger.error({ queue: this.options.source, messageId: publication.options.messageId, error: errorText(refusal) }, 'A message cannot be moved to its next queue');
      if (!(refusal instanceof UnroutableError || refusal instanceof BusUnavailableError)) return 'unwritable';
      if (session.over.signal.aborted) return 'left';
      if (refusal instanceof UnroutableError) await this.declareAgain(session);
      await sleep(backoff.next(), session.over.signal);
    }
  }

  /** The queue that a message was to go to was deleted, and nobody but us will make it anew. Once for all that wait for it. */
  private declareAgain(session: Session): Promise<void> {
    session.declaring ??= within(SET_UP_MS, 'Declaring exchanges and queues', declareTopology(session.channel, this.options.names))
      .catch((error: unknown) => { this.options.logger.warn({ queue: this.options.source, error: errorText(error) }, 'The queues cannot be declared; trying again'); })
      .finally(() => { session.declaring = undefined; });
    return session.declaring;
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}

/** @param onClosedByBroker is told why the broker closed it */
async function openSession(model: ChannelModel, onClosedByBroker: (error: string) => void): Promise<Session> {
  const channel = await within(SET_UP_MS, 'Opening a channel', model.createChannel(), (late) => { late.close().catch(() => {}); });
  channel.on('error', (error) => { onClosedByBroker(errorText(error)); });
  const over = new AbortController();
  const closed = new Promise<void>((resolve) => {
    channel.once('close', () => {
      over.abort();
      resolve();
    });
  });
  return { channel, acknowledgements: new Acknowledgements(channel), over, closed };
}

/** Closes unless it is closed; a broker that does not answer is left to the connection's heartbeat. */
async function closeChannel({ channel, acknowledgements, closed }: Session): Promise<void> {
  acknowledgements.flush();
  try {
    channel.close().catch(() => {});
  } catch {
    // was closed already
  }
  await within(CANCEL_MS, 'Closing the channel', closed).catch(() => {});
}

function logSettlement(logger: BusLogger, { queue, id, attempt }: IncomingMessage, settlement: Settlement): void {
  const fields = { queue, messageId: id, attempt };
  if (settlement.kind === 'again') logger.warn({ ...fields, error: settlement.error }, 'A message failed and is tried again later');
  if (settlement.kind === 'dead') logger.error({ ...fields, reason: settlement.reason, error: settlement.error }, 'A message went to the dead letters');
}
