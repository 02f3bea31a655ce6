/**
 * Slack's paging by cursor, with the habits that surprise clients: when there is more than one page, the first is one item
 * short and the second is empty with a cursor to go on. Always so, hence repeatable.
 */
import { invalidArgument, refuse, type Refusal } from './answer.js';
import type { Arguments } from './arguments.js';

export interface Page<T> {
  items: T[];
  /** '' on the last page. */
  next: string;
}

/**
 * Cuts the page out of `items` that `limit` and `cursor` ask for; `kind` is the word that Slack puts into such cursors.
 * Refuses with invalid_cursor or invalid_limit.
 */
export function pageOf<T extends { id: string }>(items: readonly T[], kind: 'team' | 'user', args: Arguments, byDefault: number): Page<T> | Refusal {
  const limit = Number(args.text('limit') ?? byDefault);
  if (!Number.isInteger(limit) || limit < 0 || limit > 1000) {
    return args.text('limit')?.match(/^\d+$/) ? refuse('invalid_limit') : invalidArgument('/limit', 'must be an integer');
  }
  return cut(items, kind, args.text('cursor'), limit === 0 ? byDefault : limit);
}

function cut<T extends { id: string }>(items: readonly T[], kind: string, cursor: string | undefined, limit: number): Page<T> | Refusal {
  const nextAt = (index: number, gap: boolean): string => {
    const item = items[index];
    return item === undefined ? '' : encode(`${kind}:${item.id}${gap ? ':' : ''}`);
  };
  if (cursor === undefined) {
    if (items.length <= limit) return { items: [...items], next: '' };
    const short = Math.max(1, limit - 1);
    return { items: items.slice(0, short), next: nextAt(short, true) };
  }
  const place = decode(cursor, kind);
  const start = items.findIndex((item) => item.id === place?.id);
  if (place === undefined || start < 0) return refuse('invalid_cursor');
  if (place.gap) return { items: [], next: nextAt(start, false) };
  return { items: items.slice(start, start + limit), next: nextAt(start + limit, false) };
}

function encode(place: string): string {
  return Buffer.from(place).toString('base64');
}

function decode(cursor: string, kind: string): { id: string; gap: boolean } | undefined {
  const place = Buffer.from(cursor, 'base64').toString();
  if (encode(place) !== cursor) return undefined;
  const [word, id, gap] = place.split(':');
  return word === kind && id !== undefined ? { id, gap: gap !== undefined } : undefined;
}
