/** Calls Tocsin's HTTP API. What goes wrong is a {@link CliFailure} with a sentence and, where there is one, the remedy. */
import type { Problem } from '@tocsin/contracts';

import { CliFailure, EXIT } from './exit-code.js';

export interface ClientSettings {
  /** Address of Tocsin. */
  url: string;
  /** Bearer token or API key; undefined = none is sent. */
  token: string | undefined;
}

export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** Statuses beyond 2xx that are an answer as well. */
  alsoGood?: readonly number[];
  timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

export class TocsinClient {
  constructor(private readonly settings: ClientSettings) {}

  async get<T>(path: string, options?: CallOptions): Promise<T> {
    return (await this.call<T>('GET', path, options)).body;
  }

  async call<T>(method: string, path: string, { body, raw, headers, alsoGood = [], timeoutMs = TIMEOUT_MS }: CallOptions = {}): Promise<{ status: number; body: T }> {
    const { token } = this.settings;
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const address = this.address(path);
    let status: number;
    let text: string;
    try {
      const response = await fetch(address, {
        method,
        headers: { accept: 'application/json', ...(sent !== undefined && { 'content-type': 'application/json' }), ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
        signal: AbortSignal.timeout(timeoutMs),
        ...(sent !== undefined && { body: sent }),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw this.unreachable(error);
    }
    const content = readJson(text);
    if ((status >= 200 && status < 300) || (alsoGood.includes(status) && content !== undefined)) return { status, body: content as T };
    throw refusal(status, content, token === undefined);
  }

  /** The lines of an answer that ends when the server says so, or `until` does. */
  async *lines(path: string, headers: Record<string, string>, until?: AbortSignal): AsyncGenerator<string> {
    const { token } = this.settings;
    const response = await fetch(this.address(path), {
      headers: { accept: 'text/event-stream', ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
      ...(until && { signal: until }),
    }).catch((error: unknown) => { throw this.unreachable(error); });
    if (!response.ok || !response.body) throw refusal(response.status, readJson(await response.text()), token === undefined);
    let rest = '';
    try {
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
    } catch (error) {
      throw this.unreachable(error);
    }
  }

  private address(path: string): string {
    const { url } = this.settings;
    if (!URL.canParse(url) || !/^https?:\/\//i.test(url)) throw new CliFailure(EXIT.refused, `TOCSIN_URL must be an http or https address, not "${url}".`);
    return `${url.replace(/\/+$/, '')}${path}`;
  }

  private unreachable(error: unknown): CliFailure {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    const reason = name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? 'network error');
    return new CliFailure(EXIT.unavailable, `Tocsin cannot be reached at ${this.settings.url} (${reason}). Start it with npm start, or set TOCSIN_URL to where it runs.`);
  }
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function refusal(status: number, content: unknown, isAnonymous: boolean): CliFailure {
  const code = status >= 500 || status === 429 ? EXIT.unavailable : EXIT.refused;
  const problem = content as Partial<Problem> | undefined;
  if (typeof problem?.title !== 'string') return new CliFailure(code, `HTTP ${status}: the answer is not Tocsin’s. Check TOCSIN_URL.`);
  const lines = [describeProblem(problem)];
  if (status === 401) lines.push(isAnonymous ? 'Set TOCSIN_TOKEN to a bearer token or an API key.' : 'Set TOCSIN_TOKEN to a token that is valid.');
  if (problem.type === 'urn:tocsin:problem:sent_already') lines.push('(--force says it here)');
  return new CliFailure(code, lines.join('\n'), problem);
}

/** One message of problem details: what is wrong, where, and what to do. */
export function describeProblem({ title = 'Refused', detail, errors = [], slack, hint }: Partial<Problem>): string {
  const places = errors.map(({ pointer, parameter, header, message }) => `  ${pointer ?? parameter ?? header ?? ''}: ${message}`.replace(/^ {2}: /, '  '));
  const slackLine = slack && `  Slack says: ${slack.error}${slack.needed === undefined ? '' : ` (needs ${slack.needed})`}`;
  return [detail === undefined ? title : `${title}: ${detail}`, ...places, slackLine, hint].filter((line) => line !== undefined).join('\n');
}
