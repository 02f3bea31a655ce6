/**
 * When a connection is checked next: as often as the setting says while all is well, sooner while something is wrong
 * with it, later while Slack does not answer. Spread, so that connections which began together do not stay together.
 */
import type { ConnectionHealth } from './connection-health.js';

export interface CheckedConnection {
  health: ConnectionHealth;
  /** As of its record. */
  doubts: number;
  /** Checks in a row, up to now, that Slack gave no verdict in. */
  unanswered: number;
  /** What a busy Slack asked for with the last of them. */
  retryAfterSeconds?: number | undefined;
}

export interface CheckPace {
  /** Between two checks of a healthy connection. */
  intervalSeconds: number;
  /** RFC 3339. */
  now: string;
  /** From 0 to 1. */
  random: number;
}

/** Trouble is looked after the sooner the younger it is, since somebody may just be mending it. */
const SHARE_OF_ITS_AGE = 1 / 4;
const SOONEST_SECONDS = { needs_attention: 60, revoked: 300 } as const;
const LONGEST_INTERVALS = 4;
const LONGEST_UNANSWERED_INTERVALS = 2;
const SPREAD = 0.2;

/** Whole seconds until the next check, at least 1. */
export function secondsToNextCheck(checked: CheckedConnection, { intervalSeconds, now, random }: CheckPace): number {
  const ordinary = ordinaryWait(checked, intervalSeconds, now);
  const patient = checked.unanswered === 0 ? ordinary : Math.min(ordinary * 2 ** Math.min(checked.unanswered, 10), LONGEST_UNANSWERED_INTERVALS * intervalSeconds);
  const spread = patient * (1 - SPREAD + 2 * SPREAD * random);
  return Math.max(1, Math.round(spread), checked.retryAfterSeconds ?? 0);
}

function ordinaryWait({ health: { state, since }, doubts }: CheckedConnection, intervalSeconds: number, now: string): number {
  if (state === 'connected') return intervalSeconds;
  const soonest = Math.min(SOONEST_SECONDS[state], intervalSeconds);
  // Each time of trial that ended in a refusal makes the next one later.
  if (state === 'revoked' && doubts > 0) return Math.min(soonest * 2 ** Math.min(Math.max(0, doubts - 2), 10), LONGEST_INTERVALS * intervalSeconds);
  const age = Math.max(0, Date.parse(now) - Date.parse(since)) / 1000;
  return Math.min(Math.max(age * SHARE_OF_ITS_AGE, soonest), intervalSeconds);
}
