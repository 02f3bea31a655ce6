/** A time as people say it, with the exact one beside it. */
import { age, ago } from '../time/age.js';
import { useNow } from '../time/use-now.js';

interface TimeAgoProps {
  at: string;
  /** Within a sentence: `3 h ago` rather than `3 h`. */
  spoken?: boolean;
}

export function TimeAgo({ at, spoken = false }: TimeAgoProps) {
  const now = useNow();
  const time = new Date(at);
  return <time dateTime={at} title={time.toLocaleString()}>{(spoken ? ago : age)(time, now)}</time>;
}
