/** Every request has an id: the caller's `X-Request-Id` when it is harmless, else a new one. It is in the answer, the log and the audit entry. */
import type { NextFunction, Request, Response } from 'express';
import { v7 as uuid } from 'uuid';

const HARMLESS = /^[A-Za-z0-9._:-]{1,100}$/;
const REQUEST_ID = Symbol('request id');

interface Identified {
  [REQUEST_ID]?: string;
}

/** Gives the request its id, and the answer the header `X-Request-Id`. */
export function assignRequestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  const id = given !== undefined && HARMLESS.test(given) ? given : uuid();
  (request as Identified)[REQUEST_ID] = id;
  response.set('X-Request-Id', id);
  next();
}

/** The id that was given to the request; `unknown` before that. */
export function requestId(request: Request): string {
  return (request as Identified)[REQUEST_ID] ?? 'unknown';
}
