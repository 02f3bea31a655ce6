/**
 * The one way to call the API: the bearer token, JSON, and problem details as the one kind of failure. A 401 ends the
 * session, whatever was asked.
 */
import type { ConnectivityCheckView, Problem } from '@tocsin/contracts';

import { session } from '../session/session.js';

/** Problem details as they arrive; connecting also lists the checks that failed. */
export type ProblemAnswer = Pick<Problem, keyof Problem> & { checks?: ConnectivityCheckView[] };

export class ApiProblem extends Error {
  constructor(readonly problem: ProblemAnswer) {
    super(problem.title);
  }
}

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface CallOptions {
  query?: Query | undefined;
  body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  file?: File;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** After this nobody believes any more that an answer will come; a change may have to wait for Slack's answers. */
const READ_MS = 15_000;
const CHANGE_MS = 60_000;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** @throws ApiProblem for every answer that is not a success, and when there is no answer */
export async function call<T>(method: Method, path: string, { query, body, file, idempotencyKey, signal }: CallOptions = {}): Promise<T> {
  const token = session.token();
  const { response, text } = await reach(`${path}${queryString(query)}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...((body !== undefined || file) && { 'content-type': 'application/json' }),
      ...(file?.name.endsWith('.gz') && { 'content-encoding': 'gzip' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(file ? { body: file } : body !== undefined && { body: JSON.stringify(body) }),
    ...(!file && { signal: limited(signal, method === 'GET' ? READ_MS : CHANGE_MS) }),
  });
  if (response.status === 401 && token !== undefined) session.expire(token);
  if (!response.ok) throw new ApiProblem(problemOf(response, text));
  return (text === '' ? undefined : jsonOf(response, text)) as T;
}

/** @throws ApiProblem when it is no JSON: a page of a proxy comes with 200 as well */
function jsonOf(response: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem(notOurs(response));
  }
}

function limited(signal: AbortSignal | undefined, milliseconds: number): AbortSignal {
  const limit = AbortSignal.timeout(milliseconds);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

/** The whole answer: what breaks off in the middle is no answer. */
async function reach(path: string, init: RequestInit): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(path, init);
    return { response, text: await response.text() };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem({
      type: 'about:blank',
      title: 'Tocsin cannot be reached',
      status: error instanceof DOMException && error.name === 'TimeoutError' ? 504 : 503,
      detail: 'There was no answer. Check your network, or whether Tocsin is running, and try again.',
      instance: path,
      requestId: '',
    });
  }
}

function problemOf(response: Response, text: string): ProblemAnswer {
  const requestId = response.headers.get('x-request-id') ?? '';
  try {
    const problem = JSON.parse(text) as ProblemAnswer;
    if (typeof problem.title === 'string') return { ...problem, requestId: problem.requestId || requestId };
  } catch {
    // not ours: a proxy between us has answered
  }
  return notOurs(response);
}

function notOurs({ status, headers, url }: Response): ProblemAnswer {
  return { type: 'about:blank', title: `Unexpected answer (${status})`, status, detail: 'The answer did not come from Tocsin. A proxy in between may be the cause.', instance: url, requestId: headers.get('x-request-id') ?? '' };
}

/** With its question mark; empty without a value. */
export function queryString(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = typeof value === 'object' ? value.join(',') : String(value ?? '');
    if (text !== '') search.set(name, text);
  }
  return search.size > 0 ? `?${search.toString()}` : '';
}
