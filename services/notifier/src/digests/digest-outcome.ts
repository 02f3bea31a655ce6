/** What the end of a digest means for it and for its members. */
import type { DeliveryError, Refused } from '@tocsin/domain';

import type { Outcome } from '../deliveries/delivery-result.js';

/** What a member needs to know of its digest's end. */
export interface EndOfDigest {
  digestId: string;
  state: Exclude<Outcome['state'], 'waiting'>;
  error: DeliveryError | null;
  channel: string | null;
  ts: string | null;
}

const SPLIT = 'split';
const KEPT_BACK = 'leak_guard';
/** Codes of the ends of a digest that its members do not share: they are told anew. */
export const TAKEN_APART: readonly string[] = [SPLIT, KEPT_BACK];

/** Slack refuses what the digest holds, also as plain text: one of its issues must not keep the others from being told. */
export function splitUp(outcome: Outcome, failure: Refused): Outcome {
  const message = `Slack refused what the digest holds (${failure.code}); its messages are told in smaller digests, down to single ones.`;
  const { story, ...rest } = outcome;
  return { ...rest, state: 'suppressed', error: { code: SPLIT, message, remedy: 'Nothing needs to be done: look at the deliveries of the digest for what became of each.' }, story: { ...story, kind: 'split', text: message } };
}

export function isTakenApart({ state, error }: Pick<EndOfDigest, 'state' | 'error'>): boolean {
  return state === 'suppressed' && error !== null && TAKEN_APART.includes(error.code);
}

/** The leak guard's rule or the channel's readers changed after the digest was made: it is decided anew for each of its messages. */
export function wasKeptBack({ error }: Pick<EndOfDigest, 'error'>): boolean {
  return error?.code === KEPT_BACK;
}

/** The line in the timeline of a member. */
export function memberStory({ digestId, state, error, channel, ts }: EndOfDigest): { kind: string; text: string; slack?: object } {
  if (state === 'posted') return { kind: 'posted', text: `Told in the digest ${digestId}`, ...(channel !== null && ts !== null && { slack: { channel, ts } }) };
  return { kind: state, text: `Its digest ${digestId} ended as ${state}: ${error?.message ?? 'no reason is known.'}` };
}
