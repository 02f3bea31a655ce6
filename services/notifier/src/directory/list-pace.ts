/**
 * How fast a list of Slack's may be read. Slack says "20 or more a minute" and not how many at once, so the pace is learnt
 * from its answers: without a limit met, page follows page; what passed between two refusals is what is allowed, and from
 * then on calls are spread evenly, so that others who use the method (a verification, a second organization in the same
 * workspace) find it free. What was paused is caught up, so being refused costs no time. Times are milliseconds since 1970.
 */

export interface Pace {
  /** Between two calls; null while no limit was met. */
  intervalMs: number | null;
  /** It was measured over enough calls; otherwise it is tried whether less will do. */
  isSure: boolean;
  /** When the allowance that is spent will be whole again: the generic cell rate algorithm's arrival time. */
  allowedAt: number;
  /** The refusal of this pass since which is measured. */
  refusedAt: number | null;
  /** Answered since then. */
  calls: number;
}

export const UNKNOWN_PACE: Readonly<Pace> = { intervalMs: null, isSure: false, allowedAt: 0, refusedAt: null, calls: 0 };

/** Calls that may be caught up at once after a pause. */
const AT_ONCE = 16;
/** Slower than what was measured by this, so that the allowance stays in the black. */
const MARGIN = 1.01;
const SURE_AFTER_CALLS = 15;
/** A call that passed while it is not sure. */
const TRIED = 0.985;
/** After a pass that was never refused: Slack may allow more by now. */
const FASTER = 0.97;
/** After the first refusal of a pass: that was too fast, or somebody else uses the method. */
const SLOWER = 1.04;
/** Calls that are left to others after a refusal. */
const LEFT_TO_OTHERS = 1;
const SLOWEST_MS = 120_000;

/** A pass begins. */
export function pacedAnew({ intervalMs, isSure, allowedAt, refusedAt }: Pace): Pace {
  const faster = refusedAt === null ? FASTER : 1;
  return { intervalMs: intervalMs === null ? null : intervalMs * faster, isSure, allowedAt, refusedAt: null, calls: 0 };
}

/** A call that began at `at` was answered. @returns with `allowedAt` = when the next may go */
export function afterCall({ intervalMs, isSure, allowedAt, refusedAt, calls }: Pace, at: number): Pace {
  const next = intervalMs === null || isSure ? intervalMs : intervalMs * TRIED;
  const spent = next === null ? at : Math.max(allowedAt, at - AT_ONCE * next) + next;
  return { intervalMs: next, isSure, allowedAt: spent, refusedAt, calls: calls + 1 };
}

/** A call was refused as too fast. Until when is for whoever was told; the pace counts from the refusal on. */
export function afterRefusal({ intervalMs, refusedAt, calls }: Pace, at: number): Pace {
  const measured = refusedAt === null || calls === 0 ? null : ((at - refusedAt) / calls) * MARGIN;
  const known = measured ?? (intervalMs === null ? null : intervalMs * SLOWER);
  const next = known === null ? null : Math.min(SLOWEST_MS, known);
  const isSure = measured !== null && calls >= SURE_AFTER_CALLS;
  // Over few calls a measure is rough, so it goes on from where it began.
  const since = isSure || refusedAt === null ? { refusedAt: at, calls: 0 } : { refusedAt, calls };
  return { intervalMs: next, isSure, allowedAt: at + (next ?? 0) * (1 + LEFT_TO_OTHERS), ...since };
}
