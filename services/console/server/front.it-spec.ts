/** The front before services that are small real servers: what they got, and what the caller got back. */
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Problem } from '@tocsin/contracts';

import { createFront } from './front.js';
import { PEER_NAMES, type PeerName } from './routes.js';

type Handlers = Partial<Record<PeerName, RequestListener>>;

const opened: Server[] = [];
let appDir: string;
let front: string;

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts the front with these services; one that is left out is down. */
async function start(handlers: Handlers): Promise<void> {
  const peers = Object.fromEntries(
    await Promise.all(PEER_NAMES.map(async (name) => [name, handlers[name] ? await serve(handlers[name]) : 'http://127.0.0.1:1'] as const)),
  ) as Record<PeerName, string>;
  const holder: { app?: RequestListener } = {};
  front = await serve((request, response) => holder.app?.(request, response));
  holder.app = createFront({ publicUrl: front, peers, appDir, environment: { slackSandbox: true, developmentIssuer: true, sandboxUrl: 'http://localhost:3001' } }) as RequestListener;
}

function json(body: unknown, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

beforeEach(() => {
  appDir = mkdtempSync(join(tmpdir(), 'tocsin-console-'));
  mkdirSync(join(appDir, 'assets'));
  writeFileSync(join(appDir, 'index.html'), '<title>Tocsin</title>');
  writeFileSync(join(appDir, 'assets', 'app-1234.js'), 'export {};');
});

afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(appDir, { recursive: true });
});

