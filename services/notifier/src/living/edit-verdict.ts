/** What is done after Slack did not take an edit. An edit may be repeated: it shows the same however often it is made. */
import { stopsConnection, type SlackFailure } from '@tocsin/domain';

export type EditVerdict =
  | { then: 'later'; waitMs: number; blocksAll: boolean }
  /** The message cannot be changed any more: another one takes its place. */
  | { then: 'replace'; isThere: boolean }
  | { then: 'plain text' }
  /** The credential is refused: the connection waits for a new one. */
  | { then: 'hold' }
  /** It stays as it is until the issue changes again. */
  | { then: 'rest' };

const SECOND = 1000;
const LONGEST_MS = 600 * SECOND;
const BUSY_SPREAD_MS = 250;
/** Gone, or there and not to be changed. */
const UNCHANGEABLE: Readonly<Record<string, boolean>> = { message_not_found: false, cant_update_message: true, edit_window_closed: true };

/** @param code Slack's, of a refusal @returns whether there is no such message any more */
export function isGone(code: string): boolean {
  return UNCHANGEABLE[code] === false;
}

/** @param random from 0 to 1: spreads waits */
export function judgeEdit(failure: SlackFailure, { fails, wasPlainText }: { fails: number; wasPlainText: boolean }, random: number): EditVerdict {
  switch (failure.family) {
    case 'busy':
      return { then: 'later', waitMs: Math.round(failure.retryAfterSeconds * SECOND + random * BUSY_SPREAD_MS), blocksAll: true };
    case 'shaken':
    case 'unsure':
    case 'bug':
      return { then: 'later', waitMs: Math.round(Math.min(LONGEST_MS, SECOND * 2 ** Math.min(fails, 20)) * (0.5 + random / 2)), blocksAll: false };
    case 'refused': {
      if (stopsConnection(failure)) return { then: 'hold' };
      const isThere = Object.hasOwn(UNCHANGEABLE, failure.code) ? UNCHANGEABLE[failure.code] : undefined;
      if (isThere !== undefined) return { then: 'replace', isThere };
      return failure.kind === 'content' && !wasPlainText ? { then: 'plain text' } : { then: 'rest' };
    }
  }
}
