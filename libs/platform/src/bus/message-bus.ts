/**
 * What services expect of a message bus, whichever carries it. At least once: a message that was handled may come
 * again, so handlers deduplicate; and no order is promised, so messages carry versions or places of their own.
 */
import type { Exchange, ServiceName } from '@tocsin/contracts';

import type { Logger } from '../logging/logger.js';

export type BusLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface OutgoingMessage {
  /** Event id. */
  id: string;
  /** Event type, at once the routing key. */
  type: string;
  exchange: Exchange;
  /** CloudEvents source: `/tocsin/<service>`. */
  source: string;
  /** The CloudEvent in structured mode, as JSON. */
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export interface IncomingMessage {
  /** Event id as the envelope of the transport has it; undefined when a producer left it out. */
  id: string | undefined;
  /** Type that this queue carries. */
  type: string;
  queue: string;
  body: Buffer;
  contentType: string | undefined;
  headers: Readonly<Record<string, unknown>>;
  /** 1 for the first time; grows when a handler failed, not when a consumer was lost. */
  attempt: number;
  /** The transport may have handed it out before. */
  redelivered: boolean;
}

/** What a queue needs to take a message that was taken from it. */
export interface QueuedMessage {
  /** As in the topology. */
  queue: string;
  id: string | undefined;
  body: Buffer;
  contentType: string | undefined;
  headers: Readonly<Record<string, unknown>>;
  /** What else the transport's envelope said. */
  properties: Readonly<Record<string, string | number>>;
}

/** A message that was given up. */
export interface DeadMessage extends QueuedMessage {
  /** Type that the queue carries. */
  type: string;
  /** Short code, such as `invalid_data`. */
  reason: string;
  error: string;
  attempts: number;
  /** Tells deaths apart: the same however often this one is handed over. */
  death: string;
}

export interface SubscribeOptions {
  /** Messages handled at the same time at most; 20 unless told. */
  prefetch?: number;
}

export interface Subscription {
  /** Takes no more messages and waits for those in work, at most `deadlineMs` (10 s); the rest is delivered again. */
  stop(deadlineMs?: number): Promise<void>;
}

export type MessageHandlerFunction = (message: IncomingMessage) => Promise<void>;

export interface MessageBus {
  /** Connects. A server that is away does not make it fail: the bus goes on trying and `state` tells. */
  start(): Promise<void>;
  /**
   * Resolves with one entry per message: undefined when it is on disk for every hearer, else the reason why not
   * ({@link BusUnavailableError} when it says nothing about the message, {@link QueueFullError} when it says something about its
   * queues alone). Never rejects because of one message.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<(Error | undefined)[]>;
  /**
   * Hands the messages of a queue (named as in the topology) to `onMessage`. Resolved = done with; {@link PermanentError}
   * = dead letter; {@link PauseError} = kept and tried again, the queue waits; any other error = again after a delay, and
   * a dead letter after the last attempt.
   */
  subscribe(service: ServiceName, queue: string, onMessage: MessageHandlerFunction, options?: SubscribeOptions): Promise<Subscription>;
  /**
   * Hands the dead letters of all queues of a service to `keep`. Resolved = they are safe elsewhere and leave the bus;
   * rejected = they stay and are handed over again, so the same one may come twice.
   */
  collectDeadLetters(service: ServiceName, keep: (message: DeadMessage) => Promise<void>): Promise<Subscription>;
  /** Puts a message on its queue, for this hearer only and as if it had never been handled. Answers as {@link publish}. */
  putBack(message: QueuedMessage): Promise<Error | undefined>;
  readonly state: BusState;
  /** Stops what is subscribed, then disconnects. Nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}

export type BusState = 'connecting' | 'ready' | 'closed';

export const DEFAULT_PREFETCH = 20;
export const STOP_DEADLINE_MS = 10_000;

/** The bus cannot take messages now; the same message may pass later. */
export class BusUnavailableError extends Error {
  override readonly name: string = 'BusUnavailableError';
}

/** The bus is there, but a queue that hears this message takes none now: it is full, or cannot write. Messages for other queues may pass. */
export class QueueFullError extends BusUnavailableError {
  override readonly name = 'QueueFullError';
}

/** No queue takes this message; no later attempt will find one. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';
}

/** This message can never be handled: it goes to the dead letters with `reason`, a short code such as `invalid_data`. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';

  constructor(
    readonly reason: string,
    message: string = reason,
  ) {
    super(message);
  }
}

/** Not the message's fault, and others would fare no better (the database is away): keep it and wait. */
export class PauseError extends Error {
  override readonly name = 'PauseError';
}