describe('passing on', () => {
  test('a request reaches its service with method, query, body and token, and the answer comes back whole', async () => {
    await start({
      issues: (request, response) => {
        void textOf(request).then((body) => {
          response.writeHead(202, { 'content-type': 'application/json', location: '/v1/scans/1', connection: 'x-inner', 'x-inner': 'stays' });
          response.end(JSON.stringify({ method: request.method, url: request.url, body, headers: request.headers }));
        });
      },
    });
    const response = await fetch(`${front}/v1/scans?application=shop%20app`, { method: 'POST', body: '{"runs":[]}', headers: { authorization: 'Bearer t', 'x-request-id': 'r-1' } });
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe('/v1/scans/1');
    expect(response.headers.get('x-inner')).toBeNull();
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/v1/scans?application=shop%20app',
      body: '{"runs":[]}',
      headers: { authorization: 'Bearer t', 'x-request-id': 'r-1', 'x-forwarded-proto': 'http', 'x-forwarded-host': new URL(front).host, 'x-forwarded-for': expect.stringContaining('127.0.0.1') },
    });
  });

  test('an event stream arrives event by event, and the service learns when the reader has left', async () => {
    let left: () => void = () => {};
    const readerLeft = new Promise<void>((resolve) => (left = resolve));
    await start({
      notifier: (_request, response) => {
        response.on('close', left);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: delivery\ndata: {}\n\n');
      },
    });
    const abort = new AbortController();
    const response = await fetch(`${front}/v1/deliveries/stream`, { signal: abort.signal });
    const first = await response.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('event: delivery\ndata: {}\n\n');
    abort.abort();
    await readerLeft;
  });

  test('a large body streams through: the service has its beginning before the sender has finished', async () => {
    let begun: () => void = () => {};
    const serviceBegan = new Promise<void>((resolve) => (begun = resolve));
    await start({
      issues: (request, response) => {
        request.once('data', begun);
        void textOf(request).then((body) => response.end(String(body.length)));
      },
    });
    const answer = new Promise<string>((resolve, reject) => {
      const sending = httpRequest(`${front}/v1/scans?application=a`, { method: 'POST' }, (response) => void textOf(response).then(resolve, reject));
      sending.on('error', reject);
      sending.write('x'.repeat(70_000));
      void serviceBegan.then(() => sending.end('y'.repeat(70_000)));
    });
    expect(await answer).toBe('140000');
  });

  test('a service that is down is a 503 with problem details that name it', async () => {
    await start({});
    const response = await fetch(`${front}/v1/issues`, { headers: { 'x-request-id': 'r-2' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({ status: 503, instance: '/v1/issues', requestId: 'r-2', detail: expect.stringContaining('"issues"') });
  });

  test.each(['/v1/nothing', '/v1/issuesx', '/internal/api-keys', '/slack/other'])('%s is nobody’s: 404 with problem details', async (path) => {
    await start(Object.fromEntries(PEER_NAMES.map((name) => [name, json({})])));
    const response = await fetch(`${front}${path}`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(404);
    expect(((await response.json()) as Problem).type).toBe('urn:tocsin:problem:no_route');
  });
});

describe('a service that answers before it has read the body', () => {
  const MB = 1024 * 1024;

  /** Refuses without a look at the body, as a guard does. */
  function refusing(status: number, afterwards: (request: IncomingMessage) => void = () => {}): RequestListener {
    return (request, response) => {
      if (request.method === 'GET') response.end('read');
      else response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status }), () => { afterwards(request); });
    };
  }

  /** One request over `agent`, sent and its answer read to the end. */
  async function ask(agent: Agent, method: string, body?: Buffer): Promise<{ status: number | undefined; text: string; isReused: boolean }> {
    const signal = AbortSignal.timeout(3000);
    const sending = httpRequest(`${front}/v1/scans`, { method, agent, signal });
    sending.end(body);
    const [[answer]] = (await Promise.all([once(sending, 'response'), once(sending, 'finish', { signal })])) as [[IncomingMessage], unknown];
    return { status: answer.statusCode, text: await textOf(answer), isReused: sending.reusedSocket };
  }

  test.each([1, 4, 8])('is heard at once, and the connection can be used again: %d MB', async (megabytes) => {
    await start({ issues: refusing(401) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers = [];
    for (let time = 0; time < 4; time++) answers.push(await ask(agent, 'POST', Buffer.alloc(megabytes * MB)), await ask(agent, 'GET'));
    agent.destroy();
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(Array.from({ length: 4 }, () => ['401 {"status":401}', '200 read']).flat());
    expect(answers.map(({ isReused }) => isReused)).toEqual([false, ...Array<boolean>(7).fill(true)]);
  });

  test.each([1, 4, 8])('is heard by fetch as well: %d MB', async (megabytes) => {
    await start({ issues: refusing(415) });
    for (let time = 0; time < 4; time++) {
      const response = await fetch(`${front}/v1/scans`, { method: 'POST', body: Buffer.alloc(megabytes * MB), signal: AbortSignal.timeout(3000) });
      expect([response.status, await response.text()]).toEqual([415, '{"status":415}']);
    }
  });

  /** Sends all of its body before it reads anything, as Python's http.client does. */
  async function sendThenRead(socket: Socket, body: Buffer): Promise<string> {
    socket.pause();
    await new Promise((resolve, reject) => {
      socket.once('error', reject).write(Buffer.concat([Buffer.from(`POST /v1/scans HTTP/1.1\r\nhost: front\r\ncontent-length: ${body.length}\r\n\r\n`), body]), resolve);
    });
    const read = once(socket, 'data', { signal: AbortSignal.timeout(3000) });
    socket.resume();
    const [bytes] = (await read) as [Buffer];
    return bytes.toString();
  }

  test.each([1, 4, 8])('does not leave those stuck who send all before they read: %d MB', async (megabytes) => {
    await start({ issues: refusing(400) });
    const socket = connect(Number(new URL(front).port), '127.0.0.1');
    for (let time = 0; time < 4; time++) expect(await sendThenRead(socket, Buffer.alloc(megabytes * MB))).toMatch(/^HTTP\/1.1 400 /);
    socket.destroy();
  });

  test.each([1, 4, 8])('may close its connection afterwards; the answer arrives, and the caller’s connection goes on: %d MB', async (megabytes) => {
    await start({ issues: refusing(413, ({ socket }) => { socket.destroySoon(); }) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let time = 0; time < 25; time++) expect(await ask(agent, 'POST', Buffer.alloc(megabytes * MB))).toMatchObject({ status: 413, text: '{"status":413}' });
    await expect(ask(agent, 'GET')).resolves.toMatchObject({ status: 200, isReused: true });
    agent.destroy();
  });

  test('and one that hangs up in the middle without an answer is away: 503, and the caller’s connection goes on', async () => {
    await start({ issues: (request, response) => (request.method === 'GET' ? response.end('read') : request.once('data', () => { request.socket.resetAndDestroy(); })) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let time = 0; time < 4; time++) await expect(ask(agent, 'POST', Buffer.alloc(4 * MB))).resolves.toMatchObject({ status: 503 });
    await expect(ask(agent, 'GET')).resolves.toMatchObject({ status: 200, isReused: true });
    agent.destroy();
  });

  test('ends the connection of who goes on to send for ever', async () => {
    await start({ issues: refusing(413) });
    const socket = connect(Number(new URL(front).port), '127.0.0.1').on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const answered = new Promise((resolve) => socket.once('data', resolve));
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MB), Buffer.from('\r\n')]);
    const send = (): void => { while (!socket.destroyed && socket.write(chunk)); };
    socket.on('drain', send).write('POST /v1/scans HTTP/1.1\r\nhost: front\r\ntransfer-encoding: chunked\r\n\r\n');
    send();
    expect(String(await answered)).toMatch(/^HTTP\/1.1 413 /);
    await closed;
    expect(socket.bytesWritten).toBeGreaterThan(256 * MB);
  }, 30_000);
});

