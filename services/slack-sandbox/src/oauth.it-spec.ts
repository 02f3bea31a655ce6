import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { answerOf, runningSandbox, type ApiAnswer, type RunningSandbox } from '../test/running-sandbox.js';
import { startSandbox } from './sandbox.js';

let sandbox: RunningSandbox;
beforeAll(async () => { sandbox = await runningSandbox(); });
afterEach(async () => { await sandbox.reset(); });
afterAll(async () => { await sandbox.close(); });

const REDIRECT = 'https://tocsin.test/slack/oauth/callback';
const ASKED = { client_id: 'sandbox.client', scope: 'chat:write,channels:read,chat:write.public', redirect_uri: REDIRECT, state: 's t&<1>' };
const CLIENT = { client_id: 'sandbox.client', client_secret: 'sandbox-secret' };

async function consentPage(change: Record<string, string> = {}): Promise<{ status: number; html: string; headers: Headers }> {
  const response = await fetch(`${sandbox.url}/oauth/v2/authorize?${new URLSearchParams({ ...ASKED, ...change }).toString()}`, { redirect: 'manual' });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

/** Presses a button of the consent page; where the browser is sent. */
async function decide(form: Record<string, string>): Promise<URL> {
  const response = await fetch(`${sandbox.url}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...ASKED, ...form }) });
  expect(response.status).toBe(302);
  return new URL(response.headers.get('location') ?? '');
}

async function code(form: Record<string, string> = {}): Promise<string> {
  return (await decide({ decision: 'allow', ...form })).searchParams.get('code') ?? '';
}

async function exchange(args: Record<string, unknown>): Promise<ApiAnswer> {
  return sandbox.call('oauth.v2.access', { ...CLIENT, redirect_uri: REDIRECT, ...args }, '');
}

describe('the consent page', () => {
  test('names the app, the workspaces and each scope with its purpose; only the optional one can be declined', async () => {
    const { status, html, headers } = await consentPage();
    expect(status).toBe(200);
    for (const text of ['Tocsin', 'acme.slack.com', 'globex.slack.com', 'chat:write', 'send messages as the app', 'list public channels', 'Allow', 'Cancel']) expect(html).toContain(text);
    expect(html.match(/type="checkbox"[^>]*/g)).toEqual(['type="checkbox" name="optional:chat:write.public" checked']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('nothing of the request becomes markup', async () => {
    const { html } = await consentPage({ state: '"><script>alert(1)</script>' });
    expect(html).not.toContain('<script>');
    expect(html).toContain('&#34;&#62;&#60;script&#62;');
  });

  test('the wanted workspace is chosen already', async () => {
    expect((await consentPage({ team: 'T0GLOBEX01' })).html).toContain('<option value="T0GLOBEX01" selected>');
  });

  test.each<[string, Record<string, string>, string]>([
    ['an unknown client', { client_id: 'somebody' }, 'invalid_client_id'],
    ['no redirect URL', { redirect_uri: '' }, 'bad_redirect_uri'],
    ['a redirect URL that is none', { redirect_uri: 'callback' }, 'bad_redirect_uri'],
    ['another scheme', { redirect_uri: 'javascript:alert(1)' }, 'bad_redirect_uri'],
    ['a fragment', { redirect_uri: `${REDIRECT}#x` }, 'bad_redirect_uri'],
    ['an empty fragment', { redirect_uri: `${REDIRECT}#` }, 'bad_redirect_uri'],
    ['no scopes', { scope: ' , ' }, 'no_scopes'],
    ['a scope that is none', { scope: 'chat:write,<b>' }, 'invalid_scope'],
  ])('%s is told on the page, and nobody is sent anywhere', async (_case, change, error) => {
    const { status, html, headers } = await consentPage(change);
    expect([status, headers.has('location')]).toEqual([400, false]);
    expect(html).toContain(error);
    expect(html).not.toContain('Allow');
  });
});

