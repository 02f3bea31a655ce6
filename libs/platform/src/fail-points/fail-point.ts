/**
 * Moments at which a process can be made to die, so that each window in which a crash could lose or double something is hit
 * exactly and not by luck. Armed by FAILPOINT and never otherwise; a point that is not armed costs one comparison.
 */
import { subscribe } from 'node:diagnostics_channel';

/** What is about to happen at the point, or has just happened. */
const FAIL_POINTS = {
  'command.commit': 'issues: a command and its message are committed; afterwards comes the answer',
  'outbox.publish': 'any service: a batch of the outbox is published and confirmed; afterwards its rows are deleted',
  'arrival.commit': 'notifier: arrived commands are committed; afterwards they are acknowledged',
  'claim.commit': 'notifier: deliveries are claimed and their lanes leased; afterwards they are marked as started',
  'start.commit': 'notifier: deliveries are marked as started; afterwards come their requests',
  'request.write': 'notifier: a post is written to Slack; afterwards comes the answer',
  'answer.read': 'notifier: the answer of Slack is read; afterwards it is recorded',
  'finish.commit': 'notifier: results are committed with what is to be said of them; afterwards it is published',
  'renewal.answer': 'connector: Slack has renewed a token; afterwards it is kept',
  'settlement.commit': 'issues: an outcome is noted on its command; afterwards the message is acknowledged',
} as const;

export type FailPointName = keyof typeof FAIL_POINTS;
export type FailPointSide = 'before' | 'after';

interface Armed {
  name: FailPointName;
  side: FailPointSide;
  /** Passes until the end. */
  left: number;
}

let armed: Armed | undefined;

/**
 * @param text `<name>:<n>[:before|after]`, for example `claim.commit:3`; undefined disarms
 * @throws Error that says what is wrong with it
 */
export function armFailPoint(text: string | undefined): void {
  armed = text === undefined ? undefined : parsed(text);
}

/** Ends the process at once (SIGKILL) when this is the pass that FAILPOINT names. */
export function failPoint(name: FailPointName, side: FailPointSide = 'after'): void {
  if (armed === undefined || armed.name !== name || armed.side !== side) return;
  armed.left -= 1;
  if (armed.left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Passes `name` whenever an HTTP request whose path ends with `path` was written whole and its answer is still to come. */
export function failPointAtRequests(name: FailPointName, path: string): void {
  if (armed?.name !== name) return;
  subscribe('undici:request:bodySent', (message) => {
    if (String((message as { request?: { path?: unknown } }).request?.path).endsWith(path)) failPoint(name);
  });
}

function parsed(text: string): Armed {
  const [name = '', count = '', side = 'after', ...more] = text.split(':');
  if (!Object.hasOwn(FAIL_POINTS, name)) throw new Error(`FAILPOINT: there is no point "${name}"; there are ${Object.keys(FAIL_POINTS).join(', ')}.`);
  if (!/^[1-9]\d{0,8}$/.test(count)) throw new Error(`FAILPOINT: "${count}" does not say at which pass, from 1.`);
  if ((side !== 'before' && side !== 'after') || more.length > 0) throw new Error('FAILPOINT: the side is "before" or "after".');
  return { name: name as FailPointName, side, left: Number(count) };
}
