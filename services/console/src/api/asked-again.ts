/** When something is asked for again by itself. */
import { ApiProblem } from './client.js';

interface Asked {
  state: { data: unknown; error: unknown };
}

const TOO_MANY = 429;

/** For `refetchInterval`. Not what was refused before anything came: it would be refused again. */
export function askedAgain({ state: { data, error } }: Asked, everyMs: number): number | false {
  const isRefused = error instanceof ApiProblem && error.problem.status < 500 && error.problem.status !== TOO_MANY;
  return data === undefined && isRefused ? false : everyMs;
}
