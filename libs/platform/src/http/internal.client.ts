/** Calls between services: authenticated by the service secret, with a deadline, and what a peer does not have as a value. */
import type { Problem } from '@tocsin/contracts';

import { signServiceToken } from '../auth/service-token.js';

export type PeerName = 'connector' | 'issues' | 'workflows' | 'notifier';

/** Base addresses of the other services; read at each call, since in one process they are known only once all listen. */
export type Peers = Readonly<Record<PeerName, string>>;

/** What a service of ours calls an address that it has nothing at. */
const NO_ROUTE = 'urn:tocsin:problem:no_route';

/** The peer could not be reached or could not answer; the call may be tried again. */
export class PeerUnavailable extends Error {
  constructor(peer: PeerName, cause: unknown) {
    super(`${peer} cannot be reached`, { cause });
    this.name = 'PeerUnavailable';
  }
}

export class InternalClient {
  constructor(
    private readonly service: string,
    private readonly peers: Peers,
    private readonly secret: Uint8Array,
  ) {}

  /** @returns the JSON answer; undefined when the peer says that it has no such thing. @throws PeerUnavailable on everything else that is not 2xx */
  async get<T>(peer: PeerName, path: string): Promise<T | undefined> {
    return this.call<T>(peer, 'GET', path);
  }

  /** As {@link get}, with a JSON body. */
  async post<T>(peer: PeerName, path: string, body: unknown): Promise<T | undefined> {
    return this.call<T>(peer, 'POST', path, body);
  }

  private async call<T>(peer: PeerName, method: string, path: string, body?: unknown): Promise<T | undefined> {
    if (!leadsWhereItSays(path)) return undefined;
    let response: Response;
    try {
      response = await fetch(`${this.peers[peer].replace(/\/+$/, '')}${path}`, {
        method,
        headers: { authorization: `Bearer ${await signServiceToken(this.service, this.secret)}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(5000),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (response.ok) return (await response.json()) as T;
    } catch (error) {
      throw new PeerUnavailable(peer, error);
    }
    const text = await response.text().catch(() => '');
    if (response.status === 404 && saysThereIsNone(text)) return undefined;
    throw new PeerUnavailable(peer, new Error(`HTTP ${response.status}`));
  }
}

/** Whoever does not know the route, or is not the peer at all, says nothing of what was asked for. */
function saysThereIsNone(text: string): boolean {
  try {
    return (JSON.parse(text) as Partial<Problem>).type !== NO_ROUTE;
  } catch {
    return false;
  }
}

/** An id of dots from outside would make another route of the path (`/connections/.` is `/connections/`); nothing has such an id. */
function leadsWhereItSays(path: string): boolean {
  return new URL(path, 'http://peer').pathname === path.split('?')[0];
}
