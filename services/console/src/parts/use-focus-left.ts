/** Where the focus goes when what had it has gone: to the dialog on top, else to the page. */
import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Does nothing while something has the focus. */
export function focusWhatIsLeft(): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const dialogs = document.querySelectorAll<HTMLElement>('[role=dialog][aria-modal=true]');
  ([...dialogs].at(-1) ?? document.getElementById('page'))?.focus({ preventScroll: true });
}

/** For what may go together with what it did. */
export function useFocusLeft<Target extends HTMLElement>(): RefObject<Target | null> {
  const ref = useRef<Target>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      // it still has the focus at this moment, and is taken out of the page right after
      if (document.activeElement === element) queueMicrotask(focusWhatIsLeft);
    };
  }, []);
  return ref;
}
