/** Calls between services: authenticated by the service secret, with a deadline, and a 404 as a value. */
import { signServiceToken } from '../auth/service-token.js';

export type PeerName = 'connector' | 'issues' | 'workflows' | 'notifier';

/** Base addresses of the other services; read at each call, since in one process they are known only once all listen. */
export type Peers = Readonly<Record<PeerName, string>>;

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

  /** @returns the JSON answer; undefined on 404. @throws PeerUnavailable on everything else that is not 2xx */
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
      response = await fetch(`${this.peers[peer]}${path}`, {
        method,
        headers: { authorization: `Bearer ${await signServiceToken(this.service, this.secret)}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(5000),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (response.ok) return (await response.json()) as T;
    } catch (error) {
      throw new PeerUnavailable(peer, error);
    }
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new PeerUnavailable(peer, new Error(`HTTP ${response.status}`));
  }
}

/** An id of dots from outside would make another route of the path (`/connections/.` is `/connections/`); nothing has such an id. */
function leadsWhereItSays(path: string): boolean {
  return new URL(path, 'http://peer').pathname === path.split('?')[0];
}
