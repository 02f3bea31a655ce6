import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { AuditEntry, Connection, ConnectionChanged, Problem, VerificationResult } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningConnector, type Who } from '../../test/running-connector.js';

const TOKEN = 'xoxb-sandbox-acme';
const ACME = { method: 'token', hostUrl: 'https://acme.slack.com', token: TOKEN };
const NO_EMAIL = 'xoxb-sandbox-acme-no-email';

let connector: RunningConnector;

beforeAll(async () => { connector = await RunningConnector.start(); }, 60_000);
afterAll(() => connector.stop(), 30_000);
beforeEach(() => connector.resetSandbox());

/** An organization of its own for each story. */
let organizations = 0;
function someone(): Who {
  organizations += 1;
  return { organization: `org-${organizations}` };
}

async function connect(who: Who, body: object = ACME): Promise<Connection> {
  const { status, body: connection } = await connector.call<Connection>('POST', '/v1/connections', { who, body });
  expect([200, 201]).toContain(status);
  return connection;
}

async function credentialOf(id: string): Promise<{ token: string; credentialVersion: number } | undefined> {
  return connector.peer('notifier').get('connector', `/internal/connections/${id}/credential`);
}

async function auditOf(who: Who): Promise<AuditEntry[]> {
  return (await connector.call<{ items: AuditEntry[] }>('GET', '/v1/audit?limit=200', { who })).body.items;
}

interface ChecksProblem extends Problem {
  checks: VerificationResult['checks'];
}

