/**
 * How requests travel to Slack: one pool of kept-alive connections per address, and a `fetch` for the WebClient whose
 * failures tell the one thing that decides about duplicates: whether the request was written to the network at all.
 */
import type { FetchFunction } from '@slack/web-api';
import { Pool, type Dispatcher } from 'undici';

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

const pools = new Map<string, Dispatcher>();

/** The pool of an address, shared by all credentials. */
export function poolFor(baseUrl: string, deadlines: Deadlines = DEADLINES): Dispatcher {
  const { origin } = new URL(baseUrl);
  const key = `${origin} ${deadlines.connectMs} ${deadlines.totalMs}`;
  const known = pools.get(key);
  if (known) return known;
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    connect: { timeout: deadlines.connectMs },
    headersTimeout: deadlines.totalMs,
    bodyTimeout: deadlines.totalMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: LARGEST_ANSWER_BYTES,
  });
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
  path: string;
  headers: Record<string, string>;
  body: string | Buffer;
  /** Until the whole answer is there. */
  totalMs?: number;
  /** Ends it as well. */
  signal?: AbortSignal | undefined;
}

/** @throws TransportError and nothing else */
export async function exchange(pool: Dispatcher, { path, headers, body, totalMs, signal }: SlackRequest): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const attempt = new Attempt(resolve, reject);
      if (totalMs !== undefined) timer = setTimeout(() => { attempt.giveUp(new DOMException('no answer in time', 'TimeoutError')); }, totalMs);
      signal?.addEventListener('abort', () => { attempt.giveUp(signal.reason as Error); }, { once: true });
      pool.dispatch({ path, method: 'POST', headers, body }, attempt);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** One request on its way. undici's own `request` makes a stream, a resource and a listener for each, which costs as much again. */
class Attempt implements Dispatcher.DispatchHandler {
  /** undici began to write it to a connection. */
  private written = false;
  private isOver = false;
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: Reply['headers'] = {};
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly resolve: (reply: Reply) => void,
    private readonly reject: (error: TransportError) => void,
  ) {}

  /** What finds it waiting for a connection ends it at once: undici would tell only once it has one. */
  giveUp(reason: Error): void {
    if (this.written) this.controller?.abort(reason);
    else this.fail(new TransportError(false, 'no connection in time'));
  }

  fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.reject(error instanceof TransportError ? error : new TransportError(this.written, reasonOf(error)));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isOver) controller.abort(new Error('given up before it was written'));
    else this.written = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Reply['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.isOver = true;
    this.resolve({ status: this.status, headers: this.headers, text: Buffer.concat(this.chunks).toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }
}

/** A `fetch` over `pool`, as far as the WebClient uses it. It throws nothing but {@link TransportError}. */
export function fetchOver(pool: Dispatcher, baseUrl: string): FetchFunction {
  return async (url, init) => {
    const { origin, pathname, search } = new URL(url);
    if (origin !== new URL(baseUrl).origin) throw new TransportError(false, 'a request to another address than Slack’s');
    const { status, headers, text } = await exchange(pool, { path: pathname + search, headers: init?.headers as Record<string, string>, body: init?.body as string, signal: init?.signal ?? undefined });
    return toResponse(status, headers, text);
  };
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
