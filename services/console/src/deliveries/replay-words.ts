/** How far a replay of many has come, and what it left out, in words. */
import type { ReplayProgress } from '@tocsin/contracts';

import { counted } from './delivery-words.js';

type Counts = Pick<ReplayProgress, 'matched' | 'done' | 'skipped'>;

/** While it goes on. */
export function soFarWords({ matched, done, skipped }: Counts): string {
  const left = skipped === 0 ? '' : `, ${skippedWords(skipped)}`;
  return `${(done + skipped).toLocaleString('en')} of ${matched.toLocaleString('en')}: ${done.toLocaleString('en')} sent again${left}.`;
}

export function endTitle({ done }: Pick<Counts, 'done'>): string {
  return `${counted(done, 'delivery')} sent again`;
}

/** At its end. @param wanted how many were to be sent again; undefined where nobody knows it any more */
export function leftOutWords({ matched, skipped }: Pick<Counts, 'matched' | 'skipped'>, wanted: number | undefined): string {
  const changed = (wanted ?? matched) - matched;
  const parts = [...(changed > 0 ? [`${changed.toLocaleString('en')} left out: changed meanwhile.`] : []), ...(skipped > 0 ? [`${skippedWords(skipped)}.`] : [])];
  return parts.length === 0 ? 'None was left out.' : parts.join(' ');
}

function skippedWords(skipped: number): string {
  return `${skipped.toLocaleString('en')} left out: sent again already, or told by a digest`;
}
