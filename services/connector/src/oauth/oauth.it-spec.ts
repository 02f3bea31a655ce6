import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { AuditEntry, Connection, ConnectionChanged, Problem, VerificationResult } from '@tocsin/contracts';
import { installerMark, SLACK_SCOPES } from '@tocsin/domain';
import { eventually } from '@tocsin/testing';

import { RunningConnector, type Who } from '../../test/running-connector.js';

let connector: RunningConnector;

beforeAll(async () => { connector = await RunningConnector.start(); }, 60_000);
afterAll(() => connector.stop(), 30_000);
beforeEach(() => connector.resetSandbox());

let organizations = 0;
function someone(): Who {
  organizations += 1;
  return { organization: `org-${organizations}` };
}

interface Begun {
  authorizeUrl: string;
  cookie: string;
}

async function begin(who: Who, body: object = {}, cookie = ''): Promise<Begun> {
  const answer = await connector.call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { who, body, headers: { cookie } });
  expect(answer.status).toBe(200);
  return { authorizeUrl: answer.body.authorizeUrl, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

/** Presses a button on the sandbox's consent page. @returns the query that Slack comes back with */
async function decide({ authorizeUrl }: Begun, decision: 'allow' | 'cancel', workspace = 'T0ACME0001', optional = true): Promise<URLSearchParams> {
  const choices = { decision, workspace, choices: 'shown', ...(optional && { 'optional:chat:write.public': 'on' }) };
  const form = new URLSearchParams([...new URL(authorizeUrl).searchParams, ...Object.entries(choices)]);
  const response = await fetch(`${connector.sandbox.url}/oauth/v2/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  expect(response.status).toBe(302);
  const back = new URL(response.headers.get('location') ?? '');
  expect(`${back.origin}${back.pathname}`).toBe('http://localhost:3000/slack/oauth/callback');
  return back.searchParams;
}

async function comeBack(query: URLSearchParams, cookie: string): Promise<URLSearchParams> {
  const response = await fetch(`${connector.url}/slack/oauth/callback?${query.toString()}`, { redirect: 'manual', headers: { cookie: `other=1; ${cookie}` } });
  expect(response.status).toBe(303);
  const page = new URL(response.headers.get('location') ?? '');
  expect(`${page.origin}${page.pathname}`).toBe('http://localhost:3000/connectors/slack');
  return page.searchParams;
}

async function connect(who: Who, workspace?: string): Promise<string> {
  const begun = await begin(who);
  const page = await comeBack(await decide(begun, 'allow', workspace), begun.cookie);
  expect(page.get('result')).toBe('connected');
  return page.get('connection') ?? '';
}

async function lastAudit(who: Who): Promise<AuditEntry | undefined> {
  return (await connector.call<{ items: AuditEntry[] }>('GET', '/v1/audit?limit=1', { who })).body.items[0];
}

async function connectionsOf(who: Who): Promise<Connection[]> {
  return (await connector.call<{ items: Connection[] }>('GET', '/v1/connections', { who })).body.items;
}

describe('CONNECT by IDENTITY PROVIDER', () => {
  test('asks on Slack’s page for exactly the scopes of the table, with a cookie that scripts cannot read', async () => {
    const answer = await connector.call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { who: someone(), body: {} });
    const url = new URL(answer.body.authorizeUrl);
    expect(`${url.origin}${url.pathname}`).toBe(`${connector.sandbox.url}/oauth/v2/authorize`);
    expect(url.searchParams.get('scope')?.split(',')).toEqual(SLACK_SCOPES.map(({ name }) => name));
    expect(url.searchParams.get('redirect_uri')).toBe('http://localhost:3000/slack/oauth/callback');
    expect(answer.headers.get('set-cookie')).toMatch(/^tocsin_oauth=[\w-]{43}; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/);
  });

  test('comes back connected, audited under the name of who began', async () => {
    const who = someone();
    const id = await connect(who);
    const { body } = await connector.call<Connection>('GET', `/v1/connections/${id}`, { who });
    expect(body).toMatchObject({ method: 'oauth', workspace: { id: 'T0ACME0001', name: 'Acme' }, appId: 'A0TOCSIN', health: { state: 'connected' }, scopes: SLACK_SCOPES.map(({ name }) => name) });
    expect(await lastAudit(who)).toMatchObject({ action: 'connection.connected', actor: { kind: 'user', id: 'noa@acme.test' }, target: { id } });
  });

  test('connects without the optional scope', async () => {
    const who = someone();
    const begun = await begin(who);
    const page = await comeBack(await decide(begun, 'allow', undefined, false), begun.cookie);
    expect(page.get('result')).toBe('connected');
    expect(await connectionsOf(who)).toMatchObject([{ missingScopes: [], health: { state: 'connected' } }]);
    expect((await connectionsOf(who))[0]?.scopes).not.toContain('chat:write.public');
  });

  test('renews a connection in place, also one made by token; paused it stays paused', async () => {
    const who = someone();
    const made = await connector.call<Connection>('POST', '/v1/connections', { who, body: { method: 'token', hostUrl: 'acme.slack.com', token: 'xoxb-sandbox-acme' } });
    await connector.call('POST', `/v1/connections/${made.body.id}/pause`, { who });
    const begun = await begin(who, { connectionId: made.body.id });
    expect(new URL(begun.authorizeUrl).searchParams.get('team')).toBe('T0ACME0001');
    const page = await comeBack(await decide(begun, 'allow'), begun.cookie);
    expect(page.get('connection')).toBe(made.body.id);
    expect(await connectionsOf(who)).toMatchObject([{ id: made.body.id, createdAt: made.body.createdAt, method: 'oauth', paused: true, version: 3 }]);
  });

  test('connects the one to be renewed also when it was disconnected meanwhile', async () => {
    const who = someone();
    const id = await connect(who);
    const begun = await begin(who, { connectionId: id });
    await connector.call('DELETE', `/v1/connections/${id}`, { who });
    const page = await comeBack(await decide(begun, 'allow'), begun.cookie);
    expect([page.get('result'), page.get('connection')]).toEqual(['connected', id]);
  });

  test('connects several workspaces, and from several tabs of one browser', async () => {
    const who = someone();
    const first = await begin(who);
    const second = await begin(who, {}, first.cookie);
    const [acme, globex] = [await decide(first, 'allow'), await decide(second, 'allow', 'T0GLOBEX01')];
    expect((await comeBack(acme, second.cookie)).get('result')).toBe('connected');
    expect((await comeBack(globex, second.cookie)).get('result')).toBe('connected');
    expect((await connectionsOf(who)).map(({ workspace }) => workspace.name)).toEqual(['Acme', 'Globex']);
  });

  test('takes no cookie for a secret that is not in the form of ours', async () => {
    const { cookie } = await begin(someone(), {}, 'tocsin_oauth=short');
    expect(cookie).toMatch(/^tocsin_oauth=[\w-]{43}$/);
  });
});

describe('a bad return', () => {
  test.each<[string, (begun: Begun) => Promise<URLSearchParams>, string]>([
    ['cancelled at Slack', (begun) => decide(begun, 'cancel'), 'cancelled'],
    ['with a refusal of Slack’s', (begun) => Promise.resolve(new URLSearchParams({ error: 'invalid_scope', state: new URL(begun.authorizeUrl).searchParams.get('state') ?? '' })), 'refused'],
    ['with a code that Slack does not know', (begun) => Promise.resolve(new URLSearchParams({ code: 'made.up', state: new URL(begun.authorizeUrl).searchParams.get('state') ?? '' })), 'refused'],
    ['without a code', (begun) => Promise.resolve(new URLSearchParams({ state: new URL(begun.authorizeUrl).searchParams.get('state') ?? '' })), 'refused'],
  ])('%s is told, audited, and connects nothing', async (_, way, result) => {
    const who = someone();
    const begun = await begin(who);
    const page = await comeBack(await way(begun), begun.cookie);
    expect(page.get('result')).toBe(result);
    expect(await lastAudit(who)).toMatchObject({ action: 'connection.installation_ended', after: { result } });
    expect(await connectionsOf(who)).toEqual([]);
  });

  test('says by a mark, never by name, who began, so that the console can tell when somebody else has signed in', async () => {
    const who = someone();
    const marked = async (way: (begun: Begun) => Promise<URLSearchParams>): Promise<string | null> => {
      const begun = await begin(who);
      const page = await comeBack(await way(begun), begun.cookie);
      expect(page.toString()).not.toContain('noa');
      return page.get('user');
    };
    const mark = installerMark(who.organization ?? '', 'noa@acme.test');
    expect(await marked((begun) => decide(begun, 'allow'))).toBe(mark);
    expect(await marked((begun) => decide(begun, 'cancel'))).toBe(mark);
    expect((await comeBack(new URLSearchParams({ state: 'unknown' }), '')).has('user')).toBe(false);
  });

  test('with a text that is no code of Slack’s does not repeat it', async () => {
    const who = someone();
    const begun = await begin(who);
    const state = new URL(begun.authorizeUrl).searchParams.get('state') ?? '';
    const page = await comeBack(new URLSearchParams({ error: '<script>alert(1)</script>', state }), begun.cookie);
    expect(Object.fromEntries(page)).toMatchObject({ result: 'refused', error: 'unreadable_answer' });
    expect(JSON.stringify(await lastAudit(who))).not.toContain('script');
  });

  test.each([
    ['away', { method: 'oauth.v2.access', status: 503 }, 'http_503'],
    ['too busy', { method: 'oauth.v2.access', status: 429, retryAfter: 5 }, 'ratelimited'],
    ['against the token that it has just given', { method: 'auth.test', error: 'invalid_auth' }, 'invalid_auth'],
  ])('while Slack is %s is refused with the code of the reason', async (_, fault, error) => {
    const who = someone();
    const begun = await begin(who);
    const back = await decide(begun, 'allow');
    await connector.fault(fault);
    expect(Object.fromEntries(await comeBack(back, begun.cookie))).toMatchObject({ result: 'refused', error });
    expect(await lastAudit(who)).toMatchObject({ after: { result: 'refused', slackError: error } });
  });

  test('with a state that is not ours is logged, since there is no organization to audit it in', async () => {
    const logged = (): number => [...connector.log.matchAll(/"withState":(true|false),"withCookie":(true|false).*a state that is not ours/g)].length;
    const before = logged();
    expect((await comeBack(new URLSearchParams({ code: 'a', state: 'b' }), 'tocsin_oauth=c')).get('result')).toBe('expired');
    expect((await comeBack(new URLSearchParams(), '')).get('result')).toBe('expired');
    expect((await comeBack(new URLSearchParams('state[a]=1&code=2'), '')).get('result')).toBe('expired');
    expect(logged() - before).toBe(3);
  });

  test('in another browser connects nothing, and the browser that began still can', async () => {
    const who = someone();
    const [begun, elsewhere] = [await begin(who), await begin(someone())];
    const back = await decide(begun, 'allow');
    expect((await comeBack(back, elsewhere.cookie)).get('result')).toBe('wrong_browser');
    expect((await comeBack(back, '')).get('result')).toBe('wrong_browser');
    expect(await connectionsOf(who)).toEqual([]);
    expect((await comeBack(back, begun.cookie)).get('result')).toBe('connected');
  });

  test('a second time is told as used, also when both come at once', async () => {
    const who = someone();
    const begun = await begin(who);
    const back = await decide(begun, 'allow');
    const results = await Promise.all([1, 2, 3].map(async () => (await comeBack(back, begun.cookie)).get('result')));
    expect(results.sort()).toEqual(['connected', 'used', 'used']);
  });

  test('after ten minutes is told as expired', async () => {
    const who = someone();
    const begun = await begin(who);
    const back = await decide(begun, 'allow');
    await connector.database.query(`update connector.oauth_states set expires_at = now() where organization_id = $1`, [who.organization]);
    expect((await comeBack(back, begun.cookie)).get('result')).toBe('expired');
  });

  test('from another workspace than the one to be renewed changes nothing, and takes the installation back where nobody lives on it', async () => {
    await connector.database.query('delete from connector.connections');
    const who = someone();
    const id = await connect(who);
    const begun = await begin(who, { connectionId: id });
    const page = await comeBack(await decide(begun, 'allow', 'T0GLOBEX01'), begun.cookie);
    expect(page.get('result')).toBe('wrong_workspace');
    expect(await connectionsOf(who)).toMatchObject([{ id, version: 1, workspace: { name: 'Acme' } }]);
    expect((await connector.requests()).filter((method) => method === 'auth.revoke')).toHaveLength(1);
    expect(await lastAudit(who)).toMatchObject({ action: 'connection.installation_ended', target: { id }, after: { result: 'wrong_workspace' } });
  });

  test('from another workspace leaves the installation to those who live on it', async () => {
    const [who, other] = [someone(), someone()];
    await connect(other, 'T0GLOBEX01');
    const begun = await begin(who, { connectionId: await connect(who) });
    expect((await comeBack(await decide(begun, 'allow', 'T0GLOBEX01'), begun.cookie)).get('result')).toBe('wrong_workspace');
    expect(await connector.requests()).not.toContain('auth.revoke');
  });

  test('from another workspace is told also when the installation cannot be taken back, which is logged', async () => {
    await connector.database.query('delete from connector.connections');
    const who = someone();
    const begun = await begin(who, { connectionId: await connect(who) });
    const back = await decide(begun, 'allow', 'T0GLOBEX01');
    await connector.fault({ method: 'auth.revoke', status: 503 });
    expect((await comeBack(back, begun.cookie)).get('result')).toBe('wrong_workspace');
    expect(connector.log).toMatch(/"workspaceId":"T0GLOBEX01","slackError":"http_503".*could not be taken back/);
  });

  test('from an installation for a whole organization is told as such', async () => {
    const who = someone();
    const begun = await begin(who);
    const back = await decide(begun, 'allow');
    await connector.fault({ method: 'oauth.v2.access', body: { ok: true, access_token: 'xoxb-sandbox-org', token_type: 'bot', scope: 'chat:write', app_id: 'A1', team: null, is_enterprise_install: true } });
    expect((await comeBack(back, begun.cookie)).get('result')).toBe('enterprise');
  });

  test('one person keeps twenty states; the oldest are given up, and what is a day old is gone', async () => {
    const [who, long] = [someone(), someone()];
    const states = async (organization: string | undefined): Promise<number> => (await connector.database.query(`select from connector.oauth_states where organization_id = $1`, [organization])).length;
    await begin(long);
    await connector.database.query(`update connector.oauth_states set expires_at = now() - interval '25 hours' where organization_id = $1`, [long.organization]);
    const all: Begun[] = [];
    for (let time = 0; time < 22; time += 1) all.push(await begin(who));
    expect([await states(who.organization), await states(long.organization)]).toEqual([20, 0]);
    const [first, last] = [all[0], all.at(-1)].map((begun) => begun ?? { authorizeUrl: '', cookie: '' }) as [Begun, Begun];
    expect((await comeBack(await decide(first, 'allow'), first.cookie)).get('result')).toBe('expired');
    expect((await comeBack(await decide(last, 'allow'), last.cookie)).get('result')).toBe('connected');
  });

  test('the state is kept as a hash', async () => {
    const begun = await begin(someone());
    const rows = await connector.database.query(`select s::text from connector.oauth_states s`);
    expect(JSON.stringify(rows)).not.toContain(new URL(begun.authorizeUrl).searchParams.get('state'));
    expect(JSON.stringify(rows)).not.toContain(begun.cookie.split('=')[1]);
  });
});

test('who opened the console at another address than people come back to is told before leaving', async () => {
  const headers = { origin: 'http://127.0.0.1:3000' };
  expect(await connector.call<Problem>('POST', '/v1/connections/oauth', { who: someone(), body: {}, headers })).toMatchObject({ status: 422, body: { hint: expect.stringContaining('Open http://localhost:3000') } });
  const { body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: { method: 'oauth' }, headers });
  expect([body.ok, body.checks.find(({ id }) => id === 'redirect.here')?.status]).toEqual([false, 'failed']);
  expect((await connector.call('POST', '/v1/connections/oauth', { who: someone(), body: {}, headers: { origin: 'http://localhost:3000' } })).status).toBe(200);
});

test('only an own connection can be renewed, and only by who may configure', async () => {
  const id = await connect(someone());
  expect((await connector.call('POST', '/v1/connections/oauth', { who: someone(), body: { connectionId: id } })).status).toBe(404);
  expect((await connector.call('POST', '/v1/connections/oauth', { who: { ...someone(), roles: ['editor'] }, body: {} })).status).toBe(403);
});

test('disconnecting revokes the token only when nobody else uses the workspace', async () => {
  await connector.database.query('delete from connector.connections');
  const [one, other] = [someone(), someone()];
  const [first, second] = [await connect(one), await connect(other)];
  const revocations = async (): Promise<number> => (await connector.requests()).filter((method) => method === 'auth.revoke').length;
  expect((await connector.call('DELETE', `/v1/connections/${first}`, { who: one })).status).toBe(204);
  expect(await revocations()).toBe(0);
  expect(await connector.call('POST', `/v1/connections/${second}/verify`, { who: other })).toMatchObject({ body: { ok: true } });
  expect((await connector.call('DELETE', `/v1/connections/${second}`, { who: other })).status).toBe(204);
  expect(await revocations()).toBe(1);
  const told = await eventually(() => connector.heard.find((changed: ConnectionChanged) => changed.id === second && changed.disconnected === true));
  expect(told.organizationId).toBe(other.organization);
});

test('who connects a workspace while its token is being revoked hears within seconds that it is lost', async () => {
  await connector.database.query('delete from connector.connections');
  const [leaving, coming] = [someone(), someone()];
  const old = await connect(leaving);
  await connector.control('faults', { method: 'auth.revoke', latencyMs: 1500, times: 1 });
  const left = connector.call('DELETE', `/v1/connections/${old}`, { who: leaving });
  await eventually(async () => (await connectionsOf(leaving)).length === 0);
  await connect(coming);
  expect((await left).status).toBe(204);
  await eventually(async () => (await connectionsOf(coming))[0]?.health.state === 'revoked', { timeout: 20_000 });
}, 40_000);

describe('without the published app', () => {
  let bare: RunningConnector;

  beforeAll(async () => {
    bare = await RunningConnector.start({ SLACK_CLIENT_ID: '', SLACK_CLIENT_SECRET: '' });
  }, 60_000);

  afterAll(async () => {
    await bare.stop();
  }, 30_000);

  test('CONNECT and VERIFY CONNECTIVITY name the settings', async () => {
    expect(await bare.call<Problem>('POST', '/v1/connections/oauth', { body: {} })).toMatchObject({ status: 422, body: { hint: expect.stringContaining('SLACK_CLIENT_ID') } });
    expect(await bare.call('POST', '/v1/connections/verify', { body: { method: 'oauth' } })).toMatchObject({ body: { ok: false, checks: expect.arrayContaining([expect.objectContaining({ id: 'client.configured', status: 'failed' })]) } });
  });
});
