/** How a handled message ends: one rule for every transport. */
import { PauseError, PermanentError } from './message-bus.js';
import { storableText } from './unreadable.js';

export type Settlement =
  | { kind: 'done' }
  | { kind: 'pause'; error: string }
  | { kind: 'again'; error: string }
  | { kind: 'dead'; reason: string; error: string };

/** Attempts that a message gets when its handler fails for no stated reason. */
export const MAX_ATTEMPTS = 5;
export const RETRY_DELAY_MS = 10_000;
const ERROR_TEXT_MAX = 1000;

export const DONE: Settlement = { kind: 'done' };

/** @param attempt the attempt that just failed, from 1 */
export function settlementOf(failure: unknown, attempt: number, maxAttempts: number = MAX_ATTEMPTS): Settlement {
  if (failure instanceof PermanentError) return { kind: 'dead', reason: failure.reason, error: oneLine(failure.message) };
  const error = errorText(failure);
  if (failure instanceof PauseError) return { kind: 'pause', error };
  if (attempt >= maxAttempts) return { kind: 'dead', reason: 'attempts_exhausted', error };
  return { kind: 'again', error };
}

/** One line that says what was thrown, whatever it was; short enough for a header, and such that it can be stored anywhere. */
export function errorText(failure: unknown): string {
  return oneLine(failure instanceof Error ? `${failure.name}: ${failure.message}` : describe(failure));
}

function oneLine(text: string): string {
  return storableText(text.slice(0, ERROR_TEXT_MAX));
}

function describe(failure: unknown): string {
  if (typeof failure === 'object' && failure !== null && 'message' in failure) return String(failure.message);
  return String(failure);
}
