import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { AnsweringServer, answering, listen, stop, type Received, type Reply } from '../test/answering-server.js';
import { CALLS } from '../test/door-calls.js';
import { closeSlackConnections, SlackDoor } from './index.js';

let slack: AnsweringServer;
let baseUrl: string;

beforeAll(async () => {
  slack = await AnsweringServer.start();
  ({ baseUrl } = slack);
});

afterEach(() => {
  slack.received = [];
});

afterAll(async () => {
  await closeSlackConnections();
  await slack.stop();
});

/** For what never ends by itself. */
const QUICK = { connectMs: 300, totalMs: 400 };
const PATIENT = { connectMs: 5000, totalMs: 5000 };

function door(token = 'xoxb-sandbox-test', deadlines = PATIENT): SlackDoor {
  return new SlackDoor({ baseUrl, token, deadlines });
}

function fixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'));
}

describe('"ok" without what Slack always says', () => {
  test.each(Object.entries(CALLS).filter(([method]) => method !== 'auth.revoke'))('is no answer of Slack to %s', async (_method, call) => {
    slack.reply = answering({ ok: true });
    expect(await call(door())).toMatchObject({ ok: false, failure: { family: 'unsure', code: 'unreadable_answer' } });
  });
});

describe('an answer that our own code stumbles over', () => {
  test('is a defect, and what was thrown is told to whoever opened the door', async () => {
    slack.reply = answering({ ok: true, members: [null] });
    const thrown: unknown[] = [];
    const answer = await new SlackDoor({ baseUrl, token: 'xoxb-sandbox-test', onDefect: (error) => { thrown.push(error); } }).listPeople();
    expect(answer).toMatchObject({ ok: false, failure: { family: 'bug', code: 'internal', message: 'Tocsin failed: TypeError' } });
    expect(thrown).toEqual([expect.any(TypeError)]);
  });
});

describe('a post that may have been carried out is told apart from one that was not', () => {
  const cut = (response: ServerResponse): void => {
    response.socket?.destroy();
  };

  test.each<[string, Reply, object, typeof QUICK?]>([
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
    ['silence until the deadline', () => undefined, { family: 'unsure', code: 'no_answer' }, QUICK],
    [
      'an answer that stops in the middle',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"ok":true');
      },
      { family: 'unsure', code: 'no_answer' },
      QUICK,
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
  ])('%s', async (_case, answer, failure, deadlines = PATIENT) => {
    slack.reply = answer;
    expect(await door(undefined, deadlines).postMessage({ channel: 'C1H9RESGL', text: 'hello' })).toMatchObject({ ok: false, failure });
    expect(slack.received).toHaveLength(1);
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
    expect(slack.received).toEqual([]);
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
    slack.reply = answering(fixture('official/auth.test.ok.json'));
    const [first, second] = [door('xoxb-sandbox-one'), door('xoxb-sandbox-two')];
    await Promise.all([first.authTest(), second.authTest(), first.authTest()]);
    expect(slack.received.map(({ authorization }) => authorization).sort()).toEqual(['Bearer xoxb-sandbox-one', 'Bearer xoxb-sandbox-one', 'Bearer xoxb-sandbox-two']);
    expect(slack.received.map(({ form }) => form.get('token'))).toEqual([null, null, null]);
  });

  test('scopes are unknown, not empty, where a proxy strips their header', async () => {
    slack.reply = answering(fixture('official/auth.test.ok.json'));
    expect(await door().authTest()).not.toHaveProperty('scopes');
    slack.reply = answering(fixture('official/auth.test.ok.json'), { 'x-oauth-scopes': '' });
    expect(await door().authTest()).toHaveProperty('scopes', []);
  });

  test('a failure never holds the token', async () => {
    const secret = 'xoxb-sandbox-very-secret';
    for (const answer of [answering('x', {}, 500), answering({ ok: false, error: secret }), (_: Received, response: ServerResponse): void => { response.socket?.destroy(); }]) {
      slack.reply = answer;
      expect(JSON.stringify(await door(secret).authTest())).not.toContain(secret);
    }
  });
});

describe('what is sent', () => {
  test('a message with everything', async () => {
    slack.reply = answering(fixture('official/chat.postMessage.ok.json'));
    await door().postMessage({ channel: 'C1', text: 'hello', blocks: [{ type: 'divider' }], metadata: { event_type: 'tocsin_delivery', event_payload: { delivery_id: 'd1' } }, threadTs: '1.2', broadcast: true });
    expect(slack.received[0]).toMatchObject({ path: '/api/chat.postMessage', authorization: 'Bearer xoxb-sandbox-test' });
    expect(slack.received[0]?.json).toEqual({
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
    slack.reply = answering(fixture('official/conversations.list.ok.json'));
    await door().listChannels('abc=');
    expect(Object.fromEntries(slack.received[0]?.form ?? [])).toEqual({ types: 'public_channel,private_channel', limit: '200', cursor: 'abc=' });
  });
});

test('connections are kept and shared by the doors of one address', async () => {
  slack.reply = answering(fixture('official/auth.test.ok.json'));
  await closeSlackConnections();
  let opened = 0;
  const count = (): void => {
    opened += 1;
  };
  slack.server.on('connection', count);
  for (let tenant = 0; tenant < 10; tenant += 1) await door(`xoxb-sandbox-${tenant}`).authTest();
  slack.server.off('connection', count);
  expect(slack.received).toHaveLength(10);
  // A connection may still be finishing with the answer before when the next request comes.
  expect(opened).toBeLessThanOrEqual(2);
});
