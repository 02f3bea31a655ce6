/** A time as people say it, with the exact one beside it. */
import { age } from '../time/age.js';

export function TimeAgo({ at }: { at: string }) {
  const time = new Date(at);
  return <time dateTime={at} title={time.toLocaleString()}>{age(time, new Date())}</time>;
}
