/** Problem details (RFC 9457) of the front itself; those of the services pass through untouched. */
import { randomUUID } from 'node:crypto';

import type { NextFunction, Request, Response } from 'express';

import type { Problem } from '@tocsin/contracts';

export interface FrontProblem extends Partial<Pick<Problem, 'errors' | 'hint'>> {
  status: number;
  code: string;
  title: string;
  detail: string;
}

const HARMLESS_ID = /^[A-Za-z0-9._:-]{1,100}$/;

/** Keeps the caller's `X-Request-Id` when it is harmless, else makes one; the services get it and answer with it. */
export function assignRequestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  const id = given !== undefined && HARMLESS_ID.test(given) ? given : randomUUID();
  request.headers['x-request-id'] = id;
  response.set('X-Request-Id', id);
  next();
}

/** Writes problem details; an answer that has begun is cut instead, so that nobody takes half of it for the whole. */
export function sendProblem(request: Request, response: Response, { status, code, ...content }: FrontProblem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem: Problem = {
    type: `urn:tocsin:problem:${code}`,
    status,
    instance: request.originalUrl.split('?')[0] ?? '/',
    requestId: request.get('x-request-id') ?? 'unknown',
    ...content,
  };
  if (status === 503) response.set('Retry-After', '5');
  response.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

/** A service that cannot be reached: nothing was done, the call may be tried again. */
export function serviceAway(service: string): FrontProblem {
  return { status: 503, code: 'service_away', title: 'A part of Tocsin is away', detail: `The service "${service}" cannot be reached. Try again in a moment.` };
}

export const NO_ROUTE: FrontProblem = {
  status: 404,
  code: 'no_route',
  title: 'Not found',
  detail: 'There is nothing at this address.',
  hint: 'GET /openapi.json lists every route.',
};