describe('VERIFY CONNECTIVITY', () => {
  const WRONG: readonly (readonly [string, Record<string, string>, string])[] = [
    ['a token of a person', { token: 'xoxp-1-2-abc' }, 'token.kind'],
    ['an app-level token', { token: 'xapp-1-A-2-abc' }, 'token.kind'],
    ['a refresh token', { token: 'xoxe-1-abc' }, 'token.kind'],
    ['the address of a webhook', { token: 'https://hooks.slack.com/services/T1/B1/abc' }, 'token.kind'],
    ['blanks', { token: '   ' }, 'token.kind'],
    ['a token with a blank inside', { token: 'xoxb-sandbox -acme' }, 'token.kind'],
    ['a token of Slack', { token: 'xoxb-123456-abcdef' }, 'token.accepted'],
    ['a host that is not Slack’s', { hostUrl: 'https://acme.example.com' }, 'workspace.matches'],
    ['an address inside our network', { hostUrl: 'http://169.254.169.254/' }, 'workspace.matches'],
    ['a bare name', { hostUrl: 'acme' }, 'workspace.matches'],
    ['the address that a browser shows', { hostUrl: 'https://app.slack.com/client/T0ACME0001/C1' }, 'workspace.matches'],
    ['the two fields in each other’s place', { hostUrl: TOKEN, token: 'https://acme.slack.com' }, 'workspace.matches'],
    ['an invisible character in the token', { token: 'xoxb-sandbox-ac\u200bme' }, 'token.kind'],
    ['a signing secret', { token: '8f742231b10e8888abcd990000000085' }, 'token.kind'],
  ];

  test.each(WRONG)('refuses %s, and no request leaves', async (_, change, id) => {
    const { status, body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: { ...ACME, ...change } });
    expect(status).toBe(200);
    expect(body.ok).toBe(false);
    expect(body.checks.find((check) => check.id === id)).toMatchObject({ status: 'failed', remedy: expect.stringMatching(/.{10}/) });
    expect(await connector.requests()).toEqual([]);
  });

  test('passes with the sandbox’s token and says whose it is', async () => {
    const { body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: { ...ACME, hostUrl: 'acme.slack.com/' } });
    expect(body).toMatchObject({ ok: true, workspace: { id: 'T0ACME0001', name: 'Acme' }, bot: { name: expect.any(String) } });
    expect(body.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  test.each([
    ['a token that Slack does not know', { token: 'xoxb-sandbox-nobody' }, 'token.accepted'],
    ['a token of another workspace', { token: 'xoxb-sandbox-globex' }, 'workspace.matches'],
    ['a token without a scope', { token: NO_EMAIL }, 'scope.users:read.email'],
  ])('asks Slack about %s', async (_, change, id) => {
    const { body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: { ...ACME, ...change } });
    expect(body.ok).toBe(false);
    expect(body.checks.filter(({ status }) => status === 'failed').map((check) => check.id)).toEqual([id]);
  });

  test('finds out the scopes by calling where something strips the header', async () => {
    const answer = { ok: true, url: 'https://acme.slack.com/', team: 'Acme', team_id: 'T0ACME0001', user: 'tocsin', user_id: 'U0BOT', bot_id: 'B0BOT' };
    await connector.fault({ method: 'auth.test', body: answer });
    const good = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: ACME });
    expect(good.body.checks.filter(({ status }) => status !== 'passed').map(({ id, status }) => [id, status])).toEqual([['scope.chat:write.public', 'warning']]);
    const narrow = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: { ...ACME, token: NO_EMAIL } });
    expect(narrow.body.checks.find(({ id }) => id === 'scope.users:read.email')).toMatchObject({ status: 'failed' });
  });

  test.each(['auth.test', 'conversations.list', 'users.list'])('a busy Slack at %s is a warning', async (method) => {
    await connector.fault({ method, status: 429, retryAfter: 9 });
    const { body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: ACME });
    expect(body.checks.filter(({ status }) => status !== 'passed')).toEqual([expect.objectContaining({ status: 'warning', message: expect.stringContaining('busy'), remedy: expect.stringContaining('9 seconds') })]);
  });

  test('checks our own side for IDENTITY PROVIDER', async () => {
    const { body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { body: { method: 'oauth' } });
    expect(body.checks.map(({ id, status }) => [id, status])).toEqual(expect.arrayContaining([['client.configured', 'passed'], ['client.accepted', 'passed'], ['redirect.https', 'passed'], ['slack.reachable', 'passed']]));
    expect(body.ok).toBe(true);
  });

  test.each([
    ['an unknown field', { ...ACME, colour: 'red' }, '/colour'],
    ['no token', { method: 'token', hostUrl: 'acme.slack.com' }, '/token'],
    ['an unknown method', { method: 'magic' }, '/method'],
  ])('a body with %s is refused with the place', async (_, body, pointer) => {
    const answer = await connector.call<Problem>('POST', '/v1/connections/verify', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((place) => place.pointer)).toContain(pointer);
  });
});

