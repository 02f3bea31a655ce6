/** What becomes of a list whose page did not come: it waits, begins again, or fails until somebody changes something. A rule. */
import type { SlackFailure } from '@tocsin/domain';

import type { HeldList, Standstill } from './directory-list.repository.js';
import { afterRefusal } from './list-pace.js';

export interface AfterFailure {
  /** The list is read from its beginning after this time. */
  restartAfterSeconds?: number;
  standstill?: Standstill;
  /** Slack refused the credential itself: nothing can be sent with it either. */
  isRevoked?: true;
}

type Place = Pick<HeldList, 'list' | 'restarts' | 'failures' | 'pace' | 'page'>;

const RETRY_SECONDS = 15;
const LONGEST_RETRY_SECONDS = 600;
/** The connection may be good again, as connector says. */
const REVOKED_SECONDS = 60;
/** What only a person can change is looked at again without being asked, but seldom. */
const REFUSED_SECONDS = 3600;
/** Waits before each new beginning; a place that is lost oftener than that in one pass is not looked for on and on. */
const RESTARTS_AFTER_SECONDS = [0, 30, 300];

/** @param failure Slack's, or that it answered with the place where we are as the next one @param at now, milliseconds since 1970 */
export function afterFailure(place: Place, failure: SlackFailure | 'same cursor again', at: number): AfterFailure {
  if (failure === 'same cursor again' || failure.code === 'invalid_cursor') return afterLostPlace(place);
  if (failure.family === 'busy') {
    return { standstill: { state: 'paused', reason: 'Slack asked us to slow down.', seconds: failure.retryAfterSeconds, pace: afterRefusal(place.pace, at), failures: place.failures } };
  }
  if (failure.family === 'refused' && failure.kind === 'connection') return { standstill: failed(place, failure.message, REVOKED_SECONDS), isRevoked: true };
  if (failure.family === 'refused') return { standstill: failed(place, `${failure.message} ${failure.remedy}`, REFUSED_SECONDS) };
  return { standstill: later(place, failure.message) };
}

function afterLostPlace(place: Place): AfterFailure {
  const restartAfterSeconds = RESTARTS_AFTER_SECONDS[place.restarts];
  if (restartAfterSeconds !== undefined) return { restartAfterSeconds };
  return { standstill: failed(place, 'Slack lost our place in its list again and again; it is read anew within an hour.', REFUSED_SECONDS) };
}

/** A defect, or a database that was away: the same page again later. */
export function pageUnread(place: Place): AfterFailure {
  return { standstill: later(place, 'The last page could not be read.') };
}

/** Nothing is asked until the workspace is connected again. */
export function notConnected(place: Place): AfterFailure {
  return { standstill: failed(place, 'The workspace is not connected.', REVOKED_SECONDS) };
}

function failed({ pace }: Place, reason: string, seconds: number): Standstill {
  return { state: 'failed', reason, seconds, pace, failures: 0 };
}

function later({ failures, pace }: Place, reason: string): Standstill {
  return { state: 'paused', reason, seconds: Math.min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 2 ** failures), pace, failures: failures + 1 };
}
