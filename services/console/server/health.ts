/**
 * Ready = there is something to pass requests on to, or one service that is away would take the console and all others with it. What
 * is not ready is named; requests to that are answered so.
 */
import type { RequestHandler } from 'express';

import { askPeer, type PeerAnswer } from './peer-json.js';
import { PEER_NAMES, type Peers } from './routes.js';

export function readiness(peers: Peers): RequestHandler {
  return async (request, response) => {
    const answers = await Promise.all(PEER_NAMES.map((service) => askPeer(peers, service, '/health/ready', request)));
    const parts = Object.fromEntries(answers.map((answer) => [answer.service, stateOf(answer)]));
    const states = new Set(Object.values(parts));
    const isServing = answers.some(({ status }) => status === 200);
    const isWhole = states.size === 1 && states.has('ready');
    response.status(isServing ? 200 : 503).json({ status: isWhole ? 'ok' : isServing ? 'degraded' : 'unavailable', parts });
  };
}

function stateOf({ status, body }: PeerAnswer): 'ready' | 'degraded' | 'unavailable' | 'unreachable' {
  if (status === 0) return 'unreachable';
  if (status !== 200) return 'unavailable';
  return (body as { status?: unknown }).status === 'degraded' ? 'degraded' : 'ready';
}