describe('what several services answer together', () => {
  function listOf(field: string, times: readonly string[]): RequestListener {
    return (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit') ?? 50);
      json({ items: times.slice(from, to).map((time) => ({ id: time, [field]: time })), nextCursor: to < times.length ? String(to) : null })(request, response);
    };
  }

  test('the audit log is one list, newest first, page by page, each entry once and with its service', async () => {
    await start({ connector: listOf('at', ['09', '05', '04', '01']), issues: listOf('at', ['08', '07']), workflows: listOf('at', []), notifier: listOf('at', ['06', '03', '02']) });
    const pages: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const response = await fetch(`${front}/v1/audit?limit=4${cursor && `&cursor=${cursor}`}`);
      const page = (await response.json()) as { items: { id: string; service: string }[]; nextCursor: string | null };
      pages.push(page.items.map(({ id, service }) => `${id} ${service}`));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([
      ['09 connector', '08 issues', '07 issues', '06 notifier'],
      ['05 connector', '04 connector', '03 notifier', '02 notifier'],
      ['01 connector'],
    ]);
  });

  test('a service that is down is named and keeps its place; a refusal is the answer', async () => {
    await start({ connector: listOf('at', ['09']), issues: listOf('at', []), workflows: listOf('at', []) });
    const partial = (await (await fetch(`${front}/v1/audit`)).json()) as { items: unknown[]; nextCursor: string | null; unavailable: string[] };
    expect(partial).toMatchObject({ items: [{ id: '09', service: 'connector' }], unavailable: ['notifier'] });
    expect(partial.nextCursor).not.toBeNull();
    await start({ connector: json({ title: 'Not allowed' }, 403), issues: listOf('at', []), workflows: listOf('at', []), notifier: listOf('at', []) });
    const refused = await fetch(`${front}/v1/audit`);
    expect([refused.status, await refused.json()]).toEqual([403, { title: 'Not allowed' }]);
  });

  const ended = JSON.stringify({ connector: null, issues: null, workflows: null, notifier: null });
  test.each(['x', 'bnVsbA', ...['{"stranger":"1"}', ended].map((places) => Buffer.from(places).toString('base64url'))])('the cursor %s is not ours: the services say so, to whoever may ask', async (cursor) => {
    const service: RequestListener = (request, response) => {
      const place = new URL(request.url ?? '', 'http://x').searchParams.get('cursor');
      json({ place }, request.headers.authorization === undefined ? 401 : 400)(request, response);
    };
    await start({ connector: service, issues: service, workflows: service, notifier: service });
    for (const [headers, status] of [[{}, 401], [{ authorization: 'Bearer t' }, 400]] as const) {
      const response = await fetch(`${front}/v1/dead-letters?cursor=${cursor}`, { headers });
      expect([response.status, await response.json()]).toEqual([status, { place: '-' }]);
    }
  });

  test('dead letters of all services are one list, newest first; replay and deletion go to the service that the id names', async () => {
    const asked: string[] = [];
    const service = (name: PeerName, receivedAt: string): RequestListener => (request, response) => {
      asked.push(`${request.method ?? ''} ${name} ${request.url ?? ''}`);
      json(request.method === 'GET' ? { items: [{ id: `${name}:d1`, service: name, receivedAt }], nextCursor: null } : { by: name })(request, response);
    };
    await start({ connector: service('connector', '2026-11-25T10:00:00.000Z'), issues: json({ items: [], nextCursor: null }), workflows: service('workflows', '2026-11-25T12:00:00.000Z'), notifier: service('notifier', '2026-11-25T11:00:00.000Z') });
    const { items } = (await (await fetch(`${front}/v1/dead-letters?reason=invalid_data`)).json()) as { items: { id: string; service: string }[] };
    expect(items.map(({ id, service: by }) => [id, by])).toEqual([['workflows:d1', 'workflows'], ['notifier:d1', 'notifier'], ['connector:d1', 'connector']]);
    expect(asked).toContain('GET notifier /v1/dead-letters?reason=invalid_data');
    const replay = await fetch(`${front}/v1/dead-letters/${encodeURIComponent('notifier:d1')}/replay`, { method: 'POST' });
    expect(await replay.json()).toEqual({ by: 'notifier' });
    const deletion = await fetch(`${front}/v1/dead-letters/workflows:d1`, { method: 'DELETE' });
    expect(await deletion.json()).toEqual({ by: 'workflows' });
    expect(asked.slice(-2)).toEqual(['POST notifier /v1/dead-letters/notifier%3Ad1/replay', 'DELETE workflows /v1/dead-letters/workflows:d1']);
  });

  test.each([['POST', 'stranger:d1/replay'], ['POST', 'd1/replay'], ['DELETE', 'stranger:d1'], ['DELETE', 'x'], ['DELETE', 'connector'], ['DELETE', 'connector:'], ['GET', 'x']])('%s of the dead letter %s, whose id names no service, is answered by one that first asks who is calling', async (method, rest) => {
    const nobody = json({});
    await start({ connector: (request, response) => { json({ asked: `${request.method ?? ''} ${request.url ?? ''}` }, request.headers.authorization === undefined ? 401 : 404)(request, response); }, issues: nobody, workflows: nobody, notifier: nobody });
    for (const [headers, status] of [[{}, 401], [{ authorization: 'Bearer t' }, 404]] as const) {
      const response = await fetch(`${front}/v1/dead-letters/${rest}`, { method, headers });
      expect([response.status, await response.json()]).toEqual([status, { asked: `${method} /v1/dead-letters/${rest}` }]);
    }
  });

  test('the OpenAPI document has each path once, by its owner, and names what is missing', async () => {
    const part = (paths: string[], title: string): RequestListener => json({ info: { description: 'Times are RFC 3339.' }, paths: Object.fromEntries(paths.map((path) => [path, { get: { summary: title } }])), components: { schemas: { [title]: {} } } });
    await start({
      connector: part(['/v1/connections', '/v1/audit'], 'connector'),
      issues: part(['/v1/issues/{id}', '/v1/audit', '/v1/connections'], 'issues'),
      notifier: part(['/v1/connections/{id}/destinations'], 'notifier'),
    });
    const document = (await (await fetch(`${front}/openapi.json`)).json()) as { paths: Record<string, { get: { summary: string } }>; components: { schemas: object } };
    expect(Object.fromEntries(Object.entries(document.paths).map(([path, { get }]) => [path, get.summary]))).toEqual({
      '/v1/connections': 'connector', '/v1/audit': 'connector', '/v1/issues/{id}': 'issues', '/v1/connections/{id}/destinations': 'notifier',
    });
    expect(document).toMatchObject({ openapi: '3.1.0', info: { description: expect.stringMatching(/Times are RFC 3339\. The routes of workflows are missing here/) }, 'x-unavailable': ['workflows'] });
    expect(Object.keys(document.components.schemas)).toEqual(['connector', 'issues', 'notifier']);
  });

  test.each<[string, Handlers, number, string, object]>([
    ['every service is', { connector: json({}), issues: json({}), workflows: json({}), notifier: json({}) }, 200, 'ok', { connector: 'ready', issues: 'ready', workflows: 'ready', notifier: 'ready' }],
    ['one is not', { connector: json({}), issues: json({}, 503), workflows: json({}) }, 200, 'degraded', { connector: 'ready', issues: 'unavailable', workflows: 'ready', notifier: 'unreachable' }],
    ['one waits for its message bus', { connector: json({}), issues: json({ status: 'degraded' }), workflows: json({}), notifier: json({}) }, 200, 'degraded', { connector: 'ready', issues: 'degraded', workflows: 'ready', notifier: 'ready' }],
    ['none is', { issues: json({}, 503) }, 503, 'unavailable', { connector: 'unreachable', issues: 'unavailable', workflows: 'unreachable', notifier: 'unreachable' }],
  ])('where %s ready, that is said, and the others are served on', async (_, handlers, code, status, parts) => {
    await start(handlers);
    const response = await fetch(`${front}/health/ready`);
    expect([response.status, await response.json()]).toEqual([code, { status, parts }]);
    expect((await fetch(`${front}/health/live`)).status).toBe(200);
  });
});

