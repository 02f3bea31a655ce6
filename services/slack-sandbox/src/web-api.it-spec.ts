import { readdirSync, readFileSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { ACME, answerOf, NO_EMAIL, runningSandbox, type ApiAnswer, type RunningSandbox } from '../test/running-sandbox.js';
import { METHODS } from './methods/table.js';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => { await sandbox.close(); });

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json; charset=utf-8';

describe('how a call arrives', () => {
  async function send(method: string, init: RequestInit, query = ''): Promise<ApiAnswer> {
    return answerOf(await fetch(`${sandbox.url}/api/${method}${query}`, init));
  }
  const bearer = { authorization: `Bearer ${ACME}` };

  test.each<[string, RequestInit, string, object]>([
    ['a form with the token in the header', { method: 'POST', headers: { ...bearer, 'content-type': FORM }, body: 'channel=C0GENERAL1' }, '', { ok: true }],
    ['a form with the token in the body', { method: 'POST', headers: { 'content-type': FORM }, body: `token=${ACME}&channel=C0GENERAL1` }, '', { ok: true }],
    ['JSON with the token in the header', { method: 'POST', headers: { ...bearer, 'content-type': JSON_TYPE }, body: '{"channel":"C0GENERAL1"}' }, '', { ok: true }],
    ['JSON with the token in the body: not looked at', { method: 'POST', headers: { 'content-type': JSON_TYPE }, body: JSON.stringify({ token: ACME, channel: 'C0GENERAL1' }) }, '', { ok: false, error: 'not_authed' }],
    ['a query', { headers: bearer }, '?channel=C0GENERAL1', { ok: true }],
    ['no token', { method: 'POST' }, '', { ok: false, error: 'not_authed' }],
    ['broken JSON', { method: 'POST', headers: { ...bearer, 'content-type': JSON_TYPE }, body: '{"channel":' }, '', { ok: false, error: 'invalid_json' }],
    ['JSON that is no object', { method: 'POST', headers: { ...bearer, 'content-type': JSON_TYPE }, body: '[]' }, '', { ok: false, error: 'json_not_object' }],
    ['a type that Slack does not read', { method: 'POST', headers: { ...bearer, 'content-type': 'application/xml' }, body: '<a/>' }, '', { ok: false, error: 'invalid_post_type' }],
  ])('%s', async (_case, init, query, answer) => {
    const { status, body } = await send('conversations.info', init, query);
    expect(status).toBe(200);
    expect(body).toMatchObject(answer);
  });

  test('a body of many megabytes is refused before it is read', async () => {
    const { status, body } = await send('chat.postMessage', { method: 'POST', headers: { ...bearer, 'content-type': JSON_TYPE }, body: JSON.stringify({ channel: 'C0GENERAL1', text: 'x'.repeat(5_000_000) }) });
    expect([status, body.error]).toEqual([413, 'msg_too_large']);
  });

  test('a method that does not exist', async () => {
    expect((await sandbox.call('chat.shout')).body).toEqual({ ok: false, error: 'unknown_method', req_method: 'chat.shout' });
  });
});

