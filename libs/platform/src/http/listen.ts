/** Listening on an address, or on loopback in both families when none is given. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerUnreadable } from './unreadable-request.js';

export interface Listening {
  /** Address of the first server, for people and peers. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** @throws Error with one clear sentence when the port is taken or the address is not ours */
export async function listen(handler: RequestListener, port: number, host: string | undefined): Promise<Listening> {
  const first = await bind(handler, port, host ?? '127.0.0.1');
  const bound = (first.address() as AddressInfo).port;
  const servers = [first];
  if (host === undefined) {
    const second = await bind(handler, bound, '::1').catch(async (error: unknown) => {
      if (!isAddressInUse(error)) return undefined; // a machine without IPv6 is served on IPv4 alone
      await closeServer(first);
      throw error;
    });
    if (second) servers.push(second);
  }
  const shown = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${bound}`,
    port: bound,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function bind(handler: RequestListener, port: number, host: string): Promise<Server> {
  // A report of 100 MB over a slow line takes longer than Node's five minutes; without those, headers would have all the time as well.
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0, headersTimeout: 60_000 }, handler);
  server.on('clientError', answerUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(isAddressInUse(error) ? Object.assign(new Error(`Port ${port} is taken by another program; set PORT to a free one.`), { code: 'EADDRINUSE' }) : error);
    });
    server.listen(port, host, resolve);
  });
  return server;
}

function isAddressInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, 5000);
  await closed;
  clearTimeout(deadline);
}
