/** Gives the focus back to where it was before a dialog opened, once the dialog has gone; else to the page. */
import { useEffect, useState } from 'react';

export function useFocusBack(): void {
  // read while drawing: the dialog's own fields take the focus right after
  const [before] = useState(() => document.activeElement);
  useEffect(() => () => {
    const target = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : document.getElementById('page');
    target?.focus({ preventScroll: true });
  }, [before]);
}
