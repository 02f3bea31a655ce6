/**
 * When Slack, or what it says to one connection, is not worth asking for a while: state and results in, state out. While
 * a breaker is open one message at a time finds out whether Slack answers again, so that an outage of hours costs a
 * handful of doubtful messages and not one for each.
 */

export interface BreakerResult {
  /** The request did not reach Slack, or its end is unknown. A refusal is an answer. */
  failed: boolean;
  connection: string;
  /** It was to find out whether Slack answers again. */
  isProbe?: boolean;
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
  /** From now until the next probe, where the results ask for one. */
  probeAfterMs?: number;
}

export const CLOSED_BREAKER: Breaker = { isOpen: false, failuresInARow: 0, probes: 0, recent: [] };

const WINDOW = 20;
const IN_A_ROW = 10;
const SHARE = 0.7;
/** A share of the results speaks against Slack only if it is not one connection's own trouble. */
const CONNECTIONS = 3;
const FIRST_PROBE_MS = 5000;
const LONGEST_PROBE_MS = 60_000;

/** The breaker after these results, in their order. */
export function afterResults(breaker: Breaker, results: readonly BreakerResult[]): BreakerStep {
  return results.reduce<BreakerStep>((step, result) => ({ ...step, ...afterResult(step.next, result) }), { next: breaker });
}

function afterResult(breaker: Breaker, result: BreakerResult): BreakerStep {
  if (!result.failed) return { next: breaker.isOpen ? CLOSED_BREAKER : { ...breaker, failuresInARow: 0, recent: remember(breaker, result) } };
  if (breaker.isOpen && result.isProbe !== true) return { next: breaker }; // it was under way when the breaker opened
  if (breaker.isOpen) {
    const probes = breaker.probes + 1;
    return { next: { ...breaker, probes }, probeAfterMs: Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** Math.min(probes, 10)) };
  }
  const next = { ...breaker, failuresInARow: breaker.failuresInARow + 1, recent: remember(breaker, result) };
  return shouldOpen(next) ? { next: { isOpen: true, failuresInARow: next.failuresInARow, probes: 0, recent: [] }, probeAfterMs: FIRST_PROBE_MS } : { next };
}

function remember({ recent }: Breaker, { failed, connection }: BreakerResult): BreakerResult[] {
  return [...recent, { failed, connection }].slice(-WINDOW);
}

function shouldOpen({ failuresInARow, recent }: Breaker): boolean {
  if (failuresInARow >= IN_A_ROW) return true;
  const failed = recent.filter((result) => result.failed);
  return recent.length >= WINDOW && failed.length >= SHARE * recent.length && new Set(failed.map(({ connection }) => connection)).size >= CONNECTIONS;
}

/** Nothing but good results are remembered: it need not be looked at again until one fails. */
export function isSpotless({ isOpen, recent }: Breaker): boolean {
  return !isOpen && !recent.some(({ failed }) => failed);
}
