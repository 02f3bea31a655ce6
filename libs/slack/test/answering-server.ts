/** A local HTTP server in Slack's place: it answers as a test says and keeps what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';

export interface Received {
  path: string;
  authorization: string | undefined;
  form: URLSearchParams;
  /** Of messages, which go as JSON. */
  json?: unknown;
}

export type Reply = (request: Received, response: ServerResponse) => void;

export class AnsweringServer {
  /** What it answers next; set by each test. */
  reply: Reply = answering({ ok: false, error: 'nothing_set' });
  received: Received[] = [];
  readonly server: Server;
  baseUrl = '';

  private constructor() {
    this.server = createServer((request, response) => {
      void readBody(request).then((body) => {
        const isJson = request.headers['content-type']?.startsWith('application/json') === true;
        const call = { path: request.url ?? '', authorization: request.headers.authorization, form: new URLSearchParams(isJson ? '' : body), ...(isJson && { json: JSON.parse(body) as unknown }) };
        this.received.push(call);
        this.reply(call, response);
      });
    });
  }

  static async start(): Promise<AnsweringServer> {
    const started = new AnsweringServer();
    started.baseUrl = await listen(started.server);
    return started;
  }

  async stop(): Promise<void> {
    await stop(this.server);
  }
}

/** Answers every request alike. @param body text as it is, anything else as JSON */
export function answering(body: unknown, headers: Record<string, string> = {}, status = 200): Reply {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** @returns its address on this machine */
export async function listen(target: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
}

export async function stop(target: Server | TcpServer): Promise<void> {
  await new Promise<void>((resolve) => {
    target.close(() => {
      resolve();
    });
    if ('closeAllConnections' in target) target.closeAllConnections();
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
