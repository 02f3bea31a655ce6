/**
 * A Slack that costs next to nothing: it takes messages, keeps limits if it was told some, and remembers of each message
 * where it went, which delivery it was of and when. A process of its own, so that its work is nobody else's.
 * `GET /bench/count` and `GET /bench/log` tell, `POST /bench/clear` forgets.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { SlackCounts, SlackLog } from './running-slack.js';
import { fromEnvironment, type SlackLimit } from './slack-settings.js';
import { TokenBucket } from './token-bucket.js';

const SCOPES = 'chat:write,channels:read,groups:read,users:read,users:read.email,chat:write.public';

/** Bodies come as a form or as JSON, and are not worth a parser: two fields are looked for, the delivery from where its name stands last. */
const CHANNEL = /(?:^|[&"])channel(?:=|"\s*:\s*")([A-Z0-9]+)/;
const DELIVERY = /delivery_id(?:%22%3A%22|\\?"\s*:\s*\\?")([^"%\\]+)/y;
const TOKEN = /^Bearer (.+)$/;

const { latencyMs, channel: channelLimit, workspace: workspaceLimit } = fromEnvironment(process.env);

let log: SlackLog = { posts: [] };
let deliveries = new Set<string>();
let counts: SlackCounts = { posts: 0, deliveries: 0, refused: 0, updates: 0 };
const channels = new Map<string, TokenBucket>();
const workspaces = new Map<string, TokenBucket>();
let lastTs = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => { answer(request, Buffer.concat(chunks).toString('latin1'), response); });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`Slack's stand-in is ready on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

function answer({ url = '', headers }: IncomingMessage, body: string, response: ServerResponse): void {
  const [path = '', query = ''] = url.split('?');
  if (path === '/bench/count') say(response, { ...counts, deliveries: deliveries.size });
  else if (path === '/bench/log') say(response, log);
  else if (path === '/bench/clear') say(response, clear());
  else if (path === '/api/chat.postMessage') post(TOKEN.exec(headers.authorization ?? '')?.[1] ?? '', body, response);
  else later(response, toCall(path.replace('/api/', ''), CHANNEL.exec(body)?.[1] ?? CHANNEL.exec(query)?.[1] ?? ''));
}

function post(token: string, body: string, response: ServerResponse): void {
  const channel = CHANNEL.exec(body)?.[1] ?? '';
  const now = Date.now();
  const waitMs = Math.max(wait(channels, channel, channelLimit, now), wait(workspaces, token, workspaceLimit, now));
  if (waitMs > 0) {
    counts.refused += 1;
    say(response, { ok: false, error: 'ratelimited' }, 429, { 'retry-after': Math.ceil(waitMs / 1000) });
    return;
  }
  const delivery = deliveryIn(body);
  const answeredAt = later(response, { ok: true, channel, ts: nextTs(), message: { type: 'message', text: '' } });
  counts.posts += 1;
  deliveries.add(delivery);
  log.posts.push([channel, token, delivery, now, answeredAt]);
}

function deliveryIn(body: string): string {
  DELIVERY.lastIndex = Math.max(0, body.lastIndexOf('delivery_id'));
  return DELIVERY.exec(body)?.[1] ?? '';
}

/** Every other method, so far as somebody who posts needs it. */
function toCall(method: string, channel: string): object {
  switch (method) {
    case 'auth.test': return { ok: true, url: 'https://bench.slack.com/', team: 'Bench', team_id: 'TBENCH', user: 'bench', user_id: 'UBENCH', bot_id: 'BBENCH' };
    case 'conversations.info': return { ok: true, channel: { id: channel, name: channel.toLowerCase(), is_channel: true, is_private: false, is_member: true, is_archived: false, is_ext_shared: false } };
    case 'conversations.list':
    case 'users.conversations': return { ok: true, channels: [] };
    case 'users.list': return { ok: true, members: [] };
    case 'chat.update':
      counts.updates += 1;
      return { ok: true, channel, ts: nextTs(), text: '' };
    default: return { ok: true };
  }
}

function wait(buckets: Map<string, TokenBucket>, key: string, limit: SlackLimit | undefined, now: number): number {
  if (limit === undefined) return 0;
  const bucket = buckets.get(key) ?? new TokenBucket(limit.perSecond, limit.burst);
  buckets.set(key, bucket);
  return bucket.take(now);
}

/** @returns when the answer is given */
function later(response: ServerResponse, body: object): number {
  const [least, most] = latencyMs;
  const ms = least + Math.random() * (most - least);
  if (ms === 0) say(response, body);
  else setTimeout(() => { say(response, body); }, ms);
  return Date.now() + ms;
}

function say(response: ServerResponse, body: object, status = 200, headers: Record<string, string | number> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'x-oauth-scopes': SCOPES, ...headers }).end(text);
}

function nextTs(): string {
  lastTs = Math.max(lastTs + 1, Date.now() * 1000);
  return `${Math.floor(lastTs / 1_000_000)}.${String(lastTs % 1_000_000).padStart(6, '0')}`;
}

function clear(): object {
  log = { posts: [] };
  deliveries = new Set();
  counts = { posts: 0, deliveries: 0, refused: 0, updates: 0 };
  return {};
}
