/** JSON with the place of what is wrong: V8 tells it only sometimes. */

export type ParsedJson = { ok: true; value: unknown } | { ok: false; line: number; column: number; message: string };

/** @returns the value, or line and column (from 1) of the first mistake with what is wrong there */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const at = firstMistake(text);
    const before = text.slice(0, at);
    const lineStart = before.lastIndexOf('\n') + 1;
    return { ok: false, line: before.split('\n').length, column: at - lineStart + 1, message: messageAt(text, at) };
  }
}

function messageAt(text: string, at: number): string {
  if (at >= text.length) return 'it ends too early';
  return `${JSON.stringify(text.slice(at, at + 1))} is not expected`;
}

const TOKEN = /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Expecting = 'value' | 'value or ]' | 'key or }' | 'key' | ':' | ', or }' | ', or ]' | 'end';

/** Index of the first character that no JSON text could have there. */
function firstMistake(text: string): number {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const start = skipSpace(text, at);
    if (!match) return stringMistake(text, start);
    const [, mark, string] = match;
    const next = step(expecting, mark, string !== undefined, open);
    if (next === undefined) return start;
    expecting = next;
    at = TOKEN.lastIndex;
  }
}

function step(expecting: Expecting, mark: string | undefined, isString: boolean, open: ('{' | '[')[]): Expecting | undefined {
  const afterValue = (): Expecting => (open.length === 0 ? 'end' : open.at(-1) === '{' ? ', or }' : ', or ]');
  if (expecting.startsWith('value')) {
    if (mark === '{' || mark === '[') {
      open.push(mark);
      return mark === '{' ? 'key or }' : 'value or ]';
    }
    if (mark === undefined) return afterValue();
    if (mark !== ']' || expecting !== 'value or ]') return undefined;
    open.pop();
    return afterValue();
  }
  if (expecting === ':') return mark === ':' ? 'value' : undefined;
  if (expecting.startsWith('key') && isString) return ':';
  if (expecting.startsWith(',') && mark === ',') return expecting === ', or }' ? 'key' : 'value';
  const closes = (mark === '}' && (expecting === 'key or }' || expecting === ', or }')) || (mark === ']' && expecting === ', or ]');
  if (!closes) return undefined;
  open.pop();
  return afterValue();
}

function skipSpace(text: string, at: number): number {
  let index = at;
  while (index < text.length && ' \t\n\r'.includes(text.charAt(index))) index += 1;
  return index;
}

/** Inside a string the mistake is at the character that may not be there, else at its end. */
function stringMistake(text: string, start: number): number {
  if (text[start] !== '"') return start;
  const good = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
  good.lastIndex = start;
  good.exec(text);
  return good.lastIndex;
}
