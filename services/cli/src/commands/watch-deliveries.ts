/** `tocsin deliveries watch`: deliveries as they change, until it is interrupted. An end of the stream is not the end of watching. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Delivery } from '@tocsin/contracts';

import { CliFailure, EXIT, type ExitCode } from '../exit-code.js';
import type { Given } from './command.js';

const AGAIN_MS = 2000;
/** How long it may be away once it was there. */
const PATIENCE = 30;

interface Position {
  lastId: string;
  failures: number;
}

/** @param seconds after which it ends; left out = never */
export async function watch(given: Given, query: URLSearchParams, seconds: string | undefined): Promise<ExitCode> {
  const end = seconds === undefined ? undefined : AbortSignal.timeout(secondsOf(seconds) * 1000);
  const position: Position = { lastId: '', failures: -1 };
  while (!end?.aborted) {
    try {
      await listen(given, `/v1/deliveries/stream?${query.toString()}`, position, end);
    } catch (error) {
      if (end?.aborted) break;
      if (!isPassing(error, position)) throw error;
      position.failures += 1;
    }
    await sleep(AGAIN_MS, undefined, { signal: end }).catch(() => undefined);
  }
  return EXIT.ok;
}

/** What never began, or was refused, is told at once. */
function isPassing(error: unknown, { failures }: Position): boolean {
  return error instanceof CliFailure && error.code === EXIT.unavailable && failures >= 0 && failures < PATIENCE;
}

async function listen({ client, output }: Given, path: string, position: Position, end: AbortSignal | undefined): Promise<void> {
  let [event, data] = ['', ''];
  for await (const line of client.lines(path, position.lastId === '' ? {} : { 'last-event-id': position.lastId }, end)) {
    if (position.failures < 0) output.note('Watching. Ctrl+C ends it.');
    position.failures = 0;
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === 'id') position.lastId = value;
    else if (field === 'event') event = value;
    else if (field === 'data') data = value;
    else if (line === '') {
      if (event === 'delivery') tell(output, JSON.parse(data) as Delivery);
      else if (event === 'reset') output.note('Changes were missed: tocsin deliveries lists what is there now.');
      [event, data] = ['', ''];
    }
  }
}

function tell(output: Given['output'], delivery: Delivery): void {
  const { id, state, destination, title, error, slack, waitingFor } = delivery;
  const why = error ? ` ${error.message} (${error.code})` : slack ? ` ${slack.permalink}` : waitingFor ? ` ${waitingFor.reason}` : '';
  output.line(delivery, `${id}  ${state}  ${destination.name ?? destination.id ?? ''}${title === undefined ? '' : `  ${title}`} ${why}`.trimEnd());
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400)) throw new CliFailure(EXIT.refused, `--for must be a number of seconds, not "${text}".`);
  return seconds;
}
