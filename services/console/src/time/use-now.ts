/** The present moment for what says how long ago something was: drawn anew every half minute while it is on the page. */
import { useSyncExternalStore } from 'react';

const TICK_MS = 30_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export function useNow(): Date {
  useSyncExternalStore(subscribe, () => Math.floor(Date.now() / TICK_MS));
  return new Date();
}

/** One clock for all, which runs only while somebody listens. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => { for (const tell of listeners) tell(); }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
