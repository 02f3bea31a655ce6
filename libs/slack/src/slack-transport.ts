/**
 * How requests travel to Slack: one pool of kept-alive connections per address, and a `fetch` for the WebClient whose
 * failures tell the one thing that decides about duplicates: whether the request was written to the network at all.
 */
import type { FetchFunction } from '@slack/web-api';
import { Agent, type Dispatcher } from 'undici';

import { DEFAULT_RETRY_AFTER_SECONDS } from '@tocsin/domain';

export interface Deadlines {
  /** Name resolution, TCP and TLS. */
  connectMs: number;
  /** Waiting for a connection, request and whole answer together. */
  totalMs: number;
}

export const DEADLINES: Deadlines = { connectMs: 3000, totalMs: 10_000 };

const CONNECTIONS = 64;
const KEEP_ALIVE_MS = 20_000;
const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/** No complete answer came. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  /** @param written whether Slack can have received the request */
  constructor(readonly written: boolean, readonly reason: string) {
    super(reason);
  }
}

/** One request on its way; travels with it as undici's `opaque`. */
class Attempt {
  written = false;
}

const pools = new Map<string, Dispatcher>();

/** The pool of an address, shared by all credentials. */
export function poolFor(baseUrl: string, deadlines: Deadlines = DEADLINES): Dispatcher {
  const key = `${new URL(baseUrl).origin} ${deadlines.connectMs} ${deadlines.totalMs}`;
  const known = pools.get(key);
  if (known) return known;
  const pool = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: deadlines.connectMs },
    headersTimeout: deadlines.totalMs,
    bodyTimeout: deadlines.totalMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: LARGEST_ANSWER_BYTES,
  }).compose(noteWhenWritten);
  pools.set(key, pool);
  return pool;
}

/** Closes every pool, letting requests under way finish. The next request opens a new one. */
export async function closeSlackConnections(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map((pool) => pool.close()));
}

/** One request and its whole answer. */
export interface Reply {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  text: string;
}

export interface SlackRequest {
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal | undefined;
}

/** @throws TransportError and nothing else */
export async function exchange(pool: Dispatcher, { signal, ...request }: SlackRequest): Promise<Reply> {
  const attempt = new Attempt();
  try {
    const answer = pool.request({ ...request, method: 'POST', signal: signal ?? null, opaque: attempt });
    const { statusCode, headers, body } = await Promise.race([answer, unlessWrittenBy(signal, attempt)]);
    return { status: statusCode, headers, text: await body.text() };
  } catch (error) {
    if (error instanceof TransportError) throw error;
    throw new TransportError(attempt.written, reasonOf(error));
  }
}

/** A `fetch` over `pool`, as far as the WebClient uses it. It throws nothing but {@link TransportError}. */
export function fetchOver(pool: Dispatcher, baseUrl: string): FetchFunction {
  return async (url, init) => {
    const { origin, pathname, search } = new URL(url);
    if (origin !== new URL(baseUrl).origin) throw new TransportError(false, 'a request to another address than Slack’s');
    const { status, headers, text } = await exchange(pool, { origin, path: pathname + search, headers: init?.headers as Record<string, string>, body: init?.body as string, signal: init?.signal ?? undefined });
    return toResponse(status, headers, text);
  };
}

/**
 * Rejects when the deadline finds the request still waiting for a connection: undici would tell only once it has one.
 * It is not written afterwards, since undici looks at the signal before it writes.
 */
async function unlessWrittenBy(signal: AbortSignal | undefined, attempt: Attempt): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener(
      'abort',
      () => {
        if (!attempt.written) reject(new TransportError(false, 'no connection in time'));
      },
      { once: true },
    );
  });
}

function toResponse(status: number, headers: Dispatcher.ResponseData['headers'], text: string): Response {
  const kept = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) kept.set(name, String(value));
  }
  // The WebClient makes a plain Error of a 429 without a number of seconds.
  if (status === 429 && Number.isNaN(Number.parseInt(kept.get('retry-after') ?? '', 10))) kept.set('retry-after', String(DEFAULT_RETRY_AFTER_SECONDS));
  // What is no JSON object would surface as a TypeError from inside the WebClient.
  const body = status === 200 && !text.trimStart().startsWith('{') ? NOT_AN_ANSWER : text;
  return new Response(isBodyless(status) ? null : body, { status: status < 200 ? 502 : status, headers: kept });
}

const NOT_AN_ANSWER = '{"ok":false,"error":"(not an answer of Slack)"}';

function isBodyless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** A short code for people and logs; never the message, which may hold what was sent. */
function reasonOf(error: unknown): string {
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'timeout';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'connect timeout';
  if (code === 'UND_ERR_SOCKET') return 'connection cut';
  const known = [code, cause?.code].find((candidate) => typeof candidate === 'string');
  return known ?? 'network error';
}

const noteWhenWritten: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { opaque } = options as { opaque?: unknown };
  return dispatch(options, opaque instanceof Attempt ? new NoteWhenWritten(opaque, handler) : handler);
};

/** Passes everything on, and notes when undici begins to write the request to a connection. */
class NoteWhenWritten implements Dispatcher.DispatchHandler {
  constructor(
    private readonly attempt: Attempt,
    private readonly inner: Dispatcher.DispatchHandler,
  ) {}

  onRequestStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>): void {
    this.inner.onRequestStart?.(...args);
    this.attempt.written = !args[0].aborted;
  }

  onRequestUpgrade(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
    this.inner.onRequestUpgrade?.(...args);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.inner.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
    this.inner.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.inner.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.inner.onResponseError?.(...args);
  }
}
