/**
 * Tokens of connections, in memory only. They are asked from connector, live five minutes, and are served stale while
 * connector cannot be reached, so that its restart stops no message.
 */
import { Injectable } from '@nestjs/common';

import { InternalClient, PeerUnavailable } from '@tocsin/platform';

export interface Credential {
  token: string;
  credentialVersion: number;
}

const FRESH_MS = 5 * 60 * 1000;

@Injectable()
export class Credentials {
  private readonly known = new Map<string, { credential: Credential; fetchedAt: number }>();

  constructor(private readonly peers: InternalClient) {}

  /** @returns undefined when connector has no such connection. @throws PeerUnavailable when connector is away and no token is known */
  async of(connectionId: string): Promise<Credential | undefined> {
    const known = this.known.get(connectionId);
    if (known && performance.now() - known.fetchedAt < FRESH_MS) return known.credential;
    try {
      const credential = await this.peers.get<Credential>('connector', `/internal/connections/${encodeURIComponent(connectionId)}/credential`);
      if (credential) this.known.set(connectionId, { credential, fetchedAt: performance.now() });
      else this.known.delete(connectionId);
      return credential;
    } catch (error) {
      if (error instanceof PeerUnavailable && known) return known.credential;
      throw error;
    }
  }

  /** The connection changed: its next use asks anew. */
  forget(connectionId: string): void {
    this.known.delete(connectionId);
  }
}
