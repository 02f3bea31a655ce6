import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { closeSlackConnections, SlackDoor, type SlackAnswer } from './index.js';

interface Received {
  path: string;
  authorization: string | undefined;
  form: URLSearchParams;
  /** Of messages, which go as JSON. */
  json?: unknown;
}

type Reply = (request: Received, response: ServerResponse) => void;

/** What the server answers next; set by each test. */
let reply: Reply;
let received: Received[] = [];
let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const isJson = request.headers['content-type']?.startsWith('application/json') === true;
      const call = { path: request.url ?? '', authorization: request.headers.authorization, form: new URLSearchParams(isJson ? '' : body), ...(isJson && { json: JSON.parse(body) as unknown }) };
      received.push(call);
      reply(call, response);
    });
  });
  baseUrl = await listen(server);
});

afterEach(() => {
  received = [];
});

afterAll(async () => {
  await closeSlackConnections();
  await stop(server);
});

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function listen(target: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
}

async function stop(target: Server | TcpServer): Promise<void> {
  await new Promise<void>((resolve) => {
    target.close(() => {
      resolve();
    });
    if ('closeAllConnections' in target) target.closeAllConnections();
  });
}

function answering(body: unknown, headers: Record<string, string> = {}, status = 200): Reply {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const QUICK = { connectMs: 300, totalMs: 400 };

function door(token = 'xoxb-sandbox-test'): SlackDoor {
  return new SlackDoor({ baseUrl, token, deadlines: QUICK });
}

function fixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'));
}

type Call = (open: SlackDoor) => Promise<SlackAnswer<unknown>>;

const CALLS: Record<string, Call> = {
  'auth.test': (open) => open.authTest(),
  'auth.revoke': (open) => open.authRevoke(),
  'oauth.v2.access': (open) => open.oauthAccess({ code: 'c', clientId: 'i', clientSecret: 's', redirectUri: 'https://example.test/slack/oauth/callback' }),
  'conversations.list': (open) => open.listChannels(),
  'conversations.info': (open) => open.channelInfo('C012AB3CD'),
  'users.conversations': (open) => open.listMemberChannels(),
  'users.list': (open) => open.listPeople(),
  'users.info': (open) => open.userInfo('W012A3CDE'),
  'users.lookupByEmail': (open) => open.lookupByEmail('spengler@ghostbusters.example.com'),
  'chat.postMessage': (open) => open.postMessage({ channel: 'C1H9RESGL', text: 'hello' }),
  'chat.update': (open) => open.updateMessage({ channel: 'C024BE91L', ts: '1401383885.000061', text: 'hello' }),
  'chat.delete': (open) => open.deleteMessage({ channel: 'C024BE91L', ts: '1401383885.000061' }),
};

