/**
 * Passes one request on to a service and its answer back, both as streams: a report of 100 MB or an endless event stream
 * is never held in memory. Whoever leaves first ends the other side too.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';

import type { Request, Response } from 'express';

import type { FrontLog } from './front-log.js';
import { HearingAgent } from './hearing-socket.js';
import { sendProblem, serviceAway } from './problem.js';

/** Headers of one hop (RFC 9110, 7.6.1), and `expect`, which Node answers by itself. */
const ONE_HOP = new Set(['connection', 'proxy-connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host']);
/** A service that says nothing for so long hangs; event streams say something every 15 seconds. */
const SILENCE_MS = 120_000;
/** Bytes of a body that are read after the answer, so that the caller can read it. */
const READ_OFF_BYTES = 256 * 1024 * 1024;

const agents = { 'http:': new HearingAgent(), 'https:': new SecureAgent({ keepAlive: true }) };

export interface Upstream {
  /** For messages to people. */
  service: string;
  /** Base address. */
  address: string;
  /** Path and query; the caller's own when left out. */
  path?: string;
  publicUrl: URL;
  log: FrontLog;
}

export function forward(request: Request, response: Response, upstream: Upstream, isRetry = false): void {
  const outgoing = open(request, upstream);
  response.once('close', () => {
    outgoing.destroy();
  });
  outgoing.on('timeout', () => {
    outgoing.destroy(new Error(`no answer within ${SILENCE_MS / 1000} s`));
  });
  outgoing.on('response', (answer) => {
    passBack(response, answer);
    if (!request.readableEnded) readOff(request, response, outgoing);
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (response.destroyed || response.headersSent) {
      if (!response.writableEnded) response.destroy();
      return;
    }
    if (!isRetry && outgoing.reusedSocket && error.code === 'ECONNRESET' && ['GET', 'HEAD'].includes(request.method)) {
      forward(request, response, upstream, true); // the service had just closed an idle connection
      return;
    }
    upstream.log.warn({ err: error, service: upstream.service, requestId: request.get('x-request-id') }, 'service cannot be reached');
    readOff(request, response, outgoing);
    sendProblem(request, response, serviceAway(upstream.service));
  });
  if (isRetry) outgoing.end();
  else request.pipe(outgoing);
}

function open(request: Request, { address, path, publicUrl }: Upstream): ClientRequest {
  const base = new URL(address);
  const secure = base.protocol === 'https:';
  return (secure ? httpsRequest : httpRequest)({
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port,
    path: `${base.pathname.replace(/\/$/, '')}${path ?? request.originalUrl}`,
    method: request.method,
    headers: { ...withoutOneHop(request), ...forwardedHeaders(request, publicUrl) },
    agent: secure ? agents['https:'] : agents['http:'],
    timeout: SILENCE_MS,
  });
}

/** Begins the answer at once; the body follows as it comes. */
function passBack(response: Response, answer: IncomingMessage): void {
  response.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(withoutOneHop(answer))) if (value !== undefined) response.setHeader(name, value);
  response.flushHeaders();
  answer.on('error', () => {
    response.destroy();
  });
  answer.on('aborted', () => {
    response.destroy();
  });
  answer.pipe(response);
}

/**
 * Reads what is left of a body that nobody wants any more: many callers read an answer only when they have sent all, and the
 * next request on their connection begins behind it. Beyond READ_OFF_BYTES the connection ends with the answer instead.
 */
function readOff(request: Request, response: Response, outgoing: ClientRequest): void {
  let bytes = 0;
  request.unpipe(outgoing); // an attached pipe pauses the request again as soon as the service stops reading
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > READ_OFF_BYTES) cutAfter(request, response);
  });
  request.resume();
}

function cutAfter(request: Request, response: Response): void {
  request.pause();
  if (response.writableFinished) request.socket.destroy();
  else response.once('finish', () => request.socket.destroy());
}

function withoutOneHop({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(',').map((name) => name.trim());
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ONE_HOP.has(name) && !named.includes(name)));
}

function forwardedHeaders(request: Request, publicUrl: URL): OutgoingHttpHeaders {
  const before = request.get('x-forwarded-for');
  const from = request.socket.remoteAddress ?? 'unknown';
  return {
    'x-forwarded-for': before === undefined ? from : `${before}, ${from}`,
    'x-forwarded-host': request.get('x-forwarded-host') ?? request.get('host') ?? publicUrl.host,
    'x-forwarded-proto': request.get('x-forwarded-proto') ?? publicUrl.protocol.slice(0, -1),
    // Node frames bodies of GET and DELETE only when told to
    ...(request.headers['transfer-encoding'] !== undefined && { 'transfer-encoding': 'chunked' }),
  };
}
