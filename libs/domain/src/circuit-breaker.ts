/**
 * When Slack, or what it says to one connection, is not worth asking for a while: state and results in, state out. While
 * a breaker is open one message at a time finds out whether Slack answers again, so that an outage of hours costs a
 * handful of doubtful messages and not one for each; where none waits, an edit does. Both kinds speak against Slack alike. That
 * it answers, an edit says of posting only where no post failed; and edits that fail keep no message from finding out by itself.
 */
import type { SlackFailure } from './slack-failure.js';

export interface BreakerResult {
  /** The request did not reach Slack, or its end is unknown. A refusal is an answer. */
  failed: boolean;
  connection: string;
  /** It was to find out whether Slack answers again. */
  isProbe?: boolean;
  /** It was to change or delete a message that is there; without this it was to post one. */
  isEdit?: boolean;
}

export interface Breaker {
  isOpen: boolean;
  failuresInARow: number;
  /** Probes that failed since it opened. */
  probes: number;
  /** The last results, the newest last. */
  recent: readonly BreakerResult[];
}

export interface BreakerStep {
  next: Breaker;
  /** From now until a message may be the next probe, where the results ask for one. */
  probeAfterMs?: number;
  /** As {@link probeAfterMs}, for an edit. */
  editProbeAfterMs?: number;
}

export const CLOSED_BREAKER: Breaker = { isOpen: false, failuresInARow: 0, probes: 0, recent: [] };

const WINDOW = 20;
const IN_A_ROW = 10;
const SHARE = 0.7;
/** A share of the results speaks against Slack only if it is not one connection's own trouble. */
const CONNECTIONS = 3;
/** So do failures in a row: each connection has a breaker of its own for them. */
const CONNECTIONS_IN_A_ROW = 2;
const FIRST_PROBE_MS = 5000;
const LONGEST_PROBE_MS = 60_000;

/** The breaker after these results, in their order. @param isOfAll it is that of Slack as a whole, not of one connection */
export function afterResults(breaker: Breaker, results: readonly BreakerResult[], isOfAll: boolean): BreakerStep {
  return results.reduce<BreakerStep>((step, result) => ({ ...step, ...afterResult(step.next, result, isOfAll) }), { next: breaker });
}

function afterResult(breaker: Breaker, result: BreakerResult, isOfAll: boolean): BreakerStep {
  if (breaker.isOpen) return whileOpen(breaker, result);
  if (!result.failed) return { next: result.isEdit === true ? afterTakenEdit(breaker, result) : { ...breaker, failuresInARow: 0, recent: remember(breaker, result) } };
  const next = { ...breaker, failuresInARow: breaker.failuresInARow + 1, recent: remember(breaker, result) };
  if (!shouldOpen(next, isOfAll)) return { next };
  return { next: { isOpen: true, failuresInARow: next.failuresInARow, probes: 0, recent: [] }, probeAfterMs: failedPosts(postsIn(next)) > 0 ? FIRST_PROBE_MS : 0, editProbeAfterMs: FIRST_PROBE_MS };
}

/** What is no probe was under way when the breaker opened. */
function whileOpen(breaker: Breaker, { failed, isProbe = false, isEdit = false }: BreakerResult): BreakerStep {
  if (!failed) return { next: isEdit && !isProbe ? breaker : CLOSED_BREAKER };
  if (!isProbe) return { next: breaker };
  const probes = breaker.probes + 1;
  const waitMs = Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** Math.min(probes, 10));
  return { next: { ...breaker, probes }, editProbeAfterMs: waitMs, ...(!isEdit && { probeAfterMs: waitMs }) };
}

/** While posts fail, an edit that Slack takes ends a row of edits only, and weighs nothing against them. */
function afterTakenEdit(breaker: Breaker, result: BreakerResult): Breaker {
  const posts = postsIn(breaker);
  const failuresInARow = failedPosts(posts);
  return { ...breaker, failuresInARow, recent: failuresInARow > 0 ? posts : remember(breaker, result) };
}

function postsIn({ recent }: Breaker): BreakerResult[] {
  return recent.filter(({ isEdit }) => isEdit !== true);
}

/** How many failed since the last one that Slack took. */
function failedPosts(posts: readonly BreakerResult[]): number {
  return posts.length - 1 - posts.findLastIndex(({ failed }) => !failed);
}

function remember({ recent }: Breaker, { failed, connection, isEdit }: BreakerResult): BreakerResult[] {
  return [...recent, { failed, connection, ...(isEdit === true && { isEdit }) }].slice(-WINDOW);
}

function shouldOpen({ failuresInARow, recent }: Breaker, isOfAll: boolean): boolean {
  if (failuresInARow >= IN_A_ROW && (!isOfAll || connectionsOf(recent.slice(-failuresInARow)) >= CONNECTIONS_IN_A_ROW)) return true;
  const failed = recent.filter((result) => result.failed);
  return recent.length >= WINDOW && failed.length >= SHARE * recent.length && connectionsOf(failed) >= CONNECTIONS;
}

function connectionsOf(results: readonly BreakerResult[]): number {
  return new Set(results.map(({ connection }) => connection)).size;
}

/** Nothing but good results are remembered: it need not be looked at again until one fails. */
export function isSpotless({ isOpen, recent }: Breaker): boolean {
  return !isOpen && !recent.some(({ failed }) => failed);
}

/** Whether the failure speaks against Slack as a whole: it was not reached, or nobody knows what it did. Whatever else it says is an answer. */
export function isUnanswered({ family }: SlackFailure): boolean {
  return family === 'shaken' || family === 'unsure';
}