describe('Slack’s own example answers', () => {
  const GOOD: Record<string, unknown> = {
    'auth.test': { workspace: { id: 'T12345678', name: 'Subarachnoid Workspace', url: 'https://subarachnoid.slack.com' }, bot: { userId: 'W12345678', name: 'grace' }, isEnterpriseInstall: false },
    'auth.revoke': true,
    'oauth.v2.access': { token: 'xoxb-example', scopes: ['commands', 'incoming-webhook'], appId: 'A0KRD7HC3', botUserId: 'U0KRQLJ9H', workspace: { id: 'T9TK3CUKW', name: 'Slack Softball Team' } },
    'conversations.list': {
      items: [
        { id: 'C012AB3CD', name: 'general', isPrivate: false, isShared: false, isArchived: false, isMember: true },
        { id: 'C061EG9T2', name: 'random', isPrivate: false, isShared: false, isArchived: false, isMember: true },
      ],
      nextCursor: 'dGVhbTpDMDYxRkE1UEI=',
    },
    'conversations.info': { id: 'C012AB3CD', name: 'general', isPrivate: false, isShared: false, isArchived: false, isMember: true },
    'users.conversations': {
      items: [
        { id: 'C012AB3CD', name: 'general', isPrivate: false, isShared: false, isArchived: false, isMember: true },
        { id: 'C061EG9T2', name: 'random', isPrivate: false, isShared: false, isArchived: false, isMember: true },
      ],
      nextCursor: 'dGVhbTpDMDYxRkE1UEI=',
    },
    'users.list': {
      items: [
        { id: 'W012A3CDE', name: 'spengler', displayName: 'spengler', realName: 'Egon Spengler', email: 'spengler@ghostbusters.example.com', isDeactivated: false, isBot: false, isGuest: false },
        { id: 'W07QCRPA4', name: 'glinda', displayName: 'Glinda the Fairly Good', realName: 'Glinda Southgood', email: 'glenda@south.oz.coven', isDeactivated: false, isBot: false, isGuest: false },
      ],
      nextCursor: 'dXNlcjpVMEc5V0ZYTlo=',
    },
    'users.info': { id: 'W012A3CDE', name: 'spengler', displayName: 'spengler', realName: 'Egon Spengler', email: 'spengler@ghostbusters.example.com', isDeactivated: false, isBot: false, isGuest: false },
    'users.lookupByEmail': { id: 'W012A3CDE', name: 'spengler', displayName: 'spengler', realName: 'Egon Spengler', email: 'spengler@ghostbusters.example.com', isDeactivated: false, isBot: false, isGuest: false },
    'chat.postMessage': { channel: 'C1H9RESGL', ts: '1503435956.000247' },
    'chat.update': { channel: 'C024BE91L', ts: '1401383885.000061' },
    'chat.delete': { channel: 'C024BE91L', ts: '1401383885.000061' },
  };

  const REFUSED: Record<string, { kind: string; code: string }> = {
    'auth.test': { kind: 'connection', code: 'invalid_auth' },
    'auth.revoke': { kind: 'connection', code: 'invalid_auth' },
    'oauth.v2.access': { kind: 'configuration', code: 'invalid_client_id' },
    'conversations.list': { kind: 'connection', code: 'invalid_auth' },
    'conversations.info': { kind: 'target', code: 'channel_not_found' },
    'users.conversations': { kind: 'connection', code: 'invalid_auth' },
    'users.list': { kind: 'content', code: 'invalid_cursor' },
    'users.info': { kind: 'target', code: 'user_not_found' },
    'users.lookupByEmail': { kind: 'target', code: 'users_not_found' },
    'chat.postMessage': { kind: 'content', code: 'too_many_attachments' },
    'chat.update': { kind: 'target', code: 'cant_update_message' },
    'chat.delete': { kind: 'target', code: 'message_not_found' },
  };

  test.each(Object.entries(CALLS))('%s: a good answer becomes a value', async (method, call) => {
    reply = answering(fixture(`official/${method}.ok.json`));
    expect(await call(door())).toEqual({ ok: true, value: GOOD[method] });
    expect(received.map(({ path }) => path)).toEqual([`/api/${method}`]);
  });

  test.each(Object.entries(CALLS))('%s: a refusal becomes a failure, and nothing is tried again', async (method, call) => {
    reply = answering(fixture(`official/${method}.error.json`));
    expect(await call(door())).toMatchObject({ ok: false, failure: { family: 'refused', ...REFUSED[method] } });
    expect(received).toHaveLength(1);
  });

  test.each(Object.entries(CALLS).filter(([method]) => method !== 'auth.revoke'))('%s: "ok" without what Slack always says is no answer of Slack', async (_method, call) => {
    reply = answering({ ok: true });
    expect(await call(door())).toMatchObject({ ok: false, failure: { family: 'unsure', code: 'unreadable_answer' } });
  });

  test('every example answer in the fixtures is replayed', () => {
    const files = readdirSync(new URL('../fixtures/official', import.meta.url)).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual(Object.keys(CALLS).flatMap((method) => [`${method}.error.json`, `${method}.ok.json`]).sort());
  });
});

