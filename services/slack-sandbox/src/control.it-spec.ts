import { request } from 'node:http';
import { networkInterfaces } from 'node:os';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { ACME, runningSandbox, type RunningSandbox } from '../test/running-sandbox.js';
import { startSandbox } from './sandbox.js';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => { await sandbox.close(); });

async function items(path: string): Promise<Record<string, unknown>[]> {
  return (await sandbox.control(path)).body.items as Record<string, unknown>[];
}

describe('what arrived', () => {
  test('all messages in the order of posting, or those of one place by any of its names', async () => {
    for (const [channel, text] of [['C0SECALERT', '1'], ['U0ALICE001', '2'], ['C0GENERAL1', '3'], ['C0SECALERT', '4']]) await sandbox.call('chat.postMessage', { channel, text });
    const texts = async (path: string): Promise<unknown[]> => (await items(path)).map(({ text }) => text);
    for (const all of ['messages', 'messages?channel=']) expect(await texts(all)).toEqual(['1', '2', '3', '4']);
    for (const name of ['C0SECALERT', 'sec-alerts', encodeURIComponent('#sec-alerts')]) expect(await texts(`messages?channel=${name}`)).toEqual(['1', '4']);
    for (const name of ['U0ALICE001', 'alice', '@alice', 'alice@acme.test', String((await items('messages'))[1]?.channel)]) expect(await texts(`messages?channel=${name}`)).toEqual(['2']);
    expect(await texts('messages?channel=U0BOB00001')).toEqual([]);
  });

  test('a message tells who, when, where and how often it was changed', async () => {
    const { body } = await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' });
    expect(await items('messages')).toEqual([{ channel: 'C0GENERAL1', ts: body.ts, text: 'x', user: 'U0OWNAPPACME', bot_id: 'B0OWNAPPACME', updates: 0, receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) }]);
  });

  test('every request, with its arguments and outcome but without credentials', async () => {
    await sandbox.call('chat.postMessage', { channel: 'C0NOWHERE1', text: 'x', blocks: [{ type: 'divider' }] });
    await sandbox.call('oauth.v2.access', { client_id: 'sandbox.client', client_secret: 'sandbox-secret', code: 'made-up' }, 'xoxb-real-looking-token');
    const seen = await items('requests');
    expect(seen).toMatchObject([
      { method: 'chat.postMessage', workspace: 'T0ACME0001', token: ACME, arguments: { channel: 'C0NOWHERE1', text: 'x', blocks: [{ type: 'divider' }] }, status: 200, error: 'channel_not_found' },
      { method: 'oauth.v2.access', arguments: { client_id: 'sandbox.client' }, error: 'invalid_code' },
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/sandbox-secret|made-up|real-looking/);
  });
});

describe('what is asked wrongly is refused in a sentence', () => {
  test.each<[string, unknown, string]>([
    ['faults', { methode: 'chat.postMessage' }, 'Unknown field "methode"; known are: method, channel, '],
    ['faults', { probability: 2, error: 'x' }, 'Field "probability" must be a number from 0 to 1.'],
    ['faults', { times: 1.5, error: 'x' }, 'Field "times" must be a whole number from 0 to 200000.'],
    ['faults', { status: 99 }, 'Field "status" must be an HTTP status from 200 to 599.'],
    ['faults', { lost: 'never' }, 'Field "lost" must be "before" or "after".'],
    ['faults', { hang: 'yes' }, 'Field "hang" must be true or false.'],
    ['faults', { retryAfter: 'a\nb' }, 'Field "retryAfter" must be a whole number of seconds'],
    ['faults', { method: 'chat.postMessage' }, 'This fault would do nothing'],
    ['faults', {}, 'This fault would do nothing'],
    ['faults', [], 'The body must be a JSON object.'],
    ['limits', { timeScale: 0 }, 'Field "timeScale" must be a number above 0.'],
    ['limits', { channelRate: -1 }, 'Field "channelRate" must be a number from 0.'],
    ['limits', { rate: 1 }, 'Unknown field "rate"; known are: channelRate, channelBurst, tiers, timeScale.'],
    ['directory', { channels: 'many' }, 'Field "channels" must be a whole number from 0 to 200000.'],
    ['channels', { name: '' }, 'Field "name" must be a non-empty string.'],
    ['tokens', { token: ACME, state: 'lost' }, 'Field "state" must be one of: active, revoked, uninstalled, expired.'],
    ['approval', { required: 'yes' }, 'Field "required" must be true or false.'],
    ['reset', { all: true }, 'Unknown field "all"; known are: none.'],
  ])('%s %j', async (path, body, error) => {
    const answer = await sandbox.control(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(error);
  });

  test('broken JSON', async () => {
    const response = await fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body: '{"times":' });
    expect([response.status, await response.json()]).toEqual([400, { error: 'The body must be JSON of at most 1 MB.' }]);
  });

  test.each([['messages?chanel=x', 400], ['messages?channel=nowhere', 404], ['nothing', 404]])('GET %s', async (path, status) => {
    expect((await sandbox.control(path)).status).toBe(status);
  });

  test.each<[string, unknown]>([['channels', { id: 'C0NOWHERE1' }], ['tokens', { token: 'xoxb-no' }], ['directory', { workspace: 'nowhere', people: 1 }]])('%s %j is not there', async (path, body) => {
    expect((await sandbox.control(path, body)).status).toBe(404);
  });
});