describe('whose token it is', () => {
  test('auth.test tells workspace and bot', async () => {
    const { body, headers } = await sandbox.call('auth.test');
    expect(body).toEqual({
      ok: true, url: 'https://acme.slack.com/', team: 'Acme', team_id: 'T0ACME0001', user: 'tocsin-own', user_id: expect.stringMatching(/^U/), bot_id: expect.stringMatching(/^B/), is_enterprise_install: false,
    });
    expect(headers.get('x-slack-req-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each<[string, string, string]>([
    ['made up', 'xoxb-1-2-made-up', 'invalid_auth'],
    ['of a person', 'xoxp-1-2', 'invalid_auth'],
    ['of an app', 'xapp-1-2', 'not_allowed_token_type'],
  ])('a token that is %s', async (_case, token, error) => {
    const { body, headers } = await sandbox.call('auth.test', {}, token);
    expect(body).toEqual({ ok: false, error });
    expect(headers.has('x-oauth-scopes')).toBe(false);
  });

  test.each([['revoked', 'token_revoked'], ['uninstalled', 'account_inactive'], ['expired', 'token_expired'], ['active', undefined]])('a token that is %s', async (state, error) => {
    await sandbox.control('tokens', { token: ACME, state });
    expect((await sandbox.call('auth.test')).body.error).toBe(error);
    expect((await sandbox.call('auth.test', {}, NO_EMAIL)).body.ok).toBe(true);
  });

  test('a revoked token stops working, a trial of revoking does nothing', async () => {
    expect((await sandbox.call('auth.revoke', { test: 'true' })).body).toEqual({ ok: true, revoked: false });
    expect((await sandbox.call('auth.revoke')).body).toEqual({ ok: true, revoked: true });
    expect((await sandbox.call('auth.test')).body.error).toBe('token_revoked');
  });

  test('another workspace has nothing of this one', async () => {
    const globex = 'xoxb-sandbox-globex';
    expect((await sandbox.call('auth.test', {}, globex)).body).toMatchObject({ team: 'Globex', url: 'https://globex.slack.com/' });
    expect((await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' }, globex)).body.error).toBe('channel_not_found');
    expect((await sandbox.call('users.info', { user: 'U0ALICE001' }, globex)).body.error).toBe('user_not_found');
  });
});

describe('scopes', () => {
  test('every answer says what the token may, in Slack’s order of the grant', async () => {
    const all = 'chat:write,channels:read,groups:read,users:read,users:read.email,chat:write.public';
    expect((await sandbox.call('auth.test')).headers.get('x-oauth-scopes')).toBe(all);
    expect((await sandbox.call('auth.test', {}, NO_EMAIL)).headers.get('x-oauth-scopes')).toBe(all.replace('users:read.email,', ''));
  });

  test.each<[string, Record<string, unknown>, string | null]>([
    ['auth.test', {}, null],
    ['auth.revoke', { test: 'true' }, null],
    ['conversations.list', {}, 'channels:read,groups:read,mpim:read,im:read'],
    ['conversations.info', { channel: 'C0GENERAL1' }, 'channels:read,groups:read,mpim:read,im:read'],
    ['users.conversations', {}, 'channels:read,groups:read,mpim:read,im:read'],
    ['users.list', {}, 'users:read'],
    ['users.info', { user: 'U0ALICE001' }, 'users:read'],
    ['users.lookupByEmail', { email: 'alice@acme.test' }, 'users:read.email'],
    ['chat.postMessage', { channel: 'C0GENERAL1', text: 'x' }, 'chat:write'],
    ['chat.update', { channel: 'C0GENERAL1', ts: '1', text: 'x' }, 'chat:write'],
    ['chat.delete', { channel: 'C0GENERAL1', ts: '1' }, 'chat:write'],
    ['chat.getPermalink', { channel: 'C0GENERAL1', message_ts: '1' }, null],
  ])('%s says which scopes it takes', async (method, args, accepted) => {
    expect((await sandbox.call(method, args)).headers.get('x-accepted-oauth-scopes')).toBe(accepted);
  });

  test.each<[string, string, Record<string, unknown>, string]>([
    ['chat.postMessage', 'users:read', { channel: 'C0GENERAL1', text: 'x' }, 'chat:write'],
    ['chat.update', 'users:read', { channel: 'C0GENERAL1', ts: '1', text: 'x' }, 'chat:write'],
    ['chat.delete', 'users:read', { channel: 'C0GENERAL1', ts: '1' }, 'chat:write'],
    ['users.list', 'chat:write', {}, 'users:read'],
    ['users.info', 'chat:write', { user: 'U0ALICE001' }, 'users:read'],
    ['users.lookupByEmail', 'users:read', { email: 'alice@acme.test' }, 'users:read.email'],
    ['conversations.list', 'chat:write', {}, 'channels:read,groups:read,mpim:read,im:read'],
    ['conversations.list', 'channels:read', { types: 'public_channel,private_channel' }, 'groups:read'],
    ['users.conversations', 'channels:read', { types: 'private_channel' }, 'groups:read'],
    ['conversations.info', 'channels:read', { channel: 'C0SECINTER' }, 'groups:read'],
    ['conversations.info', 'groups:read', { channel: 'C0GENERAL1' }, 'channels:read'],
    ['conversations.list', 'channels:read', { types: 'im' }, 'im:read'],
  ])('%s with %s alone is refused and told what is missing', async (method, granted, args, needed) => {
    const { status, body } = await sandbox.call(method, args, await tokenWith(granted));
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: false, error: 'missing_scope', needed });
    expect(body.provided).toBe(granted);
  });

  /** A token for the published app that has just these scopes. */
  async function tokenWith(scope: string): Promise<string> {
    const redirectUri = 'https://tocsin.test/slack/oauth/callback';
    const page = await fetch(`${sandbox.url}/oauth/v2/authorize`, {
      method: 'POST', redirect: 'manual', body: new URLSearchParams({ client_id: 'sandbox.client', scope, redirect_uri: redirectUri, decision: 'allow' }),
    });
    const code = new URL(page.headers.get('location') ?? '').searchParams.get('code');
    const { body } = await sandbox.call('oauth.v2.access', { client_id: 'sandbox.client', client_secret: 'sandbox-secret', code, redirect_uri: redirectUri });
    return String(body.access_token);
  }
});

describe('the answers have the shape of Slack’s own examples', () => {
  const OFFICIAL = new URL('../../../libs/slack/fixtures/official/', import.meta.url);
  const example = (name: string): unknown => JSON.parse(readFileSync(new URL(name, OFFICIAL), 'utf8'));

  /** What an example says that a bot's answer does not: whoever wrote it was a person, or an app with a URL hook. */
  const NOT_OF_A_BOT: Record<string, readonly string[]> = {
    'oauth.v2.access': ['authed_user.access_token', 'authed_user.scope', 'authed_user.token_type', 'enterprise.id', 'enterprise.name'],
    'conversations.info': ['channel.last_read', 'channel.locale', 'channel.is_read_only'],
    'chat.postMessage': ['message.subtype', 'message.username'],
  };
  const PERSONAL = /\.(has_2fa|image_\w+|first_name|last_name|fields|status_\w+)$/;

  const CALLS: Record<string, () => Promise<ApiAnswer>> = {
    'auth.test': () => sandbox.call('auth.test'),
    'auth.revoke': () => sandbox.call('auth.revoke'),
    'conversations.list': () => sandbox.call('conversations.list', { limit: 2 }),
    'conversations.info': async () => {
      await sandbox.control('channels', { name: '#general', rename: 'everybody' });
      return sandbox.call('conversations.info', { channel: 'C0GENERAL1' });
    },
    'users.conversations': () => sandbox.call('users.conversations', { limit: 2 }),
    'users.list': () => sandbox.call('users.list', { limit: 2 }),
    'users.info': () => sandbox.call('users.info', { user: 'U0ALICE001' }),
    'users.lookupByEmail': () => sandbox.call('users.lookupByEmail', { email: 'alice@acme.test' }),
    'chat.postMessage': () => sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x', attachments: [{ text: 'x', fallback: 'x' }] }),
    'chat.update': async () => sandbox.call('chat.update', { ...(await posted()), text: 'y' }),
    'chat.delete': async () => sandbox.call('chat.delete', await posted()),
    'oauth.v2.access': exchanged,
  };

  async function posted(): Promise<{ channel: string; ts: string }> {
    const { body } = await sandbox.call('chat.postMessage', { channel: 'C0GENERAL1', text: 'x' });
    return { channel: String(body.channel), ts: String(body.ts) };
  }

  async function exchanged(): Promise<ApiAnswer> {
    const redirect_uri = 'https://tocsin.test/slack/oauth/callback';
    const page = await fetch(`${sandbox.url}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ client_id: 'sandbox.client', scope: 'chat:write', redirect_uri, decision: 'allow' }) });
    return sandbox.call('oauth.v2.access', { client_id: 'sandbox.client', client_secret: 'sandbox-secret', code: new URL(page.headers.get('location') ?? '').searchParams.get('code'), redirect_uri });
  }

  /** Paths and kinds of what an answer holds; of a list, its first item. */
  function shape(value: unknown, path = ''): Map<string, string> {
    if (Array.isArray(value)) return new Map([[path, 'array'], ...(value.length > 0 ? shape(value[0], `${path}[]`) : [])]);
    if (typeof value !== 'object' || value === null) return new Map([[path, value === null ? 'null' : typeof value]]);
    return new Map(Object.entries(value).flatMap(([key, field]) => [...shape(field, path === '' ? key : `${path}.${key}`)]));
  }

  /** The sandbox has them for people who try it out. */
  const NOT_CALLED = ['apps.uninstall', 'chat.getPermalink'];

  test.each(Object.entries(CALLS))('%s', async (method, call) => {
    const { body } = await call();
    const ours = shape(body);
    const wanted = [...shape(example(`${method}.ok.json`))].filter(([path]) => !PERSONAL.test(path) && !(NOT_OF_A_BOT[method] ?? []).includes(path));
    expect(Object.fromEntries(wanted.map(([path]) => [path, ours.get(path)]))).toEqual(Object.fromEntries(wanted));
  });

  test('every example of a method that Tocsin calls is compared', () => {
    const examples = readdirSync(OFFICIAL).filter((name) => name.endsWith('.ok.json')).map((name) => name.replace('.ok.json', ''));
    const called = examples.filter((name) => name === 'oauth.v2.access' || (METHODS.has(name) && !NOT_CALLED.includes(name)));
    expect(called.sort()).toEqual(Object.keys(CALLS).sort());
  });

  test('a refusal is just as bare', async () => {
    expect((await sandbox.call('auth.test', {}, 'xoxb-no')).body).toEqual(example('auth.test.error.json'));
  });
});
