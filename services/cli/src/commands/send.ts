/** `tocsin send` and `tocsin delivery`: an issue to Slack, and what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Delivery } from '@tocsin/contracts';
import { SETTLED_STATES } from '@tocsin/domain';

import { parseDestination } from '../destination.js';
import { CliFailure, EXIT, type ExitCode } from '../exit-code.js';
import type { Command, Given } from './command.js';
import { onlyConnection } from './connections.js';

interface WaitOptions {
  wait?: true;
  /** Seconds. */
  timeout: string;
}

export interface SendOptions extends WaitOptions {
  issueIds: string[];
  to: string;
  connection?: string;
  comment?: string;
  idempotencyKey?: string;
}

const LOOK_AGAIN_MS = 300;

export const send: Command<SendOptions> = async (given, { issueIds, to, connection, comment, idempotencyKey, ...waiting }) => {
  const destination = parseDestination(to);
  const seconds = secondsToWait(waiting);
  const order = { connectionId: connection ?? (await onlyConnection(given)), destination, ...(comment !== undefined && { comment }) };
  const [only, ...others] = issueIds;
  const [path, body] = others.length > 0 || only === undefined ? ['/v1/slack-messages', { ...order, issueIds }] : [`/v1/issues/${encodeURIComponent(only)}/slack-messages`, order];
  const { body: accepted } = await given.client.call<{ deliveryId: string }>('POST', path, { body, headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey } });
  if (seconds !== undefined) return follow(given, accepted.deliveryId, seconds);
  given.output.answer(accepted, () => [`Accepted: ${accepted.deliveryId}`, `Follow it with: tocsin delivery ${accepted.deliveryId} --wait`]);
  return EXIT.ok;
};

export const delivery: Command<WaitOptions & { id: string }> = (given, { id, ...waiting }) => follow(given, id, secondsToWait(waiting));

/** A delivery that is still on its way is a "no" only to who waited for its end. @param seconds undefined = it is not waited for */
export async function follow({ client, output }: Given, id: string, seconds: number | undefined): Promise<ExitCode> {
  const found = await lookUntil(() => client.get<Delivery>(`/v1/deliveries/${encodeURIComponent(id)}`), seconds ?? 0);
  output.answer(found, () => deliveryLines(found));
  if (found.state === 'posted') return EXIT.ok;
  return seconds !== undefined || SETTLED_STATES.includes(found.state) ? EXIT.no : EXIT.ok;
}

async function lookUntil(look: () => Promise<Delivery>, seconds: number): Promise<Delivery> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (SETTLED_STATES.includes(found.state) || performance.now() + LOOK_AGAIN_MS > end) return found;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** To be asked before anything is done. @returns undefined when nobody waits @throws CliFailure when `timeout` is no number of seconds */
export function secondsToWait({ wait, timeout }: WaitOptions): number | undefined {
  const seconds = Number(timeout);
  if (!(seconds >= 0 && seconds <= 86_400)) throw new CliFailure(EXIT.refused, `--timeout must be a number of seconds, not "${timeout}".`);
  return wait ? seconds : undefined;
}

/** A delivery with its timeline, for people. */
export function deliveryLines({ id, state, slack, error, waitingFor, timeline = [] }: Delivery): string[] {
  return [
    `${id}: ${state}${slack ? ` ${slack.permalink}` : ''}`,
    ...(error ? [`${error.message} (${error.code})`, error.remedy] : []),
    ...(waitingFor ? [`Waiting: ${waitingFor.reason}${waitingFor.until === undefined ? '' : ` until ${waitingFor.until}`}`] : []),
    ...timeline.map(({ at, text }) => `  ${at}  ${text}`),
  ];
}