describe('faults', () => {
  const post = (): ReturnType<RunningSandbox['call']> => sandbox.call('chat.postMessage', { channel: '#sec-alerts', text: 'x' });

  test.each<[string, object, { status: number; body: unknown; retryAfter?: string }, number]>([
    ['an error that Slack gives', { error: 'internal_error' }, { status: 200, body: { ok: false, error: 'internal_error' } }, 0],
    ['an error although it was posted', { error: 'internal_error', lost: 'after' }, { status: 200, body: { ok: false, error: 'internal_error' } }, 1],
    ['HTTP 503', { status: 503 }, { status: 503, body: { ok: false, error: 'internal_error' } }, 0],
    ['a rate limit', { retryAfter: 7 }, { status: 429, body: { ok: false, error: 'ratelimited' }, retryAfter: '7' }, 0],
    ['a rate limit without Retry-After', { status: 429 }, { status: 429, body: { ok: false, error: 'ratelimited' } }, 0],
    ['a rate limit with an odd Retry-After', { retryAfter: 'soon' }, { status: 429, body: { ok: false, error: 'ratelimited' }, retryAfter: 'soon' }, 0],
    ['a rate limit in an answer with HTTP 200', { status: 200, error: 'ratelimited', retryAfter: 2 }, { status: 200, body: { ok: false, error: 'ratelimited' }, retryAfter: '2' }, 0],
    ['an answer of its own', { body: { ok: true } }, { status: 200, body: { ok: true } }, 0],
    ['an answer of its own, posted', { body: { ok: true }, lost: 'after' }, { status: 200, body: { ok: true } }, 1],
  ])('%s', async (_case, fault, expected, posted) => {
    await sandbox.control('faults', { method: 'chat.postMessage', ...fault });
    const { status, body, headers } = await post();
    expect({ status, body }).toEqual({ status: expected.status, body: expected.body });
    expect(headers.get('retry-after')).toBe(expected.retryAfter ?? null);
    expect(await items('messages')).toHaveLength(posted);
    expect(await items('requests')).toMatchObject([{ method: 'chat.postMessage', fault: true }]);
  });

  test('a page of HTML', async () => {
    await sandbox.control('faults', { body: '<h1>Sign in</h1>', status: 502 });
    const response = await fetch(`${sandbox.url}/api/auth.test`, { method: 'POST', headers: { authorization: `Bearer ${ACME}` } });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([502, 'text/html; charset=utf-8', '<h1>Sign in</h1>']);
  });

  test.each<[string, object, number]>([
    ['the connection breaks before', { lost: 'before' }, 0],
    ['the connection breaks after', { lost: 'after' }, 1],
    ['the answer stops in the middle', { cut: true }, 1],
  ])('%s', async (_case, fault, posted) => {
    await sandbox.control('faults', { ...fault, times: 1 });
    await expect(post()).rejects.toThrow();
    expect(await items('messages')).toHaveLength(posted);
    expect((await post()).body.ok).toBe(true);
  });

  test.each<[string, object, number]>([['silence', { hang: true }, 0], ['silence after it was posted', { hang: true, lost: 'after' }, 1]])('%s', async (_case, fault, posted) => {
    await sandbox.control('faults', fault);
    const call = fetch(`${sandbox.url}/api/chat.postMessage`, { method: 'POST', headers: { authorization: `Bearer ${ACME}` }, body: new URLSearchParams({ channel: 'C0GENERAL1', text: 'x' }), signal: AbortSignal.timeout(150) });
    await expect(call).rejects.toThrow(/timeout/i);
    expect(await items('messages')).toHaveLength(posted);
  });

  test('only slow', async () => {
    await sandbox.control('faults', { latencyMs: 60 });
    const before = performance.now();
    expect((await post()).body.ok).toBe(true);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });

  test.each<[string, object, boolean]>([
    ['the channel by its id, asked for by name', { channel: 'C0SECALERT' }, true],
    ['another channel', { channel: 'C0GENERAL1' }, false],
    ['the workspace', { workspace: 'T0ACME0001' }, true],
    ['another workspace', { workspace: 'globex' }, false],
    ['another method', { method: 'chat.update' }, false],
  ])('strikes by place: %s', async (_case, where, strikes) => {
    await sandbox.control('faults', { ...where, error: 'fatal_error' });
    expect((await post()).body.ok).toBe(!strikes);
  });

  test('are listed with what is left of them, and end by a reset', async () => {
    await sandbox.control('faults', { error: 'fatal_error', times: 2 });
    await post();
    expect((await sandbox.control('faults')).body).toEqual({ faults: [{ error: 'fatal_error', times: 1 }] });
    expect((await sandbox.control('faults', { reset: true })).body).toEqual({ faults: [] });
    expect((await post()).body.ok).toBe(true);
  });
});

