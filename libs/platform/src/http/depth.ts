/** How deeply a JSON value may be nested before it is checked: what checks it goes as deep, and so does the call stack. */
import type { ProblemPlace } from '@tocsin/contracts';

/** Far beyond what any contract holds: a workflow's tree of steps and conditions is the deepest. */
export const DEPTH_MAX = 100;

/** @returns what is wrong with a value that is nested too deeply; undefined when it is not */
export function tooDeep(value: unknown, pointer = ''): ProblemPlace | undefined {
  return isDeeperThan(DEPTH_MAX, value) ? { pointer, code: 'too_deep', message: `must not be nested more than ${DEPTH_MAX} levels deep` } : undefined;
}

/** Goes no deeper than `levels` itself. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels < 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(levels - 1, item));
  for (const name in value) {
    const child = (value as Record<string, unknown>)[name];
    if (typeof child === 'object' && isDeeperThan(levels - 1, child)) return true;
  }
  return false;
}