describe('the way back', () => {
  test('Allow leads back with a code and the state', async () => {
    const back = await decide({ decision: 'allow' });
    expect(back.href.startsWith(`${REDIRECT}?`)).toBe(true);
    expect(back.searchParams.get('code')).toMatch(/^[0-9a-f.]{20,}$/);
    expect(back.searchParams.get('state')).toBe(ASKED.state);
  });

  test('Cancel leads back with access_denied and the state', async () => {
    const back = await decide({ decision: 'cancel' });
    expect(Object.fromEntries(back.searchParams)).toEqual({ error: 'access_denied', state: ASKED.state });
  });

  test('what the redirect URL carried already stays', async () => {
    expect((await decide({ decision: 'allow', redirect_uri: `${REDIRECT}?tenant=1` })).searchParams.get('tenant')).toBe('1');
  });

  test('a wrong request is not redirected by pressing the button either', async () => {
    const response = await fetch(`${sandbox.url}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...ASKED, redirect_uri: 'javascript:alert(1)', decision: 'allow' }) });
    expect([response.status, response.headers.has('location')]).toEqual([400, false]);
  });
});

describe('where an admin must approve the app', () => {
  test('the page says so beforehand, a request is sent, and nobody is led back until it is approved', async () => {
    expect(await sandbox.control('approval', { required: true })).toEqual({ status: 200, body: { required: true } });
    const { html } = await consentPage();
    expect(html).toContain('must approve Tocsin');
    expect(html).toContain('Request to install');
    expect(html).not.toContain('Allow');
    const sent = await fetch(`${sandbox.url}/oauth/v2/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...ASKED, decision: 'allow' }) });
    expect([sent.status, sent.headers.has('location')]).toEqual([200, false]);
    const page = await sent.text();
    expect(page).toContain('Your request was sent to the admins');
    expect(page).not.toContain(REDIRECT);
    expect((await decide({ decision: 'cancel' })).searchParams.get('error')).toBe('access_denied');
    await sandbox.control('approval', { required: false });
    expect((await decide({ decision: 'allow' })).searchParams.get('code')).toBeTruthy();
  });

  test('a reset takes the demand back', async () => {
    await sandbox.control('approval', { required: true });
    await sandbox.reset();
    expect((await sandbox.control('approval', {})).body).toEqual({ required: false });
  });
});

describe('the exchange', () => {
  test('a code becomes a bot token that works', async () => {
    const { body } = await exchange({ code: await code() });
    expect(body).toMatchObject({ ok: true, token_type: 'bot', scope: ASKED.scope, app_id: 'A0TOCSIN', team: { id: 'T0ACME0001', name: 'Acme' }, enterprise: null, is_enterprise_install: false });
    const token = String(body.access_token);
    expect(token).toMatch(/^xoxb-sandbox-acme-/);
    expect((await sandbox.call('auth.test', {}, token)).body).toMatchObject({ ok: true, team: 'Acme', user_id: body.bot_user_id });
    expect((await sandbox.call('chat.postMessage', { channel: 'C0SECALERT', text: 'x' }, token)).body.ok).toBe(true);
  });

  test('client id and secret are taken from HTTP Basic too', async () => {
    const response = await fetch(`${sandbox.url}/api/oauth.v2.access`, {
      method: 'POST', headers: { authorization: `Basic ${btoa('sandbox.client:sandbox-secret')}` }, body: new URLSearchParams({ code: await code(), redirect_uri: REDIRECT }),
    });
    expect((await answerOf(response)).body.ok).toBe(true);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a made-up code', { code: 'made-up' }, 'invalid_code'],
    ['no code', {}, 'invalid_code'],
    ['an unknown client', { client_id: 'somebody', code: 'made-up' }, 'invalid_client_id'],
    ['a wrong secret', { client_secret: 'wrong', code: 'made-up' }, 'bad_client_secret'],
    ['a refresh token', { grant_type: 'refresh_token', refresh_token: 'xoxe-1' }, 'invalid_refresh_token'],
    ['another kind of grant', { grant_type: 'password' }, 'invalid_grant_type'],
  ])('%s is refused', async (_case, args, error) => {
    expect((await exchange(args)).body).toEqual({ ok: false, error });
  });

  test('another redirect URL than on the page is refused', async () => {
    expect((await exchange({ code: await code(), redirect_uri: `${REDIRECT}/other` })).body.error).toBe('bad_redirect_uri');
  });

  test('a code works once', async () => {
    const once = await code();
    expect((await exchange({ code: once })).body.ok).toBe(true);
    expect((await exchange({ code: once })).body.error).toBe('invalid_code');
  });

  test.each([[599, undefined], [600, 'invalid_code']])('a code works for ten minutes: after %d seconds %s', async (seconds, error) => {
    const late = await code();
    sandbox.pass(seconds);
    expect((await exchange({ code: late })).body.error).toBe(error);
  });

  test('a declined optional scope is not granted', async () => {
    const { body } = await exchange({ code: await code({ choices: 'shown' }) });
    expect(body.scope).toBe('chat:write,channels:read');
  });

  test('the chosen workspace is the one that is connected', async () => {
    expect((await exchange({ code: await code({ workspace: 'T0GLOBEX01' }) })).body.team).toEqual({ id: 'T0GLOBEX01', name: 'Globex' });
  });
});

