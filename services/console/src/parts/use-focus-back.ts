/** Gives the focus back to where it was before a dialog opened, once the dialog has gone; else to what is there still. */
import { useEffect, useState } from 'react';

import { focusWhatIsLeft } from './use-focus-left.js';

export function useFocusBack(): void {
  // read while drawing: the dialog's own fields take the focus right after
  const [before] = useState(() => document.activeElement);
  useEffect(() => () => {
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    focusWhatIsLeft(); // it has gone as well, or cannot be used any more
  }, [before]);
}
