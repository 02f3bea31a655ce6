/** Ready = every service behind the front is; which one is not is named. */
import type { RequestHandler } from 'express';

import { askPeer } from './peer-json.js';
import { PEER_NAMES, type Peers } from './routes.js';

export function readiness(peers: Peers): RequestHandler {
  return async (request, response) => {
    const answers = await Promise.all(PEER_NAMES.map((service) => askPeer(peers, service, '/health/ready', request)));
    const parts = Object.fromEntries(answers.map(({ service, status }) => [service, status === 200 ? 'ready' : status === 0 ? 'unreachable' : 'unavailable']));
    const ready = answers.every(({ status }) => status === 200);
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', parts });
  };
}
