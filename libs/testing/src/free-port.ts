/** A port that nobody listens on at this moment. */
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one of those could be taken again before it is used. */
const [LOWEST, HIGHEST] = [15_000, 32_000];
const ATTEMPTS = 50;

/** @throws Error when none was found among many */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${ATTEMPTS} ports between ${LOWEST} and ${HIGHEST} was free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => { resolve(false); });
    server.listen(port, '127.0.0.1', () => { resolve(true); });
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