describe('limits', () => {
  test('can be changed, also in part', async () => {
    expect((await sandbox.control('limits')).body).toEqual({ channelRate: 1, channelBurst: 3, tiers: true, timeScale: 1 });
    expect((await sandbox.control('limits', { channelBurst: 1, timeScale: 10 })).body).toEqual({ channelRate: 1, channelBurst: 1, tiers: true, timeScale: 10 });
    const statuses = [];
    for (let n = 0; n < 2; n += 1) statuses.push((await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' })).status);
    expect(statuses).toEqual([200, 429]);
    sandbox.pass(0.1);
    expect((await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' })).status).toBe(200);
  });
});

test('a reset brings the seed back', async () => {
  await sandbox.call('chat.postMessage', { channel: 'U0ALICE001', text: 'x' });
  await sandbox.call('auth.revoke');
  await sandbox.control('channels', { id: 'C0SECALERT', rename: 'alarms', archived: true });
  await sandbox.control('directory', { channels: 5, people: 5 });
  await sandbox.control('limits', { channelRate: 0 });
  await sandbox.control('faults', { error: 'fatal_error' });
  expect(await sandbox.control('reset', {})).toEqual({ status: 200, body: { ok: true } });
  expect([await items('messages'), await items('requests')]).toEqual([[], []]);
  expect((await sandbox.control('limits')).body).toMatchObject({ channelRate: 1 });
  expect((await sandbox.call('auth.test')).body.ok).toBe(true);
  const { body } = await sandbox.call('conversations.list');
  expect((body.channels as { name: string; is_archived: boolean }[]).map(({ name }) => name)).toEqual(['general', 'sec-alerts', 'payments', 'old-team', 'ext-partner']);
});

describe('the controls answer this machine only', () => {
  /** fetch sets Host and Origin itself, hence node's own client. */
  function status(url: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      request(`${url}/sandbox/messages`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on('error', reject).end();
    });
  }

  test.each<[string, Record<string, string>, number]>([
    ['by address', {}, 200],
    ['by localhost', { host: 'localhost:3001' }, 200],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a page whose name was pointed here', { host: 'evil.example' }, 403],
    ['such a page, with its origin', { host: 'evil.example', origin: 'http://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
  ])('%s', async (_case, headers, expected) => {
    expect(await status(sandbox.url, headers)).toBe(expected);
  });

  test('a caller from another address is refused, while the Web API answers it', async () => {
    const address = Object.values(networkInterfaces()).flat().find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (address === undefined) throw new Error('This machine has no address but loopback, so this cannot be tried.');
    const open = await startSandbox({ port: 0, host: '0.0.0.0' });
    try {
      const url = `http://${address}:${open.port}`;
      expect(await status(url, {})).toBe(403);
      expect((await fetch(`${url}/api/auth.test`, { method: 'POST' })).status).toBe(200);
    } finally {
      await open.close();
    }
  });
});
