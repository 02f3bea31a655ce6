/** How long ago something was, in the largest unit that fits. */

const UNITS = [
  ['y', 365 * 86_400],
  ['mo', 30 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** @returns `now` for less than a minute (and for clocks that differ), else for example `3 h` */
export function age(from: Date, now: Date): string {
  const seconds = (now.getTime() - from.getTime()) / 1000;
  const unit = UNITS.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])} ${unit[0]}` : 'now';
}

/** @returns for example `3 h ago`; `just now` for less than a minute */
export function ago(from: Date, now: Date): string {
  const said = age(from, now);
  return said === 'now' ? 'just now' : `${said} ago`;
}
