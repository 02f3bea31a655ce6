/** connector and issues as far as notifier asks them: which connections there are, their tokens, and that no command is on its way. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ConnectionChanged } from '@tocsin/contracts';

import { connectionId, ORGANIZATION, tokenOf } from './traffic.js';

const SCOPES = ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email', 'chat:write.public'];

export class PlayedPeers {
  private readonly server: Server;

  private constructor(private connections: ReadonlyMap<string, ConnectionChanged>) {
    this.server = createServer((request, response) => {
      const answer = this.answer(new URL(request.url ?? '', 'http://peer'));
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
    });
  }

  /**
   * @param connections how many workspaces are connected, each with a connection of its own
   * @param paused whether sending is paused for all of them until {@link resume}
   */
  static async start(connections: number, paused: boolean): Promise<PlayedPeers> {
    const peers = new PlayedPeers(byId(Array.from({ length: connections }, (_, number) => aConnection(number, paused))));
    await new Promise<void>((resolve) => peers.server.listen(0, '127.0.0.1', resolve));
    return peers;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sending goes on everywhere. @returns what connector would say of it */
  resume(): ConnectionChanged[] {
    const resumed = [...this.connections.values()].map((connection) => Object.assign({}, connection, { paused: false, version: connection.version + 1 }));
    this.connections = byId(resumed);
    return resumed;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ pathname }: URL): unknown {
    const [, , kind, first = '', second = ''] = pathname.split('/').map(decodeURIComponent);
    if (kind === 'commands') return first === 'in-transit' ? { count: 0 } : undefined;
    if (first === '') return { items: [...this.connections.values()] };
    const connection = this.connections.get(first);
    return connection && second === 'credential' ? { token: tokenOf(first), credentialVersion: connection.credentialVersion } : connection;
  }
}

function byId(connections: readonly ConnectionChanged[]): ReadonlyMap<string, ConnectionChanged> {
  return new Map(connections.map((connection) => [connection.id, connection]));
}

function aConnection(number: number, paused: boolean): ConnectionChanged {
  const since = new Date().toISOString();
  return {
    id: connectionId(number), organizationId: ORGANIZATION, method: 'token', workspace: { id: `TBENCH${number}`, name: `Bench ${number}`, url: `https://bench-${number}.slack.com` },
    bot: { userId: `UBENCH${number}`, name: 'tocsin' }, appId: 'ABENCH', scopes: SCOPES, missingScopes: [], paused, version: 1, credentialVersion: 1,
    health: { state: 'connected', since }, token: { hint: 'ench', updatedAt: since }, createdAt: since,
  };
}