describe('the app', () => {
  const html = { accept: 'text/html' };

  test.each(['/', '/issues', '/connectors/slack?result=connected'])('%s is the page, fresh each time and with a strict policy', async (path) => {
    await start({});
    const response = await fetch(`${front}${path}`, { headers: html });
    expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual([200, '<title>Tocsin</title>', 'no-cache']);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('built files are kept for a year; a missing one is a 404, not the page', async () => {
    await start({});
    expect((await fetch(`${front}/assets/app-1234.js`)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch(`${front}/assets/app-0000.js`)).status).toBe(404);
  });

  test('the app learns where messages go before anybody has signed in', async () => {
    await start({});
    expect(await (await fetch(`${front}/console/environment.json`)).json()).toEqual({ slackSandbox: true, developmentIssuer: true, sandboxUrl: 'http://localhost:3001' });
  });

  /** `fetch` does not let anybody choose the Host header. */
  async function get(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => httpRequest(`${front}${path}`, { headers }, resolve).on('error', reject).end());
  }

  test('who opens the app under another name is sent to PUBLIC_URL, once', async () => {
    await start({});
    const first = await get('/issues?severity=high', { ...html, host: 'tocsin.internal' });
    expect([first.statusCode, first.headers.location]).toEqual([307, `${front}/issues?severity=high`]);
    const again = await get('/issues', { ...html, host: 'tocsin.internal', cookie: first.headers['set-cookie']?.[0]?.split(';')[0] ?? '' });
    expect(again.statusCode).toBe(200);
  });

  test.each([
    ['a program', '/issues', { host: 'tocsin.internal' }],
    ['a route of the API', '/v1/nothing', { ...html, host: 'tocsin.internal' }],
    ['Slack’s way back', '/slack/other', { ...html, host: 'tocsin.internal' }],
    ['a health check', '/health/live', { ...html, host: 'tocsin.internal' }],
  ])('%s is not redirected', async (_who, path, headers) => {
    await start({});
    expect((await get(path, headers)).statusCode).not.toBe(307);
  });

  test.each([
    ['//evil.example/x', '/evil.example/x'],
    ['/\\evil.example/x', '/evil.example/x'],
    ['/\\/\\evil.example/x', '/evil.example/x'],
  ])('the address %s cannot lead anywhere else', async (address, path) => {
    await start({});
    const { headers } = await get(address, { ...html, host: 'tocsin.internal' });
    expect(headers.location).toBe(`${front}${path}`);
  });
});
