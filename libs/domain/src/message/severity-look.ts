/** Severity is told three times: by a word, a shape and a colour, so that nobody depends on seeing one of them. */
import type { Issue, Severity } from '../issue.js';

export interface Look {
  word: string;
  /** Slack's name of the emoji. */
  emoji: string;
  /** Of the bar beside the card. */
  color: string;
}

export const SEVERITY_LOOKS: Record<Severity, Look> = {
  critical: { word: 'Critical', emoji: 'red_circle', color: '#B3261E' },
  high: { word: 'High', emoji: 'large_orange_circle', color: '#C4570A' },
  medium: { word: 'Medium', emoji: 'large_yellow_circle', color: '#B58900' },
  low: { word: 'Low', emoji: 'large_blue_circle', color: '#2F6FDE' },
  info: { word: 'Info', emoji: 'white_circle', color: '#6B7280' },
};

const RESOLVED: Look = { word: 'Resolved', emoji: 'white_check_mark', color: '#2E7D32' };
const EXCLUDED: Look = { word: 'Excluded', emoji: 'white_circle', color: '#6B7280' };

/** An open issue looks like its severity; one that is over looks like that. */
export function lookOf({ severity, status }: Pick<Issue, 'severity' | 'status'>): Look {
  if (status === 'resolved') return RESOLVED;
  return status === 'excluded' ? EXCLUDED : SEVERITY_LOOKS[severity];
}
