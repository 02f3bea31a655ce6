/** 409: what is asked for does not go with the state of a delivery. */
import { ProblemException } from '@tocsin/platform';

export function conflict(detail: string, hint?: string): ProblemException {
  return new ProblemException(409, { title: 'Not in this state', code: 'wrong_state', detail, ...(hint !== undefined && { hint }) });
}
