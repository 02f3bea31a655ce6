/** What is wrong with a text that should be JSON, by its place and without a word of it: the message goes to people who may not read the text. */

/** @param error what JSON.parse threw. @returns such as `is not JSON: it cannot be read from position 7 on (line 1, column 8)` */
export function jsonProblem(text: string, error: unknown): string {
  const position = positionOf(text, error);
  if (position === undefined || position >= text.length) return text.length === 0 ? 'is empty, which is not JSON' : 'is not JSON: it ends in the middle';
  const before = text.slice(0, position);
  return `is not JSON: it cannot be read from position ${position} on (line ${before.split('\n').length}, column ${position - before.lastIndexOf('\n')})`;
}

/** Newer engines name the place, older ones quote the text instead: then it is where the shortest unreadable beginning ends. */
function positionOf(text: string, error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : '';
  const named = /at position (\d+)/.exec(message)?.[1];
  if (named !== undefined) return Number(named);
  if (!message.startsWith('Unexpected token')) return undefined;
  let [readable, unreadable] = [0, text.length];
  while (unreadable - readable > 1) {
    const middle = (readable + unreadable) >>> 1;
    if (isWrong(text.slice(0, middle))) unreadable = middle;
    else readable = middle;
  }
  return unreadable - 1;
}

/** Whether more text could not mend it. */
function isWrong(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const named = /at position (\d+)/.exec(message)?.[1];
    return named === undefined ? message.startsWith('Unexpected token') : Number(named) < beginning.length;
  }
}
