/**
 * How much a JSON value may hold before it is checked. To check takes a thousand times as long as to read, grows with the
 * square of the number of unknown fields, and says of every value what is wrong with it: one request or message would keep
 * all others waiting.
 */
import type { ProblemPlace } from '@tocsin/contracts';

/** More than any contract lets stand in one list or object. */
export const MOST_IN_ONE = 5_000;
/**
 * A little more than what keeps its contract: an application with all rules and owners that it may have, or as many of the
 * smallest issues as a command has room for. It takes less than half a second to check.
 */
const MOST_IN_ALL = 80_000;
/** An object is checked field by field, a text once. */
const TEXTS_TO_AN_OBJECT = 12;

/** @returns what is wrong with a value that holds too much; undefined when it does not. Its depth must have been looked at */
export function tooMany(value: unknown, pointer = ''): ProblemPlace | undefined {
  if (roomAfter(value, MOST_IN_ALL) >= 0) return undefined;
  return { pointer, code: 'too_many', message: `must not hold more than ${MOST_IN_ONE} values in one list or object, nor more in all than what is valid could hold` };
}

/** @returns for how much more there is room; less than 0 when it was too much */
function roomAfter(value: unknown, room: number): number {
  if (typeof value !== 'object' || value === null) return room;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let left = parts.length > MOST_IN_ONE ? -1 : room - parts.length - (Array.isArray(value) ? 0 : TEXTS_TO_AN_OBJECT);
  for (const part of parts) {
    if (left < 0) return left;
    left = roomAfter(part, left);
  }
  return left;
}
