/** A severity in word, shape and colour, so that none of the three is needed alone. */
import type { Severity } from '@tocsin/domain';

const SHAPES: Record<Severity, string> = {
  critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
  high: 'M8 1.5l7 13H1z',
  medium: 'M8 1l7 7-7 7-7-7z',
  low: 'M15 8A7 7 0 1 1 1 8a7 7 0 0 1 14 0z',
  info: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
};

const WORDS: Record<Severity, string> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', info: 'Info' };

export function severityWord(severity: Severity): string {
  return WORDS[severity];
}

export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <span className="severity" data-severity={severity}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d={SHAPES[severity]} fillRule="evenodd" /></svg>
      {WORDS[severity]}
    </span>
  );
}
