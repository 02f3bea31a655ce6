/**
 * The front: the one address that browsers, programs and Slack call. It serves the app and passes `/v1` and `/slack` on
 * by a fixed table. It knows nobody: who may do what is decided by the service that answers.
 */
import express, { type ErrorRequestHandler, type Express, type Router } from 'express';

import { appFiles, BUILT_APP, securityHeaders, toPublicUrl } from './app-files.js';
import type { ConsoleEnvironment } from './environment.js';
import type { FrontLog } from './front-log.js';
import { readiness } from './health.js';
import { mergedList } from './merged-list.js';
import { mergedMetrics } from './metrics.js';
import { mergedOpenApi } from './openapi.js';
import { assignRequestId, NO_ROUTE, sendProblem } from './problem.js';
import { forward } from './proxy.js';
import { addressOf, ownerOf, PEER_NAMES, type PeerName, type Peers } from './routes.js';

export interface FrontOptions {
  /** What browsers and Slack call us. */
  publicUrl: string;
  peers: Peers;
  environment: ConsoleEnvironment;
  /** Directory of the built app; next to the built server when left out. */
  appDir?: string;
  /** Routes before all others. */
  extra?: Router;
  log?: FrontLog;
}

const SILENT: FrontLog = { warn: () => {} };

export function createFront({ publicUrl, peers, environment, appDir = BUILT_APP, extra, log = SILENT }: FrontOptions): Express {
  const url = new URL(publicUrl);
  const front = express();
  front.disable('x-powered-by');
  front.use(assignRequestId);
  front.use(toPublicUrl(url));
  if (extra) front.use(extra);
  front.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  front.get('/health/ready', readiness(peers));
  front.get('/metrics', mergedMetrics(peers));
  front.get('/openapi.json', mergedOpenApi(peers));
  front.get('/v1/audit', mergedList({ peers, path: '/v1/audit', time: 'at' }));
  front.get('/v1/dead-letters', mergedList({ peers, path: '/v1/dead-letters', time: 'receivedAt' }));
  front.use((request, response, next) => {
    const service = serviceOf(request.path);
    if (service) forward(request, response, { service, address: addressOf(peers, service), publicUrl: url, log });
    else next();
  });
  front.get('/console/environment.json', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(environment);
  });
  front.use(securityHeaders(url), appFiles(appDir));
  front.use((request, response) => {
    sendProblem(request, response, NO_ROUTE);
  });
  front.use(lastResort(log));
  return front;
}

/**
 * A dead letter's id begins with its service, which is the one that may replay or delete it. One that names none is nobody's;
 * it does not matter which service says so, but one has to: it asks first who is calling.
 */
function serviceOf(path: string): PeerName | undefined {
  const [, id] = /^\/v1\/dead-letters\/([^/]*)/i.exec(path) ?? [];
  if (id === undefined) return ownerOf(path);
  const [prefix] = id.split(/:|%3A/i);
  return PEER_NAMES.find((name) => name === prefix) ?? 'connector';
}

/** A missing file has a status of its own; everything else here is a defect. */
function lastResort(log: FrontLog): ErrorRequestHandler {
  return (error: { status?: number }, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = error.status ?? 500;
    if (status < 500) {
      sendProblem(request, response, status === 404 ? NO_ROUTE : { status, code: status === 413 ? 'too_large' : 'invalid_request', title: 'The request is not valid', detail: 'The address or the body cannot be read.' });
      return;
    }
    log.warn({ err: error, requestId: request.get('x-request-id') }, 'request failed');
    sendProblem(request, response, { status: 500, code: 'internal', title: 'Something went wrong', detail: 'This is a defect of Tocsin. The request id leads to it in the log.' });
  };
}
