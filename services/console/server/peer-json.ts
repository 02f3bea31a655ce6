/** Asks a service for JSON on behalf of the caller: for what the front puts together from several answers. */
import type { Request } from 'express';

import { addressOf, type PeerName, type Peers } from './routes.js';

const DEADLINE_MS = 10_000;

export interface PeerAnswer {
  service: PeerName;
  /** 0 = could not be reached or did not answer with JSON. */
  status: number;
  body: unknown;
  /** How to say who is calling, where that was refused (`WWW-Authenticate`, RFC 9110). */
  challenge?: string;
}

/** The caller's own token goes along, so each service decides what it shows. */
export async function askPeer(peers: Peers, service: PeerName, path: string, request: Request): Promise<PeerAnswer> {
  const authorization = request.get('authorization');
  try {
    const response = await fetch(`${addressOf(peers, service)}${path}`, {
      headers: { accept: 'application/json', 'x-request-id': request.get('x-request-id') ?? '', ...(authorization !== undefined && { authorization }) },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const challenge = response.headers.get('www-authenticate');
    return { service, status: response.status, body: await response.json(), ...(challenge !== null && { challenge }) };
  } catch {
    return { service, status: 0, body: undefined };
  }
}