interface Exchange {
  request: { uri: string; body: string };
  response: { status: number; headers: Record<string, string>; body: Record<string, unknown> };
}

describe('real recorded answers', () => {
  function play(name: string): Exchange[] {
    const exchanges = fixture(`recorded/${name}.json`) as Exchange[];
    reply = ({ path, form }, response) => {
      const asked = exchanges.find(({ request }) => request.uri.endsWith(path) && (new URLSearchParams(request.body).get('cursor') ?? '') === (form.get('cursor') ?? ''));
      answering(asked?.response.body ?? { ok: false, error: 'not_recorded' }, asked?.response.headers, asked?.response.status)({ path, form, authorization: undefined }, response);
    };
    return exchanges;
  }

  test('auth.test tells workspace, bot and granted scopes', async () => {
    play('auth_test_success');
    expect(await door().authTest()).toEqual({
      ok: true,
      scopes: ['identify', 'read', 'post', 'client', 'apps'],
      value: { workspace: { id: 'TDEADBEEF', name: 'team_name', url: 'https://rubybot.slack.com' }, bot: { id: 'B0J1L75DY', userId: 'UBAADFOOD', name: 'user_name' }, isEnterpriseInstall: false },
    });
  });

  test('auth.test without a token', async () => {
    play('auth_test_error');
    expect(await door().authTest()).toMatchObject({ ok: false, failure: { family: 'refused', kind: 'connection', code: 'not_authed' } });
  });

  test('a group conversation is private and its app a member', async () => {
    play('conversations_info');
    expect(await door().channelInfo('G0K7EV5A7')).toMatchObject({ ok: true, value: { id: 'G0K7EV5A7', isPrivate: true, isMember: true, isArchived: false } });
  });

  test('people are read page by page to the end', async () => {
    const pages = play('paginated_users_list');
    const people = await readAll((cursor) => door().listPeople(cursor, 5));
    expect(received).toHaveLength(pages.length);
    expect(people).toHaveLength(35);
    expect(people.filter(({ id }) => id === 'USLACKBOT')).toMatchObject([{ isBot: true }]);
  });

  test('a list without paging data is one page', async () => {
    play('users_list');
    expect(await readAll((cursor) => door().listPeople(cursor))).toHaveLength(35);
    expect(received).toHaveLength(1);
  });

  test('channels are read page by page to the end', async () => {
    play('paginated_conversations_list');
    expect(await readAll((cursor) => door().listChannels(cursor))).toHaveLength(156);
    expect(received.map(({ form }) => form.get('cursor'))).toEqual([null, 'dGVhbTpDMDE5Q1Y1RFdNUQ==']);
  });

  test('a bot', async () => {
    play('users_info');
    expect(await door().userInfo('U07KECJ77')).toMatchObject({ ok: true, value: { id: 'U07KECJ77', isBot: true } });
  });
});

async function readAll<T>(read: (cursor?: string) => Promise<SlackAnswer<{ items: T[]; nextCursor?: string }>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await read(cursor);
    if (!answer.ok) throw new Error(answer.failure.code);
    all.push(...answer.value.items);
    cursor = answer.value.nextCursor;
  } while (cursor !== undefined);
  return all;
}