describe('CONNECT', () => {
  test('makes a connection and tells the other services; the token is in the credential only', async () => {
    const who = someone();
    const { status, body } = await connector.call<Connection>('POST', '/v1/connections', { who, body: ACME });
    expect(status).toBe(201);
    expect(body).toMatchObject({ method: 'token', workspace: { name: 'Acme', url: 'https://acme.slack.com' }, health: { state: 'connected' }, missingScopes: [], paused: false, version: 1, token: { hint: 'acme' } });
    expect(await credentialOf(body.id)).toEqual({ token: TOKEN, credentialVersion: 1 });
    const told = await eventually(() => connector.heard.find(({ id }) => id === body.id));
    expect(told).toEqual({ ...(body as object), organizationId: who.organization, credentialVersion: 1 });
    expect(await connector.peer('notifier').get('connector', `/internal/connections/${body.id}`)).toEqual(told);
  });

  test('connects a workspace again in place', async () => {
    const who = someone();
    const first = await connect(who);
    const { status, body } = await connector.call<Connection>('POST', '/v1/connections', { who, body: ACME });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: first.id, createdAt: first.createdAt, version: 2 });
    expect(await credentialOf(first.id)).toMatchObject({ credentialVersion: 2 });
    expect((await connector.call<{ items: Connection[] }>('GET', '/v1/connections', { who })).body.items).toHaveLength(1);
  });

  test('a failed check is a 422 that lists the checks, and nothing is kept', async () => {
    const who = someone();
    const { status, headers, body } = await connector.call<ChecksProblem>('POST', '/v1/connections', { who, body: { ...ACME, token: NO_EMAIL } });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ title: 'Check your credentials and permissions', detail: expect.stringContaining('users:read.email'), hint: expect.stringContaining('reinstall') });
    expect(body.checks.filter((check) => check.status === 'failed').map(({ id }) => id)).toEqual(['scope.users:read.email']);
    expect((await connector.call<{ items: Connection[] }>('GET', '/v1/connections', { who })).body.items).toEqual([]);
  });

  test('a double click connects once, and another body under the same key is refused', async () => {
    const who = someone();
    const headers = { 'idempotency-key': 'one-click' };
    const answers = await Promise.all([1, 2].map(() => connector.call<Connection>('POST', '/v1/connections', { who, body: ACME, headers })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(answers.map((answer) => answer.headers.get('idempotency-replayed')).filter((value) => value === 'true')).toHaveLength(1);
    await connector.fault({ method: 'auth.test', error: 'token_revoked' });
    expect(await connector.call('POST', '/v1/connections', { who, body: ACME, headers })).toMatchObject({ status: 201, body: answers[0]?.body });
    expect((await connector.call('POST', '/v1/connections', { who, body: { ...ACME, hostUrl: 'acme.slack.com' }, headers })).status).toBe(409);
  });

  test('by IDENTITY PROVIDER begins on Slack’s page', async () => {
    expect(await connector.call<Problem>('POST', '/v1/connections', { body: { method: 'oauth' } })).toMatchObject({ status: 422, body: { hint: expect.stringContaining('/v1/connections/oauth') } });
  });

  test('two at the same time make one connection', async () => {
    const who = someone();
    const answers = await Promise.all([1, 2, 3].map(() => connector.call<Connection>('POST', '/v1/connections', { who, body: ACME })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });
});

describe('a connection', () => {
  test('is seen page by page by who may send, without its token', async () => {
    const who = someone();
    const acme = await connect(who);
    const globex = await connect(who, { ...ACME, hostUrl: 'globex.slack.com', token: 'xoxb-sandbox-globex' });
    const sender = { ...who, roles: ['responder'] };
    const first = await connector.call<{ items: Connection[]; nextCursor: string }>('GET', '/v1/connections?limit=1', { who: sender });
    const second = await connector.call<{ items: Connection[]; nextCursor: null }>('GET', `/v1/connections?limit=1&cursor=${first.body.nextCursor}`, { who: sender });
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual([acme.id, globex.id]);
    expect(second.body.nextCursor).toBeNull();
    expect((await connector.call('GET', `/v1/connections/${acme.id}`, { who: { ...who, roles: ['viewer'] } })).status).toBe(403);
  });

  test.each<[string, string, object | undefined]>([
    ['GET', '', undefined], ['POST', '/verify', undefined], ['PUT', '/token', { token: TOKEN }], ['POST', '/pause', undefined], ['POST', '/resume', undefined], ['DELETE', '', undefined],
  ])('of another organization is not there: %s %s', async (method, path, body) => {
    const connection = await connect(someone());
    expect(await connector.call(method, `/v1/connections/${connection.id}${path}`, { who: someone(), ...(body && { body }) })).toMatchObject({ status: 404 });
    expect(await credentialOf(connection.id)).toMatchObject({ credentialVersion: 1 });
  });

  test('pauses and resumes, once each however often it is asked', async () => {
    const who = someone();
    const { id } = await connect(who);
    const paused = await connector.call<Connection>('POST', `/v1/connections/${id}/pause`, { who });
    expect(paused).toMatchObject({ status: 200, body: { paused: true, version: 2 } });
    expect(await connector.call('POST', `/v1/connections/${id}/pause`, { who })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await connector.call('POST', `/v1/connections/${id}/resume`, { who })).toMatchObject({ status: 200, body: { paused: false, version: 3 } });
    await eventually(() => connector.heard.some((told) => told.id === id && told.version === 3 && !told.paused));
    expect((await auditOf(who)).map(({ action }) => action)).toEqual(['connection.resumed', 'connection.paused', 'connection.connected']);
  });

  test('takes a new token of its workspace, and no other', async () => {
    const who = someone();
    const { id } = await connect(who);
    expect(await connector.call('PUT', `/v1/connections/${id}/token`, { who, body: { token: 'xoxb-sandbox-globex' } })).toMatchObject({ status: 422, body: { checks: expect.arrayContaining([expect.objectContaining({ id: 'workspace.matches', status: 'failed' })]) } });
    expect(await connector.call('PUT', `/v1/connections/${id}/token`, { who, body: { token: TOKEN } })).toMatchObject({ status: 200, body: { id, version: 2, health: { state: 'connected' } } });
    expect(await credentialOf(id)).toMatchObject({ credentialVersion: 2 });
  });

  test('is re-checked on demand: a revoked token shows with the remedy, and recovers', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.fault({ method: 'auth.test', error: 'token_revoked', times: 1 });
    expect(await connector.call('POST', `/v1/connections/${id}/verify`, { who })).toMatchObject({ status: 200, body: { ok: false } });
    expect(await connector.call('GET', `/v1/connections/${id}`, { who })).toMatchObject({ body: { health: { state: 'revoked', remedy: expect.any(String) }, version: 2 } });
    expect(await connector.call('POST', `/v1/connections/${id}/verify`, { who })).toMatchObject({ body: { ok: true } });
    expect(await connector.call('GET', `/v1/connections/${id}`, { who })).toMatchObject({ body: { health: { state: 'connected' }, version: 3 } });
    const told = connector.log.split('\n').filter((line) => line.includes(id) && line.includes('"from"')).map((line) => JSON.parse(line) as unknown);
    expect(told).toMatchObject([
      { level: 'warn', connectionId: id, organizationId: who.organization, workspaceId: 'T0ACME0001', from: 'connected', state: 'revoked', reason: expect.any(String) },
      { level: 'info', connectionId: id, from: 'revoked', state: 'connected' },
    ]);
  });

  test('a Slack that is away says nothing of its health', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.fault({ method: 'auth.test', status: 503 });
    expect(await connector.call('POST', `/v1/connections/${id}/verify`, { who })).toMatchObject({ body: { ok: false } });
    expect(await connector.call('GET', `/v1/connections/${id}`, { who })).toMatchObject({ body: { health: { state: 'connected' }, version: 1 } });
  });

  test('is disconnected: gone for its people, marked for the services, its token forgotten but not revoked', async () => {
    const who = someone();
    const { id } = await connect(who);
    expect((await connector.call('DELETE', `/v1/connections/${id}`, { who })).status).toBe(204);
    expect((await connector.call('GET', `/v1/connections/${id}`, { who })).status).toBe(404);
    expect((await connector.call('DELETE', `/v1/connections/${id}`, { who })).status).toBe(404);
    expect(await credentialOf(id)).toBeUndefined();
    await eventually(() => connector.heard.some((told) => told.id === id && told.disconnected === true && told.version === 2));
    expect(await connector.requests()).not.toContain('auth.revoke');
    expect(await connector.database.query('select token_box from connector.connections where id = $1', [id])).toEqual([{ token_box: null }]);
  });

  test('keeps its id when the workspace is connected again after a disconnection', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.call('DELETE', `/v1/connections/${id}`, { who });
    const { status, body } = await connector.call<Connection>('POST', '/v1/connections', { who, body: ACME });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id, version: 3 });
    const all = await connector.peer('issues').get<{ items: ConnectionChanged[] }>('connector', '/internal/connections');
    expect(all?.items.find((known) => known.id === id)).toMatchObject({ organizationId: who.organization, credentialVersion: 2 });
  });
});

