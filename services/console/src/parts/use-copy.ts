/** A button that copies, and says for a while whether it did. */
import { useEffect, useState } from 'react';

import { copyText } from './copy-text.js';

const SAID_MS = 2_000;

export function useCopy(value: string, label: string): { copy: () => void; said: string } {
  const [copied, setCopied] = useState<boolean>();
  useEffect(() => {
    if (copied === undefined) return undefined;
    const timer = setTimeout(() => { setCopied(undefined); }, SAID_MS);
    return () => { clearTimeout(timer); };
  }, [copied]);
  return {
    copy: () => void copyText(value).then(setCopied),
    said: copied === undefined ? label : copied ? 'Copied' : 'The browser did not let us copy it',
  };
}
