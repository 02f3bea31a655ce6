/** How deeply a JSON value may be nested before it is checked: what checks it goes as deep, and so does the call stack. */
import type { ProblemPlace } from '@tocsin/contracts';

/** Far beyond what any contract holds: a workflow's tree of steps and conditions is the deepest. */
export const DEPTH_MAX = 100;

/** @returns what is wrong with a value that is nested too deeply; undefined when it is not */
export function tooDeep(value: unknown, pointer = ''): ProblemPlace | undefined {
  let level = childrenOf(value);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return { pointer, code: 'too_deep', message: `must not be nested more than ${DEPTH_MAX} levels deep` };
    level = level.flatMap(childrenOf);
  }
  return undefined;
}

/** Of the values inside `value`, those that hold values themselves. */
function childrenOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((child): child is object => typeof child === 'object' && child !== null);
}
