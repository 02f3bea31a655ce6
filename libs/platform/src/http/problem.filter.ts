/** Every error of every route becomes problem details here; what nobody foresaw is logged as an error and answered as a bare 500, what is away as a warning. */
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';

import type { Problem } from '@tocsin/contracts';

import { isDatabaseAway, isUnstorableText } from '../database/database-failure.js';
import { redactSecrets, type Logger } from '../logging/logger.js';
import { PeerUnavailable } from './internal.client.js';
import { ProblemException, badRequest } from './problem.exception.js';
import { requestId } from './request-id.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = toProblem(error);
    const id = requestId(request);
    if (problem.status >= 500) {
      this.logger[problem.status === 500 ? 'error' : 'warn']({ err: error, requestId: id, method: request.method, path: request.path }, 'request failed');
    }
    sendProblem(request, response, problem);
  }
}

/** Writes problem details; a response that has begun is cut instead, so that nobody takes half an answer for a whole one. */
export function sendProblem(request: Request, response: Response, problem: ProblemException): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { title, code, hint, checks, ...told } = problem.content;
  const body = {
    type: code === undefined ? 'about:blank' : `urn:tocsin:problem:${code}`,
    title,
    status: problem.status,
    ...withoutSecrets({ ...told, instance: request.originalUrl.split('?')[0] ?? '/' }),
    requestId: requestId(request),
    ...(hint !== undefined && { hint }), // what a person is told to do may name a token of the sandbox
    ...(checks && { checks }),
  } satisfies Problem;
  response.status(problem.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(body));
}

/** What may repeat the request: a token in a wrong place must not come back, to be logged by whoever sent it. */
function withoutSecrets<T extends object>(told: T): T {
  return JSON.parse(redactSecrets(JSON.stringify(told))) as T;
}

/** The problem that an error stands for. */
function toProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (error instanceof HttpException) return fromHttpException(error);
  if (isBodyParserError(error)) return fromBodyParser(error);
  if (isDatabaseAway(error)) {
    return new ProblemException(503, { title: 'The database is away', code: 'database_away', detail: 'Nothing was changed. Try again in a moment.' }, { 'Retry-After': '5' });
  }
  if (isUnstorableText(error)) return unstorableText();
  if (error instanceof PeerUnavailable) {
    return new ProblemException(503, { title: 'A part of Tocsin is away', code: 'peer_away', detail: `${error.message}. Nothing was changed. Try again in a moment.` }, { 'Retry-After': '5' });
  }
  return new ProblemException(500, { title: 'Something went wrong', code: 'internal', detail: 'This is a defect of Tocsin. The request id leads to it in the log.' });
}

/** What is said of a text that cannot be one of PostgreSQL's, also where it is not asked. */
export function unstorableText(): ProblemException {
  return badRequest('The request holds a character that no text may hold.', [{ pointer: '', code: 'unstorable_text', message: 'leave out NUL characters and halves of characters' }]);
}

function fromHttpException(error: HttpException): ProblemException {
  const status = error.getStatus();
  if (status === 404) return new ProblemException(404, { title: 'Not found', code: 'no_route', detail: 'There is nothing at this address.', hint: 'GET /openapi.json lists every route.' });
  return new ProblemException(status, { title: error.name.replace(/Exception$/, ''), code: 'http_error', detail: error.message });
}

interface BodyParserError extends Error {
  type: string;
  status: number;
  body?: string;
  limit?: number;
}

function isBodyParserError(error: unknown): error is BodyParserError {
  return error instanceof Error && typeof (error as Partial<BodyParserError>).type === 'string' && typeof (error as Partial<BodyParserError>).status === 'number';
}

function fromBodyParser(error: BodyParserError): ProblemException {
  if (error.type === 'entity.parse.failed') return badRequest(`The body is not JSON: ${error.message}.`, [{ pointer: '', code: 'not_json', message: error.message }]);
  if (error.type === 'entity.too.large') return new ProblemException(413, { title: 'Too large', code: 'too_large', detail: `The body is larger than ${error.limit ?? 0} bytes.` });
  return new ProblemException(error.status, { title: 'The body cannot be read', code: 'unreadable_body', detail: error.message });
}
