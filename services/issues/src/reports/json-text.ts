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

/** All but strings: of a long one a regular expression would use up its stack. */
const TOKEN = /([{}[\],:])|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];

type Expecting = 'value' | 'value or ]' | 'key or }' | 'key' | ':' | ', or }' | ', or ]' | 'end';

/** Index of the first character that no JSON text could have there. */
function firstMistake(text: string): number {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'value';
  let at = 0;
  for (;;) {
    const start = skipSpace(text, at);
    const { end, isWhole, mark, isString } = tokenAt(text, start);
    if (!isWhole) return end;
    const next = step(expecting, mark, isString, open);
    if (next === undefined) return start;
    expecting = next;
    at = end;
  }
}

interface Token {
  /** Where it ends, or where it cannot go on. */
  end: number;
  isWhole: boolean;
  mark: string | undefined;
  isString: boolean;
}

function tokenAt(text: string, start: number): Token {
  if (text[start] === '"') return { ...throughString(text, start), mark: undefined, isString: true };
  TOKEN.lastIndex = start;
  const match = TOKEN.exec(text);
  return { end: match ? TOKEN.lastIndex : start, isWhole: match !== null, mark: match?.[1], isString: false };
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

function throughString(text: string, start: number): Pick<Token, 'end' | 'isWhole'> {
  let at = start + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return { end: at + 1, isWhole: true };
    if (unit < SPACE) break;
    if (unit === BACKSLASH) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) break;
      at = ESCAPE.lastIndex;
    } else at += 1;
  }
  return { end: at, isWhole: false };
}
