/** Listens on an address, or on loopback in both families when none is given, so that `localhost` works either way. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerUnreadable } from './unreadable-request.js';

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** @throws Error with one clear sentence when the port is taken */
export async function listen(handler: RequestListener, port: number, host: string | undefined): Promise<Listening> {
  const first = await bind(handler, port, host ?? '127.0.0.1');
  const bound = (first.address() as AddressInfo).port;
  const second = host === undefined ? await bind(handler, bound, '::1').catch(unlessTaken) : undefined;
  const shown = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${bound}`,
    close: async () => {
      await Promise.all([first, second].map(closeServer));
    },
  };
}

async function bind(handler: RequestListener, port: number, host: string): Promise<Server> {
  // A report of 100 MB over a slow line takes longer than Node's five minutes; without those, headers would have all the time as well.
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0, headersTimeout: 60_000 }, handler);
  server.on('clientError', answerUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? Object.assign(new Error(`Port ${port} is taken by another program; set PORT to a free one.`), { code: error.code }) : error);
    });
    server.listen(port, host, resolve);
  });
  return server;
}

/** A machine without IPv6 is served on IPv4 alone. */
function unlessTaken(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw error;
}

async function closeServer(server: Server | undefined): Promise<void> {
  if (!server) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const deadline = setTimeout(() => {
    server.closeAllConnections(); // event streams never end by themselves
  }, 2000);
  await closed;
  clearTimeout(deadline);
}
