/** Whoever takes commands off RabbitMQ and posts them to a Slack of its own: Tocsin, and those that it is measured against. */
import type { SendToSlack } from '@tocsin/contracts';
import type { StartedProcess } from '@tocsin/testing';

import type { Publication, Publisher } from '../publisher.js';
import type { RunningSlack } from '../running-slack.js';
import type { SlackSettings } from '../slack-settings.js';

export interface Contender {
  readonly name: string;
  /** What differs from its defaults, and what it was told beside. */
  readonly settings: Readonly<Record<string, string>>;
  readonly slack: RunningSlack;
  /** Its processes, once started. */
  readonly pids: readonly number[];
  /** Commands as its queue takes them, so that only publishing is left to do. */
  messagesOf: (commands: readonly SendToSlack[]) => Publication[];
  /** Puts messages on its queue, which is there before it is started. */
  readonly publisher: Publisher;
  start: (replicas?: number) => Promise<void>;
  /** Where it can hold what it was sent: resolves when all of it is in its lines, at the moment when it may begin to post. */
  holdUntilAllIsIn?: (commands: number) => Promise<void>;
  /** How many messages its database says are posted. */
  recorded: () => Promise<number>;
  /** Resolves when nothing is left to do for the messages that are recorded, such as telling others. */
  rest: () => Promise<void>;
  /** @throws Error when it lost some of what it was sent, so far as it can tell */
  lostNothing: (sent: number) => Promise<void>;
  stop: () => Promise<void>;
}

export interface ContenderOptions {
  slack: SlackSettings;
  /** How many workspaces are connected; one unless given. */
  connections?: number;
  /** It is asked to {@link Contender.holdUntilAllIsIn}. */
  held?: boolean;
  /** Settings of notifier that are not its defaults. */
  settings?: Readonly<Record<string, string>>;
}

export type PrepareContender = (options: ContenderOptions) => Promise<Contender>;

/** Puts commands on a contender's queue. Resolves when the broker has them. */
export async function send(contender: Contender, commands: readonly SendToSlack[]): Promise<void> {
  await contender.publisher.publish(contender.messagesOf(commands));
}

/** What runs at this moment, so that a signal leaves no process, database or queue behind. */
const running = new Set<Pick<Contender, 'stop'>>();

/** Runs `work` with a contender and stops it however that ends. */
export async function withContender<T, C extends Pick<Contender, 'stop'>>(contender: C, work: (contender: C) => Promise<T>): Promise<T> {
  running.add(contender);
  try {
    return await work(contender);
  } finally {
    if (running.delete(contender)) await contender.stop();
  }
}

export async function stopAll(): Promise<void> {
  const all = [...running];
  running.clear();
  await Promise.allSettled(all.map((contender) => contender.stop()));
}

/** How long a process may take to start, on a machine that is busy with other things. */
export const PATIENT = { timeout: 90_000 };

/** Starts several at once; when one does not start, none is left running. */
export async function startAll(count: number, start: () => Promise<StartedProcess>): Promise<StartedProcess[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, start));
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return started;
  await Promise.all(started.map((one) => one.kill()));
  throw failure.reason;
}

/** Posts in flight, the same for all. */
export const CONCURRENCY = 32;
