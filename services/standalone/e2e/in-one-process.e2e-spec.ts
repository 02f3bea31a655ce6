import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, startProcess } from '@tocsin/testing';

import { theMainJob } from './journey.suite.js';
import type { Product } from './product.js';

async function standalone(): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-journey-'));
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const running = await startProcess('services/standalone/dist/main.js', { PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATA_DIR: dataDir, LOG_LEVEL: 'warn' }, { timeout: 60_000 });
  const url = `http://localhost:${port}`;
  return {
    url,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    token: async (user, organization = 'acme', roles = ['admin']) => {
      const response = await fetch(`${url}/v1/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user, organization, roles }) });
      return ((await response.json()) as { token: string }).token;
    },
    stop: async () => {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

theMainJob('in one process with the in-process bus and embedded PostgreSQL', standalone);