describe('what Slack’s answers say of a credential', () => {
  test('a revoked token is a verdict once our own check confirms it', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.fault({ method: 'auth.test', error: 'token_revoked' });
    await connector.report({ organizationId: who.organization ?? '', connectionId: id, credentialVersion: 1, slackError: 'token_revoked' });
    await eventually(() => connector.heard.some((told) => told.id === id && told.health.state === 'revoked'));
    expect((await auditOf(who))[0]).toMatchObject({ action: 'connection.health_changed', actor: { kind: 'system', id: 'slack' } });
  });

  test('a report that the check does not confirm is a doubt; repeated, it is believed for a while; told twice, it counts once', async () => {
    const who = someone();
    const { id } = await connect(who);
    const report = { organizationId: who.organization ?? '', connectionId: id, credentialVersion: 1, slackError: 'invalid_auth' };
    await connector.report(report);
    await eventually(() => connector.heard.some((told) => told.id === id && told.health.state === 'needs_attention' && told.version === 2));
    await connector.report(report, 'the second one');
    await eventually(() => connector.heard.some((told) => told.id === id && told.health.state === 'revoked' && told.version === 3));
    await checkedByClock(id, 4); // tried again
    await connector.report(report, 'the second one');
    await connector.report({ ...report, slackError: 'not_authed' });
    await eventually(() => connector.heard.some((told) => told.id === id && told.health.state === 'revoked' && told.version === 5));
    await checkedByClock(id, 6);
    await checkedByClock(id, 7);
    expect(connector.heard.filter((told) => told.id === id).map(({ health, version }) => [version, health.state])).toEqual([
      [1, 'connected'], [2, 'needs_attention'], [3, 'revoked'], [4, 'needs_attention'], [5, 'revoked'], [6, 'needs_attention'], [7, 'connected'],
    ]);
  }, 15_000);

  test('a report that Slack gives no verdict on changes nothing and is no dead letter', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.fault({ method: 'auth.test', status: 503 });
    await connector.report({ organizationId: who.organization ?? '', connectionId: id, credentialVersion: 1, slackError: 'invalid_auth' });
    await eventually(() => connector.log.split('\n').some((line) => line.includes('no verdict') && line.includes(id)));
    expect(await connector.call('GET', `/v1/connections/${id}`, { who })).toMatchObject({ body: { health: { state: 'connected' }, version: 1 } });
    expect(await connector.database.query('select from bus.messages where queue like $1', ['connector.connection.reported%'])).toEqual([]);
  });

  test('a report on an older credential changes nothing, and asks Slack nothing', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connect(who);
    await connector.resetSandbox();
    await connector.report({ organizationId: who.organization ?? '', connectionId: id, credentialVersion: 1, slackError: 'token_revoked' });
    const other = someone();
    const sentinel = await connect(other);
    const asked = (await connector.requests()).filter((method) => method === 'auth.test').length;
    await connector.report({ organizationId: other.organization ?? '', connectionId: sentinel.id, credentialVersion: 1, slackError: 'invalid_auth' });
    await eventually(() => connector.heard.some((told) => told.id === sentinel.id && told.version === 2));
    expect((await connector.requests()).filter((method) => method === 'auth.test')).toHaveLength(asked + 1);
    expect(await connector.call('GET', `/v1/connections/${id}`, { who })).toMatchObject({ body: { version: 2, health: { state: 'connected' } } });
  });
});