describe('a post that may have been carried out is told apart from one that was not', () => {
  const cut = (response: ServerResponse): void => {
    response.socket?.destroy();
  };

  test.each<[string, Reply, object]>([
    ['HTTP 500', answering('oops', {}, 500), { family: 'unsure', code: 'http_500' }],
    ['HTTP 503 with Slack’s JSON', answering({ ok: false, error: 'service_unavailable' }, {}, 503), { family: 'unsure', code: 'http_503' }],
    ['a redirect', answering('', { location: 'https://portal.example/' }, 302), { family: 'unsure', code: 'http_302' }],
    ['an internal error', answering({ ok: false, error: 'internal_error' }), { family: 'unsure', code: 'internal_error' }],
    ['a page of HTML', answering('<html><title>Sign in</title></html>', { 'content-type': 'text/html' }), { family: 'unsure', code: 'unreadable_answer' }],
    ['JSON that is no object', answering('null'), { family: 'unsure', code: 'unreadable_answer' }],
    ['a list', answering('[]'), { family: 'unsure', code: 'unreadable_answer' }],
    ['nothing', answering(''), { family: 'unsure', code: 'unreadable_answer' }],
    ['half a JSON object', answering('{"ok":true,"channel":"C1","ts":"15'), { family: 'unsure', code: 'unreadable_answer' }],
    ['an error that is no code', answering({ ok: false, error: { a: 1 } }), { family: 'unsure', code: 'unreadable_answer' }],
    ['429', answering({ ok: false, error: 'ratelimited' }, { 'retry-after': '7' }, 429), { family: 'busy', retryAfterSeconds: 7, covers: 'method' }],
    ['429 without Retry-After', answering('', {}, 429), { family: 'busy', retryAfterSeconds: 30 }],
    ['429 with a Retry-After that is no number', answering('', { 'retry-after': 'soon' }, 429), { family: 'busy', retryAfterSeconds: 30 }],
    ['ratelimited with HTTP 200', answering({ ok: false, error: 'ratelimited' }, { 'retry-after': '4' }), { family: 'busy', retryAfterSeconds: 4 }],
    ['a reset after the request was read', (_request, response) => { cut(response); }, { family: 'unsure', code: 'no_answer' }],
    ['silence until the deadline', () => undefined, { family: 'unsure', code: 'no_answer' }],
    [
      'an answer that stops in the middle',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"ok":true');
      },
      { family: 'unsure', code: 'no_answer' },
    ],
    [
      'a cut in the middle of an answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"ok":true', () => {
          cut(response);
        });
      },
      { family: 'unsure', code: 'no_answer' },
    ],
    ['a missing scope', answering({ ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'users:read' }), { family: 'refused', kind: 'configuration', needed: 'chat:write', provided: 'users:read' }],
    [
      'blocks that Slack refuses',
      answering({ ok: false, error: 'invalid_blocks', response_metadata: { messages: ['[ERROR] no more than 50 items allowed [json-pointer:/blocks]'] } }),
      { family: 'refused', kind: 'content', details: ['[ERROR] no more than 50 items allowed [json-pointer:/blocks]'] },
    ],
  ])('%s', async (_case, answer, failure) => {
    reply = answer;
    expect(await door().postMessage({ channel: 'C1H9RESGL', text: 'hello' })).toMatchObject({ ok: false, failure });
    expect(received).toHaveLength(1);
  });

  test('nobody listens: not sent', async () => {
    const gone = createTcpServer();
    const address = await listen(gone);
    await stop(gone);
    const answer = await new SlackDoor({ baseUrl: address, token: 'xoxb-sandbox-test', deadlines: QUICK }).postMessage({ channel: 'C1', text: 'hello' });
    expect(answer).toMatchObject({ ok: false, failure: { family: 'shaken', code: 'not_sent', message: 'Slack could not be reached (ECONNREFUSED).' } });
  });

  test('the name cannot be resolved: not sent', async () => {
    const answer = await new SlackDoor({ baseUrl: 'https://slack.invalid', token: 'xoxb-sandbox-test' }).postMessage({ channel: 'C1', text: 'hello' });
    expect(answer).toMatchObject({ ok: false, failure: { family: 'shaken', code: 'not_sent' } });
  });

  test('the other side speaks no TLS: not sent', async () => {
    const answer = await new SlackDoor({ baseUrl: baseUrl.replace('http:', 'https:'), token: 'xoxb-sandbox-test' }).postMessage({ channel: 'C1', text: 'hello' });
    expect(answer).toMatchObject({ ok: false, failure: { family: 'shaken', code: 'not_sent' } });
    expect(received).toEqual([]);
  });

  test('the TLS handshake is never answered: not sent', async () => {
    const silent = createTcpServer((socket) => {
      socket.on('error', () => undefined).resume();
    });
    const address = await listen(silent);
    const answer = await new SlackDoor({ baseUrl: address.replace('http:', 'https:'), token: 'xoxb-sandbox-test', deadlines: QUICK }).postMessage({ channel: 'C1', text: 'hello' });
    expect(answer).toMatchObject({ ok: false, failure: { family: 'shaken', code: 'not_sent' } });
    await closeSlackConnections();
    await stop(silent);
  });
});