describe('installing again', () => {
  const install = async (scope: string): Promise<Record<string, unknown>> => (await exchange({ code: await code({ scope }) })).body;

  test('gives the same bot and token, and adds scopes', async () => {
    const first = await install('chat:write,users:read');
    const second = await install('chat:write,groups:read');
    expect(second).toMatchObject({ access_token: first.access_token, bot_user_id: first.bot_user_id, scope: 'chat:write,users:read,groups:read' });
  });

  test('after a revocation gives another token with only the scopes asked for now', async () => {
    const first = await install('chat:write,users:read');
    await sandbox.call('auth.revoke', {}, String(first.access_token));
    const second = await install('chat:write');
    expect(second.scope).toBe('chat:write');
    expect(second.access_token).not.toBe(first.access_token);
    expect((await sandbox.call('auth.test', {}, String(first.access_token))).body.error).toBe('token_revoked');
  });

  test('uninstalling ends the app’s token in that workspace only', async () => {
    const token = String((await install('chat:write')).access_token);
    expect((await sandbox.call('apps.uninstall', CLIENT, token)).body).toEqual({ ok: true });
    expect((await sandbox.call('auth.test', {}, token)).body.error).toBe('account_inactive');
    expect((await sandbox.call('auth.test')).body.ok).toBe(true);
  });
});

test('a token from the consent page outlives a restart of the sandbox, a token of this run does not outlive a reset', async () => {
  const { access_token: token } = (await exchange({ code: await code() })).body;
  const next = await startSandbox({ port: 0, now: () => Date.now() + 3_600_000 });
  const identity = async (url: string): Promise<unknown> =>
    (await fetch(`${url}/api/auth.test`, { method: 'POST', headers: { authorization: `Bearer ${String(token)}` } })).json();
  try {
    expect(await identity(next.url)).toMatchObject({ ok: true, team: 'Acme', user: 'tocsin' });
  } finally {
    await next.close();
  }
  await sandbox.reset();
  expect(await identity(sandbox.url)).toEqual({ ok: false, error: 'invalid_auth' });
});

describe('where tokens rotate', () => {
  interface Issued { token: string; refresh: string }

  const issued = ({ access_token, refresh_token }: Record<string, unknown>): Issued => ({ token: String(access_token), refresh: String(refresh_token) });
  const install = async (): Promise<Issued> => issued((await exchange({ code: await code() })).body);
  const renewal = async (refresh: string): Promise<ApiAnswer['body']> => (await exchange({ grant_type: 'refresh_token', refresh_token: refresh })).body;
  const works = async (token: string): Promise<string> => (await sandbox.call('auth.test', {}, token)).body.error ?? 'works';

  beforeEach(async () => { expect((await sandbox.control('rotation', { enabled: true })).body).toEqual({ enabled: true, expiresIn: 43_200 }); });

  test('an installation gives a token that ends, and what renews it', async () => {
    const { body } = await exchange({ code: await code() });
    expect(body).toMatchObject({ ok: true, token_type: 'bot', expires_in: 43_200, scope: ASKED.scope });
    expect(body.access_token).toMatch(/^xoxe\.xoxb-sandbox-acme-/);
    expect(body.refresh_token).toMatch(/^xoxe-1-/);
    expect((await sandbox.call('auth.test', {}, String(body.access_token))).body).toMatchObject({ ok: true, user_id: body.bot_user_id, expires_in: 43_200 });
  });

  test.each([[43_199, 'works'], [43_200, 'token_expired']])('after %d seconds the token %s', async (seconds, end) => {
    const { token } = await install();
    sandbox.pass(seconds);
    expect(await works(token)).toBe(end);
  });

  test('a renewal gives another token of the same bot with the same scopes, also when the old one has ended', async () => {
    const first = (await exchange({ code: await code() })).body;
    sandbox.pass(50_000);
    const second = await renewal(issued(first).refresh);
    expect(second).toMatchObject({ ok: true, bot_user_id: first.bot_user_id, scope: first.scope, team: first.team, expires_in: 43_200 });
    expect(await works(issued(second).token)).toBe('works');
  });

  test.each([[59, undefined], [60, 'invalid_refresh_token']])('a refresh token that was used works again %d seconds later: %s', async (seconds, error) => {
    const { refresh } = await install();
    expect((await renewal(refresh)).ok).toBe(true);
    sandbox.pass(seconds);
    expect((await renewal(refresh)).error).toBe(error);
  });

  test('the two newest tokens work, and the token that was pushed out can still be renewed', async () => {
    const [first, second, third] = [await install(), await install(), await install()];
    expect(await Promise.all([first, second, third].map(({ token }) => works(token)))).toEqual(['token_revoked', 'works', 'works']);
    expect((await renewal(first.refresh)).ok).toBe(true);
  });

  test.each<[string, (token: string) => Promise<unknown>]>([
    ['revoked', (token) => sandbox.call('auth.revoke', {}, token)],
    ['uninstalled', (token) => sandbox.call('apps.uninstall', CLIENT, token)],
  ])('what was %s cannot be renewed', async (_how, end) => {
    const { token, refresh } = await install();
    await end(token);
    expect((await renewal(refresh)).error).toBe('invalid_refresh_token');
  });

  test('a reset switches it off, and no request on record shows a refresh token', async () => {
    const { refresh } = await install();
    await renewal(refresh);
    expect(JSON.stringify((await sandbox.control('requests')).body)).not.toContain(refresh);
    await sandbox.reset();
    expect((await exchange({ code: await code() })).body).not.toHaveProperty('refresh_token');
  });
});
