/**
 * When a token that ends is renewed, and what a failed renewal comes to. Slack's rotating tokens live twelve hours; a refresh
 * token works once and then for a short while more, so what may have been carried out is soon tried again with the same one.
 */
import { REMEDIES, type RenewalProblem, type SlackFailure } from '@tocsin/domain';

import { tokenKind } from '../verification/token-kind.js';

export interface TokenLife {
  now: Date;
  /** Undefined for a token that does not end, or whose end is not known. */
  expiresAt: Date | undefined;
  /** Undefined for one that cannot be renewed. */
  renewAt: Date | undefined;
  problem: RenewalProblem | undefined;
}

export interface IssuedToken {
  token: string;
  refreshToken?: string | undefined;
  expiresInSeconds?: number | undefined;
}

/** What Slack's documentation names, for an answer that does not. */
const USUAL_LIFE_SECONDS = 12 * 3600;
/** A renewal is due when between a fifth and a quarter of the life is left; by chance, so that connections take turns. */
const [EARLIEST, LATEST] = [0.75, 0.8];
const SOONEST_MS = 5000;

const PASTED: RenewalProblem = {
  message: 'The token ends within 12 hours, since token rotation is on for its Slack app, and a token that was pasted cannot be renewed.',
  remedy: 'Connect by IDENTITY PROVIDER, or replace the token by one of a Slack app without token rotation.',
};
const NOT_GIVEN: RenewalProblem = { message: 'The token ends, and Slack gave nothing to renew it with.', remedy: REMEDIES.reconnect };

/** The life of a token that was issued just now. @param chance from 0 to 1 */
export function lifeOf({ token, refreshToken, expiresInSeconds }: IssuedToken, now: Date, chance: number): TokenLife {
  const after = (ms: number): Date => new Date(now.getTime() + ms);
  const expiresAt = expiresInSeconds === undefined ? undefined : after(expiresInSeconds * 1000);
  if (refreshToken !== undefined) {
    const lifeMs = (expiresInSeconds ?? USUAL_LIFE_SECONDS) * 1000;
    return { now, expiresAt, renewAt: after(Math.max(SOONEST_MS, lifeMs * (EARLIEST + (LATEST - EARLIEST) * chance))), problem: undefined };
  }
  const ends = expiresAt !== undefined || tokenKind(token) === 'rotating-bot';
  return { now, expiresAt, renewAt: undefined, problem: !ends ? undefined : tokenKind(token) === 'rotating-bot' ? PASTED : NOT_GIVEN };
}

export type RenewalVerdict =
  /** `problem`: what people are told meanwhile. */
  | { then: 'again'; afterSeconds: number; problem?: RenewalProblem }
  /** The refresh token is of no use any more. */
  | { then: 'give_up'; problem: RenewalProblem };

const [FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS] = [2, 300];

/**
 * Only Slack's word on the refresh token ends it. What an operator has to put right is told and tried on; what passes by itself
 * is told once the token has ended over it.
 *
 * @param failures renewals that failed before this one, since the last that did not
 * @param chance from 0 to 1
 */
export function judgeRenewal(failure: SlackFailure, { failures, hasEnded }: { failures: number; hasEnded: boolean }, chance: number): RenewalVerdict {
  const problem = { message: `The token could not be renewed: ${failure.message}`, remedy: failure.remedy };
  if (failure.family === 'refused' && (failure.code === 'invalid_refresh_token' || failure.kind === 'connection')) return { then: 'give_up', problem: { ...problem, remedy: REMEDIES.reconnect } };
  if (failure.family === 'refused') return { then: 'again', afterSeconds: LONGEST_PAUSE_SECONDS, problem };
  const pause = failure.family === 'busy' ? failure.retryAfterSeconds : Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(failures, 10));
  return { then: 'again', afterSeconds: pause * (1 + chance / 2), ...(hasEnded && { problem }) };
}
