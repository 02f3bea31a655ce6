/** Turns Slack's answer, or its absence, into what is recorded of a delivery. Time and chance come as arguments. */
import { decideRetry, isUnanswered, type DeliveryError, type SlackFailure, type UnconfirmedPolicy, type Verdict } from '@tocsin/domain';
import type { PostedMessage } from '@tocsin/slack';

import type { Hold } from '../connections/connection.repository.js';
import type { Outcome } from './delivery-result.js';
import { inDoubt, toldInDoubt } from './endings.js';

/** What an attempt is judged by. */
export interface Attempt {
  attempts: number;
  ambiguous: number;
  failStreak: number;
  policy: UnconfirmedPolicy;
  wasPlainText: boolean;
  /** A breaker is open. */
  isProbe: boolean;
}

const NOTHING: Pick<Outcome, 'charge' | 'ambiguous' | 'laneWaitMs' | 'rateLimited' | 'asked'> = { charge: 0, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: false };
/** Until the news of a refused credential has come round. */
const HELD_WAIT_MS = 5000;

/** @param random 0 to 1, spreads what would otherwise come back at one moment */
export function judge(failure: SlackFailure, { attempts, ambiguous, failStreak, policy, wasPlainText, isProbe }: Attempt, random: number): Verdict {
  return decideRetry({ failure, attempts, ambiguous, failStreak, unconfirmedPolicy: policy, random, wasPlainText, isProbe });
}

/** What went sooner than this says nothing of having waited. */
const WORTH_TELLING_MS = 5000;

/**
 * @param threadTs the message in whose thread it went
 * @param inLineMs how long it stood in line; 0 after an attempt, which has a line of its own
 */
export function posted({ channel, ts }: PostedMessage, place: string, wasPlainText: boolean, threadTs?: string, inLineMs = 0): Outcome {
  const waited = inLineMs < WORTH_TELLING_MS ? '' : `, after ${Math.round(inLineMs / 1000)} s in line`;
  const text = `Posted to ${place}${wasPlainText ? ' as plain text, since Slack refused the formatted message' : ''}${waited}`;
  const slack = { channel, ts, ...(wasPlainText && { plainText: true }), ...(threadTs !== undefined && { threadTs }) };
  // Written out: of all outcomes this one is made for every message, and a copy of another costs twenty times as much.
  return { state: 'posted', charge: 1, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, channel, ts, story: { kind: 'posted', text, slack } };
}

/** The credential that a request went with. */
export type Used = Pick<Hold, 'connectionId' | 'credentialVersion'>;

/** @param used what the verdict stops, where it stops a connection; undefined when there was no request */
export function failed(failure: SlackFailure, verdict: Verdict, used: Used | undefined, now: number): Outcome {
  const { state, charge, ambiguous, messageWaitMs, blockWorkspaceMs, error } = verdict;
  const stopped = verdict.holdConnection === true && used !== undefined;
  const laneWaitMs = stopped ? HELD_WAIT_MS : verdict.laneWaitMs;
  const wait = Math.max(laneWaitMs, messageWaitMs ?? 0);
  return {
    state,
    charge,
    ambiguous,
    laneWaitMs,
    rateLimited: failure.family === 'busy',
    asked: used !== undefined,
    ...(used !== undefined && isUnanswered(failure) && { unanswered: true }),
    ...(messageWaitMs !== undefined && { messageWaitMs }),
    ...(blockWorkspaceMs !== undefined && { workspaceWaitMs: blockWorkspaceMs }),
    ...(stopped && { hold: { ...used, slackError: failure.code, reason: failure.message } }),
    ...(state === 'waiting' && { waitingFor: { reason: failure.message, ...(wait > 0 && { until: new Date(now + wait).toISOString() }) } }),
    ...(error && { error }),
    story: storyOf(failure, verdict, wait),
  };
}

function storyOf(failure: SlackFailure, { state, messageWaitMs, error }: Verdict, waitMs: number): NonNullable<Outcome['story']> {
  const slack = { error: failure.code, ...(failure.family === 'refused' && failure.details && { details: failure.details }) };
  if (state === 'unconfirmed' && error) return { kind: state, text: `${error.message} ${error.remedy}`, slack };
  if (state !== 'waiting') return { kind: state, text: failure.message, slack };
  const next = waitMs > 0 ? ` Next attempt in ${Math.ceil(waitMs / 1000)} s${messageWaitMs === undefined ? '' : '; later messages to this destination go first'}.` : '';
  return { kind: 'attempt', text: failure.message + next, slack };
}

/** It stays in line and nothing was charged: something of ours is not there yet. */
export function notYet(reason: string, waitMs: number, now: number): Outcome {
  return { ...NOTHING, state: 'waiting', laneWaitMs: waitMs, waitingFor: { reason, until: new Date(now + waitMs).toISOString() }, story: { kind: 'waiting', text: reason } };
}

/** It was claimed with others of its lane and its turn did not come. */
export const UNTOUCHED: Outcome = { ...NOTHING, state: 'waiting' };

/** As {@link UNTOUCHED}, after one that stopped the lane: whichever of them gives the lane back has to say how long it waits. */
export function untouchedAfter({ laneWaitMs, workspaceWaitMs, rateLimited }: Outcome): Outcome {
  return { ...UNTOUCHED, laneWaitMs, rateLimited, ...(workspaceWaitMs !== undefined && { workspaceWaitMs }) };
}

/** It is not sent, and that is no failure. */
export function suppressed(error: DeliveryError): Outcome {
  return { ...NOTHING, state: 'suppressed', error, story: { kind: 'suppressed', text: error.message } };
}

/** The end of a message says that it may be there all the same, when the answer to an attempt before was lost. */
export function afterDoubt({ ambiguous }: Pick<Attempt, 'ambiguous'>, outcome: Outcome): Outcome {
  const { state, error, story } = outcome;
  if (ambiguous === 0 || !error || state === 'unconfirmed' || outcome.ambiguous > 0) return outcome; // what was lost just now says so itself
  return { ...outcome, error: inDoubt(error), ...(story && { story: { ...story, text: toldInDoubt(story.text) } }) };
}
