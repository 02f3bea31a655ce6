/** A small server that plays the front, and the CLI before it. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { run } from '../src/program.js';

export type Answer = (response: ServerResponse) => void;

export interface Asked {
  /** Method and address, readable. */
  route: string;
  body: unknown;
  headers: Record<string, unknown>;
}

/** An answer of the API. */
export function json(body?: unknown, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body));
  };
}

/** A page of a list. @param more what stands beside its items */
export function page(items: readonly unknown[], nextCursor: string | null = null, more: object = {}): Answer {
  return json({ items, nextCursor, ...more });
}

export class PlayedFront {
  asked: Asked[] = [];
  /** What is answered next, in order. */
  answers: Answer[] = [];
  private readonly server: Server;

  /** @param otherwise the answer where none is left */
  constructor(private readonly otherwise: Answer) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const text = Buffer.concat(chunks).toString();
        this.asked.push({ route: `${request.method ?? ''} ${decodeURIComponent(request.url ?? '')}`, body: text === '' ? undefined : (JSON.parse(text) as unknown), headers: request.headers });
        (this.answers.shift() ?? this.otherwise)(response);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get routes(): string[] {
    return this.asked.map(({ route }) => route);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  clear(): void {
    [this.asked, this.answers] = [[], []];
  }

  async tocsin(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const environment = { TOCSIN_URL: this.url, TOCSIN_TOKEN: 't' };
    const code = await run(args, { environment, out: (text) => { out += text; }, err: (text) => { err += text; }, read: () => Promise.reject(new Error('nothing to read')) });
    return { code, out, err };
  }
}
