/**
 * Starts the sandbox. Without a host it listens on both loopback addresses, so that `localhost` works whichever way it is
 * resolved; a machine without IPv6 gets the one that it has.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import express, { type Express } from 'express';

import { control } from './control.js';
import { oauthPages } from './oauth.js';
import { page, pageHeaders } from './page/page.js';
import { webApi } from './web-api.js';
import { World } from './world.js';

export interface SandboxOptions {
  /** 0 = any free one. */
  port: number;
  /** Default: 127.0.0.1 and ::1. */
  host?: string;
  log?: (line: string) => void;
  /** Milliseconds; for tests of what takes minutes. */
  now?: () => number;
}

export interface Sandbox {
  url: string;
  port: number;
  close: () => Promise<void>;
}

/** Listens until closed. Rejects with one sentence when the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const app = sandboxApp(new World(options.now ?? Date.now));
  const servers = await listen(app, options);
  const port = (servers[0]?.address() as AddressInfo).port;
  const url = `http://${shownHost(options.host)}:${port}`;
  options.log?.(`slack-sandbox listens on port ${port}`);
  return { url, port, close: async () => { await Promise.all(servers.map(stop)); } };
}

function sandboxApp(world: World): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use('/api', webApi(world));
  app.use('/oauth', pageHeaders, oauthPages(world));
  app.use('/sandbox', control(world));
  app.use(page(world));
  return app;
}

function shownHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

async function listen(app: Express, { port, host }: SandboxOptions): Promise<Server[]> {
  if (host !== undefined) return [await listenOn(app, port, host)];
  const first = await listenOn(app, port, '127.0.0.1');
  const second = await listenOn(app, (first.address() as AddressInfo).port, '::1').catch((error: unknown) => error);
  if (second instanceof Error) {
    if (!isTaken(second)) return [first];
    await stop(first);
    if (port === 0) return listen(app, { port });
    throw second;
  }
  return [first, second as Server];
}

function listenOn(app: Express, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(app);
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`Port ${port} on ${host} is taken by another program.`, { cause: error }) : error);
    });
    server.listen(port, host, () => { resolve(server); });
  });
}

function isTaken(error: Error): boolean {
  return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'EADDRINUSE';
}

/** Ends open connections too: one that a fault made hang would never end by itself. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => { resolve(); });
    server.closeAllConnections();
  });
}