/** Makes the check of a connection due and waits for what it tells. */
async function checkedByClock(id: string, version: number): Promise<ConnectionChanged> {
  await makeDue(id);
  return eventually(() => connector.heard.find((told) => told.id === id && told.version === version));
}

async function makeDue(id: string): Promise<void> {
  await connector.database.query(`update connector.connections set next_check_at = '-infinity' where id = $1`, [id]);
}

interface Plan {
  unanswered: number;
  seconds: number;
}

async function planOf(id: string): Promise<Plan> {
  const [plan] = await connector.database.query<Plan>('select unanswered_checks as unanswered, extract(epoch from next_check_at - clock_timestamp())::int as seconds from connector.connections where id = $1', [id]);
  if (!plan) throw new Error('there is no such connection');
  return plan;
}

/** Healthy connections by token, and revoked ones of every kind, as an operator sees them. */
async function counted(): Promise<[number, number]> {
  const { body } = await connector.call<string>('GET', '/metrics');
  const value = (line: string): number => Number(body.split('\n').find((one) => one.startsWith(`${line} `))?.split(' ')[1]);
  return [value('tocsin_connector_healthy{connector_kind="slack_token"}'), value('tocsin_connections{health="revoked"}')];
}

describe('the check by the clock', () => {
  test('finds a token that was revoked, says so once, and finds that it is accepted again', async () => {
    const who = someone();
    const { id } = await connect(who);
    const [healthy, lost] = await counted();
    await connector.control('tokens', { token: TOKEN, state: 'revoked' });
    const revoked = await checkedByClock(id, 2);
    expect(await counted()).toEqual([healthy - 1, lost + 1]);
    expect(revoked).toMatchObject({ health: { state: 'revoked', reason: expect.stringContaining('revoked'), remedy: expect.any(String) } });
    await makeDue(id);
    await eventually(async () => (await connector.call<Connection>('GET', `/v1/connections/${id}`, { who })).body.lastCheckAt !== revoked.lastCheckAt);
    expect((await planOf(id)).seconds).toBeLessThan(370);
    await connector.control('tokens', { token: TOKEN, state: 'active' });
    expect(await checkedByClock(id, 3)).toMatchObject({ health: { state: 'connected' } });
    const audit = await auditOf(who);
    expect(audit.map(({ action }) => action)).toEqual(['connection.health_changed', 'connection.health_changed', 'connection.connected']);
    expect(audit[1]).toMatchObject({ actor: { kind: 'system', id: 'tocsin' }, before: { health: 'connected' }, after: { health: 'revoked', reason: revoked.health.reason } });
  }, 15_000);

  test('that finds all as it was leaves its time, and nothing else', async () => {
    const who = someone();
    const { id, lastCheckAt } = await connect(who);
    await connector.resetSandbox();
    await makeDue(id);
    const checked = await eventually(async () => {
      const { body } = await connector.call<Connection>('GET', `/v1/connections/${id}`, { who });
      return body.lastCheckAt === lastCheckAt ? undefined : body;
    });
    expect(checked).toMatchObject({ version: 1, health: { state: 'connected' } });
    expect(await connector.requests()).toEqual(['auth.test']);
    expect((await auditOf(who)).map(({ action }) => action)).toEqual(['connection.connected']);
    const { seconds } = await planOf(id);
    expect(seconds).toBeGreaterThan(700);
    expect(seconds).toBeLessThanOrEqual(1080);
  });

  test('asks a Slack that is busy or away again later, and takes nothing from it', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.fault({ method: 'auth.test', status: 429, retryAfter: 5000, times: 1 });
    await makeDue(id);
    await eventually(async () => (await planOf(id)).unanswered === 1);
    expect((await planOf(id)).seconds).toBeGreaterThan(4900);
    await connector.fault({ method: 'auth.test', status: 503, times: 1 });
    await makeDue(id);
    await eventually(async () => (await planOf(id)).unanswered === 2);
    expect(await connector.call('GET', `/v1/connections/${id}`, { who })).toMatchObject({ body: { health: { state: 'connected' }, version: 1 } });
    await connector.call('POST', `/v1/connections/${id}/verify`, { who });
    expect(await planOf(id)).toMatchObject({ unanswered: 0 });
  }, 15_000);

  test('finds that a missing scope was granted, and that the workspace is called otherwise', async () => {
    const who = someone();
    const { id } = await connect(who);
    await connector.database.query(`update connector.connections set missing_scopes = '{users:read.email}', scopes = array_remove(scopes, 'users:read.email'), health = '{"state":"needs_attention","reason":"A scope is missing.","remedy":"Reinstall.","since":"2026-01-01T00:00:00.000Z"}' where id = $1`, [id]);
    expect(await checkedByClock(id, 2)).toMatchObject({ health: { state: 'connected' }, missingScopes: [], scopes: expect.arrayContaining(['users:read.email']) });
    await connector.fault({ method: 'auth.test', times: 1, body: { ok: true, url: 'https://acme-corp.slack.com/', team: 'Acme Corp', team_id: 'T0ACME0001', user: 'tocsin', user_id: 'U0BOT', bot_id: 'B0BOT' } });
    expect(await checkedByClock(id, 3)).toMatchObject({ workspace: { id: 'T0ACME0001', name: 'Acme Corp', url: 'https://acme-corp.slack.com' } });
    expect((await auditOf(who)).map(({ action }) => action)).toEqual(['connection.details_changed', 'connection.health_changed', 'connection.connected']);
    // It is called Acme again; who asks by hand at that moment hears no reproach.
    expect(await connector.call('POST', `/v1/connections/${id}/verify`, { who })).toMatchObject({ body: { ok: true, workspace: { name: 'Acme' } } });
  }, 15_000);
});

