/**
 * JSON with the place of what is wrong: V8 tells it only sometimes. Reports are large, and come from outside: no text takes
 * longer than its length asks for, nor uses up a stack.
 */

export type ParsedJson = { ok: true; value: unknown } | { ok: false; line: number; column: number; message: string };

/** Far beyond what any report nests. V8 reads deeper ones at a hundredth of its pace. */
const DEPTH_MAX = 1000;

/** @returns the value, or line and column (from 1) of the first mistake with what is wrong there */
export function parseJson(text: string): ParsedJson {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return refused(text, deep, `it is nested more than ${DEPTH_MAX} levels deep`);
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const at = error instanceof Error && error.message === 'Unexpected end of JSON input' ? text.length : firstMistake(text);
    return refused(text, at, at >= text.length ? 'it ends too early' : `${JSON.stringify(text.slice(at, at + 1))} is not expected`);
  }
}

function refused(text: string, at: number, message: string): ParsedJson {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line += 1;
  return { ok: false, line, column: at - (at === 0 ? 0 : lineStart) + 1, message };
}

const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === OPEN_LIST || unit === OPEN_OBJECT) {
      depth += 1;
      if (depth > DEPTH_MAX) return at;
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) depth -= 1;
  }
  return undefined;
}

/** Index of the quote that ends it. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = quote;
    while (text.charCodeAt(escapes - 1) === BACKSLASH && escapes - 1 > start) escapes -= 1;
    if ((quote - escapes) % 2 === 0) return quote;
  }
  return text.length;
}

/** All but marks and strings; of a long string a regular expression would use up its stack. */
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const MARKS = '{}[],:';

type Expecting = 'value' | 'value or ]' | 'key or }' | 'key' | ':' | ', or }' | ', or ]' | 'end';

/** Index of the first character that no JSON text could have there. */
function firstMistake(text: string): number {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'value';
  let at = afterSpace(text, 0);
  for (;;) {
    const first = text.charAt(at);
    const isString = first === '"';
    const mark = first !== '' && MARKS.includes(first) ? first : undefined;
    const end = mark !== undefined ? at + 1 : isString ? throughString(text, at) : throughWord(text, at);
    if (end < 0) return -end - 1;
    const next = step(expecting, mark, isString, open);
    if (next === undefined) return at;
    expecting = next;
    at = afterSpace(text, end);
  }
}

/** @returns where it ends; for none, as `-place - 1`, where it cannot go on */
function throughWord(text: string, start: number): number {
  WORD.lastIndex = start;
  return WORD.test(text) ? WORD.lastIndex : -start - 1;
}

function step(expecting: Expecting, mark: string | undefined, isString: boolean, open: ('{' | '[')[]): Expecting | undefined {
  if (expecting === 'value' || expecting === 'value or ]') {
    if (mark === '{' || mark === '[') {
      open.push(mark);
      return mark === '{' ? 'key or }' : 'value or ]';
    }
    if (mark === undefined) return afterValue(open);
    if (mark !== ']' || expecting !== 'value or ]') return undefined;
    open.pop();
    return afterValue(open);
  }
  if (expecting === ':') return mark === ':' ? 'value' : undefined;
  if (isString && (expecting === 'key or }' || expecting === 'key')) return ':';
  if (mark === ',' && (expecting === ', or }' || expecting === ', or ]')) return expecting === ', or }' ? 'key' : 'value';
  const closes = (mark === '}' && (expecting === 'key or }' || expecting === ', or }')) || (mark === ']' && expecting === ', or ]');
  if (!closes) return undefined;
  open.pop();
  return afterValue(open);
}

function afterValue(open: readonly ('{' | '[')[]): Expecting {
  return open.length === 0 ? 'end' : open.at(-1) === '{' ? ', or }' : ', or ]';
}

function afterSpace(text: string, from: number): number {
  let at = from;
  for (let unit = text.charCodeAt(at); unit === SPACE || unit === 0x0a || unit === 0x0d || unit === 0x09; unit = text.charCodeAt(at)) at += 1;
  return at;
}

/** Inside a string the mistake is at the character that may not be there, else at its end. @returns as {@link throughWord} */
function throughString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at + 1;
    if (unit < SPACE) break;
    if (unit === BACKSLASH) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) break;
      at = ESCAPE.lastIndex;
    } else at += 1;
  }
  return -at - 1;
}
