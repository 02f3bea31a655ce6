/** A sandbox for one spec file: on a free port, with a clock that stands still until it is moved. */
import { startSandbox } from '../src/index.js';

export const ACME = 'xoxb-sandbox-acme';
export const NO_EMAIL = 'xoxb-sandbox-acme-no-email';

export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { ok: boolean; error?: string };
}

export interface RunningSandbox {
  url: string;
  /** Calls a Web API method as a form, the way Slack's own client does. */
  call: (method: string, args?: Record<string, unknown>, token?: string) => Promise<ApiAnswer>;
  /** A control endpoint: GET without a body, else POST. */
  control: (path: string, body?: unknown) => Promise<{ status: number; body: Record<string, unknown> }>;
  /** Everything as it was at the start. */
  reset: () => Promise<void>;
  /** Moves the sandbox's clock. */
  pass: (seconds: number) => void;
  close: () => Promise<void>;
}

export async function runningSandbox(): Promise<RunningSandbox> {
  let now = Date.now();
  const { url, close } = await startSandbox({ port: 0, now: () => now });
  const control: RunningSandbox['control'] = async (path, body) => {
    const response = await fetch(`${url}/sandbox/${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    url,
    control,
    close,
    reset: async () => { await control('reset', {}); },
    pass: (seconds) => { now += seconds * 1000; },
    call: async (method, args = {}, token = ACME) => {
      const response = await fetch(`${url}/api/${method}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: formOf(args) });
      return answerOf(response);
    },
  };
}

export async function answerOf(response: Response): Promise<ApiAnswer> {
  return { status: response.status, headers: response.headers, body: (await response.json()) as ApiAnswer['body'] };
}

function formOf(args: Record<string, unknown>): URLSearchParams {
  return new URLSearchParams(Object.entries(args).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]));
}
