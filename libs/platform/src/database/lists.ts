/**
 * Lists as PostgreSQL takes them, for statements that are asked many times a second: its driver quotes and escapes every item of
 * every list, whatever it holds.
 */

const TYPE_OF_TEXT = 25;

/** `text[]` in PostgreSQL's binary form: nothing has to be quoted, and what is bytes already is copied. */
export function textArray(texts: readonly (string | Buffer)[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const header = texts.length === 0 ? [0, 0, TYPE_OF_TEXT] : [1, 0, TYPE_OF_TEXT, texts.length, 1]; // dimensions, whether some are null, type, their number, place of the first
  const array = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 4 * header.length));
  let at = 0;
  for (const field of header) at = array.writeInt32BE(field, at);
  texts.forEach((text, index) => {
    const length = lengths[index] ?? 0;
    at = array.writeInt32BE(length, at);
    if (typeof text === 'string') array.write(text, at);
    else array.set(text, at);
    at += length;
  });
  return array;
}

/** `jsonb` of a list whose items are JSON already, in PostgreSQL's binary form: its version, then the text. */
export function jsonbList(items: readonly Buffer[]): Buffer {
  const parts = items.flatMap((item, index) => (index === 0 ? [item] : [COMMA, item]));
  return Buffer.concat([VERSION_AND_BRACKET, ...parts, BRACKET]);
}

const VERSION_AND_BRACKET = Buffer.from('\x01[');
const COMMA = Buffer.from(',');
const BRACKET = Buffer.from(']');

/** A list of numbers or UUIDs, which are written as they are. */
export function plainArray(values: readonly (number | string)[]): string {
  return `{${values.join(',')}}`;
}
