/** The begun replays of this tab. */
import { useSyncExternalStore } from 'react';

import { BegunReplays, type BegunReplay } from './begun-replays.js';

export const begunReplays = new BegunReplays(window.sessionStorage);

export function useBegunReplays(): readonly BegunReplay[] {
  return useSyncExternalStore(begunReplays.subscribe, begunReplays.all);
}
