/** An error that a caller can act on: RFC 9457 problem details with the place and the remedy. */
import type { Problem, ProblemPlace } from '@tocsin/contracts';

/** Every member but those that follow from the request and the status. */
export type ProblemContent = Omit<Problem, 'type' | 'status' | 'instance' | 'requestId'> & { code?: string };

export class ProblemException extends Error {
  /** @param cause for the log alone */
  constructor(readonly status: number, readonly content: ProblemContent, readonly headers: Readonly<Record<string, string>> = {}, cause?: unknown) {
    super(content.detail, cause === undefined ? undefined : { cause });
    this.name = 'ProblemException';
  }
}

/** 404 for what is not there, or belongs to somebody else. */
export function notFound(what: string, id: string): ProblemException {
  return new ProblemException(404, { title: 'Not found', code: 'not_found', detail: `There is no ${what} "${id}" in your organization.` });
}

/** 400 that names what is wrong at which places. */
export function badRequest(detail: string, errors: ProblemPlace[], hint?: string): ProblemException {
  return new ProblemException(400, { title: 'The request is not valid', code: 'invalid_request', detail, errors, ...(hint !== undefined && { hint }) });
}
