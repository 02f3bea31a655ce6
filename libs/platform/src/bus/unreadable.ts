/**
 * Texts that can be read as JSON and kept nowhere: PostgreSQL stores neither NUL nor half of a character (a lone
 * surrogate), in text or in JSON. Found before a handler sees them, so that a batch does not fail for one of its messages.
 */
import type { ProblemPlace } from '@tocsin/contracts';

const NUL = '\0';
const HALF = /\p{Surrogate}/u;
const REPLACEMENT = '\uFFFD';

/** @returns the first text, or name of a field, that cannot be stored, by its JSON pointer; undefined when there is none */
export function unstorablePlace(value: unknown, pointer = ''): ProblemPlace | undefined {
  const rest: [value: unknown, pointer: string][] = [[value, pointer]]; // not by recursion: what comes from outside may be nested as deeply as it likes
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [item, place] = next;
    if (typeof item === 'string' && isUnstorable(item)) return problemAt(place);
    if (typeof item !== 'object' || item === null) continue;
    const entries = Object.entries(item);
    if (entries.some(([name]) => isUnstorable(name))) return problemAt(place);
    for (const [name, child] of entries.reverse()) rest.push([child, `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`]);
  }
  return undefined;
}

/** The text as it can be stored: with a replacement character for each part that cannot. */
export function storableText(text: string): string {
  return isUnstorable(text) ? text.replaceAll(NUL, REPLACEMENT).replaceAll(/\p{Surrogate}/gu, REPLACEMENT) : text;
}

function isUnstorable(text: string): boolean {
  return text.includes(NUL) || HALF.test(text);
}

function problemAt(pointer: string): ProblemPlace {
  return { pointer, code: 'unreadable', message: 'holds a NUL character or half of a character, which no text may hold' };
}
