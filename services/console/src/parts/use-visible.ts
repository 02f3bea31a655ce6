/** Whether somebody can see the page: not while its tab is in the background or its window is minimized. */
import { useSyncExternalStore } from 'react';

export function useVisible(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === 'visible');
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => { document.removeEventListener('visibilitychange', listener); };
}
