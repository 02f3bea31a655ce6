/** How deliveries end that nobody ended, and how those of which nobody knows whether they arrived. */
import type { DeliveryError } from '@tocsin/domain';

import type { Ending } from './waiting.repository.js';

export const EXPIRED: Ending = {
  state: 'dead',
  error: { code: 'expired', message: 'It could not be delivered within its time.', remedy: 'Look at its timeline for the reason; replay it if it is still of use.' },
};

/** A digest whose members all went back to their line, or ended by themselves. */
export const NOTHING_LEFT: Ending = {
  state: 'suppressed',
  error: { code: 'nothing_left', message: 'None of its messages waits to be told by it any more.', remedy: 'Nothing has to be done: each of them tells by itself what became of it.' },
};

const MAY_BE_THERE = 'It may have arrived all the same: Slack’s answer to an attempt was lost.';

/** The line in the timeline of one whose attempt may have arrived. */
export function toldInDoubt(text: string): string {
  return `${text} ${MAY_BE_THERE}`;
}

export function inDoubt({ message, remedy, ...error }: DeliveryError): DeliveryError {
  return { ...error, message: toldInDoubt(message), remedy: `Look where it was to go first. ${remedy}` };
}