test('a token is in no answer, no log line, no queue message and no column', async () => {
  const who = someone();
  const answers: unknown[] = [];
  const ask = async (method: string, path: string, body?: object): Promise<void> => { answers.push(await connector.call(method, path, { who, ...(body && { body }) })); };
  const { id } = await connect(who);
  await ask('POST', '/v1/connections/verify', { ...ACME, hostUrl: TOKEN });
  await ask('POST', '/v1/connections', { ...ACME, hostUrl: 'globex.slack.com' });
  await ask('PUT', `/v1/connections/${id}/token`, { token: `${TOKEN} ` });
  await ask('POST', '/v1/connections', { ...ACME, [TOKEN]: TOKEN });
  await ask('POST', `/v1/connections/${id}/verify`);
  await ask('GET', '/v1/connections');
  await ask('GET', '/v1/audit');
  await eventually(() => connector.heard.some((told) => told.id === id && told.version === 3));
  const tables = await connector.database.query<{ name: string }>(`select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema in ('connector', 'bus') and table_type = 'BASE TABLE'`);
  expect(tables.length).toBeGreaterThan(5);
  const rows = await Promise.all(tables.map(({ name }) => connector.database.query(`select t::text from ${name} t`)));
  const everything = { answers: JSON.stringify(answers).replaceAll(`${TOKEN} is not a known field`, '').replaceAll(`/${TOKEN}`, ''), log: connector.log, heard: JSON.stringify(connector.heard), rows: JSON.stringify(rows) };
  expect(connector.log).not.toBe('');
  for (const [where, text] of Object.entries(everything)) expect([where, text.includes(TOKEN) || text.includes(Buffer.from(TOKEN).toString('hex'))]).toEqual([where, false]);
});

test('a sealed token that was moved to another row does not open', async () => {
  const [one, other] = [await connect(someone()), await connect(someone())];
  await connector.database.query('update connector.connections a set token_box = b.token_box from connector.connections b where a.id = $1 and b.id = $2', [one.id, other.id]);
  await expect(credentialOf(one.id)).rejects.toThrow();
  expect(await credentialOf(other.id)).toMatchObject({ token: TOKEN });
  await connector.database.query('delete from connector.connections where id = $1', [one.id]);
});