describe('credentials', () => {
  test('two doors at once each send their own token, in the header alone', async () => {
    reply = answering(fixture('official/auth.test.ok.json'));
    const [first, second] = [door('xoxb-sandbox-one'), door('xoxb-sandbox-two')];
    await Promise.all([first.authTest(), second.authTest(), first.authTest()]);
    expect(received.map(({ authorization }) => authorization).sort()).toEqual(['Bearer xoxb-sandbox-one', 'Bearer xoxb-sandbox-one', 'Bearer xoxb-sandbox-two']);
    expect(received.map(({ form }) => form.get('token'))).toEqual([null, null, null]);
  });

  test('scopes are unknown, not empty, where a proxy strips their header', async () => {
    reply = answering(fixture('official/auth.test.ok.json'));
    expect(await door().authTest()).not.toHaveProperty('scopes');
    reply = answering(fixture('official/auth.test.ok.json'), { 'x-oauth-scopes': '' });
    expect(await door().authTest()).toHaveProperty('scopes', []);
  });

  test('a failure never holds the token', async () => {
    const secret = 'xoxb-sandbox-very-secret';
    for (const answer of [answering('x', {}, 500), answering({ ok: false, error: secret }), (_: Received, response: ServerResponse): void => { response.socket?.destroy(); }]) {
      reply = answer;
      expect(JSON.stringify(await door(secret).authTest())).not.toContain(secret);
    }
  });
});

describe('what is sent', () => {
  test('a message with everything', async () => {
    reply = answering(fixture('official/chat.postMessage.ok.json'));
    await door().postMessage({ channel: 'C1', text: 'hello', blocks: [{ type: 'divider' }], metadata: { event_type: 'tocsin_delivery', event_payload: { delivery_id: 'd1' } }, threadTs: '1.2', broadcast: true });
    expect(received[0]).toMatchObject({ path: '/api/chat.postMessage', authorization: 'Bearer xoxb-sandbox-test' });
    expect(received[0]?.json).toEqual({
      channel: 'C1',
      text: 'hello',
      blocks: [{ type: 'divider' }],
      metadata: { event_type: 'tocsin_delivery', event_payload: { delivery_id: 'd1' } },
      thread_ts: '1.2',
      reply_broadcast: true,
      unfurl_links: false,
      unfurl_media: false,
      parse: 'none',
    });
  });

  test('lists ask for public and private channels, 200 at a time', async () => {
    reply = answering(fixture('official/conversations.list.ok.json'));
    await door().listChannels('abc=');
    expect(Object.fromEntries(received[0]?.form ?? [])).toEqual({ types: 'public_channel,private_channel', limit: '200', cursor: 'abc=' });
  });
});

test('connections are kept and shared by the doors of one address', async () => {
  reply = answering(fixture('official/auth.test.ok.json'));
  await closeSlackConnections();
  let opened = 0;
  const count = (): void => {
    opened += 1;
  };
  server.on('connection', count);
  for (let tenant = 0; tenant < 10; tenant += 1) await door(`xoxb-sandbox-${tenant}`).authTest();
  server.off('connection', count);
  expect(received).toHaveLength(10);
  // A connection may still be finishing with the answer before when the next request comes.
  expect(opened).toBeLessThanOrEqual(2);
});
