/** How deliveries end that nobody ended. */
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
