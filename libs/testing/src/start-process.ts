/** Runs a built entry point as a process of its own, the way an operator does, and waits until it says that it is ready. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { freePort } from './free-port.js';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface StartedProcess {
  /** The address on its ready line. */
  url: string;
  pid: number;
  /** What it printed so far, on both streams. */
  output: () => string;
  /** Asks it to end (SIGTERM) and waits; after the 15 seconds that a service may take it is killed and that is an error. */
  stop: () => Promise<void>;
  /** kill -9. */
  kill: () => Promise<void>;
}

export interface StartOptions {
  /** Milliseconds until it must be ready; 60,000 unless given. */
  timeout?: number;
  args?: readonly string[];
}

const STOP_TIMEOUT_MS = 15_000;

/**
 * @param entry path from the repository's root, for example `services/issues/dist/main.js`
 * @param env its settings; beside them it sees only what a program needs to run at all
 * @throws Error with what it printed when it ends, or is not ready in time
 */
export async function startProcess(entry: string, env: Record<string, string>, { timeout = 60_000, args = [] }: StartOptions = {}): Promise<StartedProcess> {
  const { PATH = '', HOME = '/', LANG = 'C.UTF-8' } = process.env;
  const child = spawn(process.execPath, [entry, ...args], { cwd: ROOT, env: { PATH, HOME, LANG, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  const collect = (chunk: Buffer): void => { output += chunk.toString(); };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const url = await ready(child, entry, timeout, () => output);
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      if (hasEnded(child)) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(late);
      if (child.signalCode === 'SIGKILL') throw new Error(`${entry} did not end within ${STOP_TIMEOUT_MS} ms of SIGTERM:\n${output}`);
    },
    kill: async () => {
      if (hasEnded(child)) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The Slack sandbox on a free port. `env` adds to its settings. */
export async function startSandboxProcess(env: Record<string, string> = {}): Promise<StartedProcess> {
  return startProcess('services/slack-sandbox/dist/main.js', { SANDBOX_PORT: String(await freePort()), ...env });
}

async function ready(child: ChildProcess, entry: string, timeout: number, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      settle();
    };
    const fail = (what: string): void => {
      finish(() => { reject(new Error(`${entry} ${what}:\n${output()}`)); });
    };
    const look = (): void => {
      const url = /^.*\bready\b.*?(https?:\/\/[^\s"]+).*\n/m.exec(output())?.[1];
      if (url !== undefined) finish(() => { resolve(url); });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`was not ready within ${timeout} ms`);
    }, timeout);
    child.stdout?.on('data', look);
    child.once('exit', (code, signal) => { fail(`ended with ${signal ?? code ?? 'nothing'} before it was ready`); });
    child.once('error', (error) => { fail(`did not start (${error.message})`); });
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
