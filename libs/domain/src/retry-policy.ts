/**
 * What becomes of a delivery after a failed attempt: family and history in, verdict out. Only what may have been carried out
 * is charged: waiting for Slack, for the network or for new credentials costs a delivery nothing but time.
 */
import type { DeliveryError } from './delivery.js';
import { REMEDIES } from './slack-error-codes.js';
import { stopsConnection, type Busy, type Refused, type SlackFailure } from './slack-failure.js';

export type UnconfirmedPolicy = 'resend' | 'hold';

export interface FailedAttempt {
  failure: SlackFailure;
  /** Charged attempts before this one. */
  attempts: number;
  /** Failures of the lane in a row before this one. */
  failStreak: number;
  /** Attempts before this one whose end nobody knows, probes among them. */
  ambiguous: number;
  /** What to do when Slack may have the message. */
  unconfirmedPolicy: UnconfirmedPolicy;
  /** From 0 to 1: spreads waits, so that lanes do not come back in step. */
  random: number;
  /** This attempt went as plain text already. */
  wasPlainText?: boolean;
  /** It only found out whether Slack answers again: an unknown end is not held against it. */
  isProbe?: boolean;
}

export interface Verdict {
  state: 'waiting' | 'failed' | 'dead' | 'unconfirmed';
  /** Counts against the number of attempts. */
  charge: 0 | 1;
  /** Slack may have carried it out. */
  ambiguous: 0 | 1;
  /** The whole destination waits this long; its order is kept. */
  laneWaitMs: number;
  /** Only this message waits; the others of its destination go on. */
  messageWaitMs?: number;
  /** The credentials are in doubt: nothing more goes out over this connection until connector has looked. */
  holdConnection?: boolean;
  /** Every message of the workspace waits this long. */
  blockWorkspaceMs?: number;
  /** Send it once more, without blocks. */
  plainText?: boolean;
  error?: DeliveryError;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const MAX_ATTEMPTS = 8;
const BUG_WAITS = [10 * SECOND, MINUTE, 5 * MINUTE];
const UNSURE_WAITS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR];
/** After two unknown ends, other than of probes, the message waits, not its destination: it must not silence it. */
const UNSURE_BEFORE_LANE_GOES_ON = 2;
const SHAKEN_MIN = 100;
const SHAKEN_MAX = MINUTE;
const BUSY_SPREAD = 250;

/** @returns what becomes of the delivery; waits in milliseconds, spread by `random` (0 to 1) */
export function decideRetry(attempt: FailedAttempt): Verdict {
  const { failure } = attempt;
  switch (failure.family) {
    case 'busy':
      return waitAsTold(failure, attempt.random);
    case 'shaken':
      return { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: anywhereUpTo(Math.min(SHAKEN_MAX, SECOND * 2 ** Math.min(attempt.failStreak, 10)), attempt.random) };
    case 'unsure':
      return afterUnknownEnd(attempt);
    case 'refused':
      return afterRefusal(failure, attempt);
    case 'bug':
      return afterBug(attempt);
  }
}

function waitAsTold({ retryAfterSeconds, covers }: Busy, random: number): Verdict {
  const wait = Math.round(retryAfterSeconds * SECOND + random * BUSY_SPREAD);
  return { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: wait, ...(covers === 'workspace' && { blockWorkspaceMs: wait }) };
}

function afterUnknownEnd({ failure, attempts, ambiguous, unconfirmedPolicy, isProbe }: FailedAttempt): Verdict {
  // Nothing tries it again from here: whatever is said of the failure itself, a person has to look.
  const error = { ...errorOf(failure), remedy: REMEDIES.look };
  if (isProbe === true && unconfirmedPolicy === 'resend') return { state: 'waiting', charge: 0, ambiguous: 1, laneWaitMs: at(UNSURE_WAITS, 0) };
  if (unconfirmedPolicy === 'hold') return { state: 'unconfirmed', charge: 1, ambiguous: 1, laneWaitMs: 0, error };
  if (attempts + 1 >= MAX_ATTEMPTS) return { state: 'dead', charge: 1, ambiguous: 1, laneWaitMs: 0, error };
  const wait = at(UNSURE_WAITS, attempts);
  // Of the unknown ends those of probes were not charged, and of the charged attempts some ended as defects of ours.
  const unsure = Math.min(attempts, ambiguous) + 1;
  const lane = unsure < UNSURE_BEFORE_LANE_GOES_ON ? { laneWaitMs: wait } : { laneWaitMs: 0, messageWaitMs: wait };
  return { state: 'waiting', charge: 1, ambiguous: 1, ...lane };
}

function afterRefusal(failure: Refused, { wasPlainText }: FailedAttempt): Verdict {
  if (stopsConnection(failure)) return { state: 'waiting', charge: 0, ambiguous: 0, laneWaitMs: 0, holdConnection: true };
  if (failure.kind === 'content' && wasPlainText !== true) return { state: 'waiting', charge: 1, ambiguous: 0, laneWaitMs: 0, plainText: true };
  return { state: 'failed', charge: 1, ambiguous: 0, laneWaitMs: 0, error: errorOf(failure) };
}

function afterBug({ failure, attempts }: FailedAttempt): Verdict {
  if (attempts >= BUG_WAITS.length) return { state: 'dead', charge: 1, ambiguous: 0, laneWaitMs: 0, error: errorOf(failure) };
  return { state: 'waiting', charge: 1, ambiguous: 0, laneWaitMs: 0, messageWaitMs: at(BUG_WAITS, attempts) };
}

function at(waits: readonly number[], index: number): number {
  return waits[Math.min(index, waits.length - 1)] ?? 0;
}

/** Full jitter: lanes that failed together come back apart. */
function anywhereUpTo(ms: number, random: number): number {
  return Math.max(SHAKEN_MIN, Math.round(ms * random));
}

/** What a delivery keeps of a failure and shows to people. */
export function errorOf({ code, message, remedy }: SlackFailure): DeliveryError {
  return { code, message, remedy };
}
