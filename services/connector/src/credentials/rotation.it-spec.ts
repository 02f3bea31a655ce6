/** Tokens that end, from the installation to the end of the last one, with the sandbox speaking Slack's token rotation. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { AuditEntry, Connection, ConnectionChanged, VerificationResult } from '@tocsin/contracts';
import { REMEDIES } from '@tocsin/domain';
import { slackSignature } from '@tocsin/slack';
import { eventually } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import { RunningConnector, SIGNING_SECRET, type Who } from '../../test/running-connector.js';

interface InternalCredential { token: string; credentialVersion: number; expiresInSeconds?: number }

let connector: RunningConnector;

beforeAll(async () => { connector = await RunningConnector.start(); }, 60_000);
afterAll(() => connector.stop(), 30_000);

beforeEach(async () => {
  await connector.resetSandbox();
  await connector.database.query('delete from connector.connections');
  await connector.control('rotation', { enabled: true });
});

/** Of an organization that nobody else has. */
function someone(): Who & { organization: string } {
  return { organization: `org-${uuid()}`, user: 'noa@acme.test' };
}

/** Presses Allow on the sandbox's consent page and comes back. */
async function install(who: Who, connectionId?: string): Promise<string> {
  const begun = await connector.call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { who, body: { ...(connectionId !== undefined && { connectionId }) } });
  const asked = new URL(begun.body.authorizeUrl);
  const decided = await fetch(`${asked.origin}${asked.pathname}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...Object.fromEntries(asked.searchParams), decision: 'allow', workspace: 'T0ACME0001' }) });
  const back = new URL(decided.headers.get('location') ?? '');
  const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const landed = await fetch(`${connector.url}/slack/oauth/callback${back.search}`, { redirect: 'manual', headers: { cookie } });
  const page = new URL(landed.headers.get('location') ?? '');
  expect(page.searchParams.get('result')).toBe('connected');
  return page.searchParams.get('connection') ?? '';
}

async function shown(who: Who, id: string): Promise<Connection> {
  return (await connector.call<Connection>('GET', `/v1/connections/${id}`, { who })).body;
}

async function credential(id: string): Promise<InternalCredential> {
  const found = await connector.peer('notifier').get<InternalCredential>('connector', `/internal/connections/${id}/credential`);
  if (!found) throw new Error('no credential');
  return found;
}

async function works(token: string): Promise<boolean> {
  const response = await fetch(`${connector.sandbox.url}/api/auth.test`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  return ((await response.json()) as { ok: boolean }).ok;
}

/** Its time to be renewed has come. */
async function due(id: string): Promise<void> {
  await connector.database.query('update connector.connections set renew_at = clock_timestamp() where id = $1', [id]);
}

async function renewedOnce(id: string): Promise<InternalCredential> {
  return eventually(async () => {
    const now = await credential(id);
    return now.credentialVersion === 2 && now;
  });
}

/** Renewals that reached Slack. */
async function renewals(): Promise<number> {
  const { items } = (await (await fetch(`${connector.sandbox.url}/sandbox/requests`)).json()) as { items: { method: string; arguments: Record<string, unknown> }[] };
  return items.filter(({ method, arguments: args }) => method === 'oauth.v2.access' && args.grant_type === 'refresh_token').length;
}

/** When it was checked last. */
async function checks(id: string): Promise<{ at: string }[]> {
  return connector.database.query<{ at: string }>('select last_check_at::text as at from connector.connections where id = $1', [id]);
}

async function failuresOf(id: string): Promise<number> {
  const [row] = await connector.database.query<{ renewal_failures: number }>('select renewal_failures from connector.connections where id = $1', [id]);
  return row?.renewal_failures ?? -1;
}

describe('an installation whose tokens rotate', () => {
  test('says when its token ends and is healthy; its refresh token is nowhere to be read', async () => {
    const who = someone();
    const connection = await shown(who, await install(who));
    expect(connection).toMatchObject({ method: 'oauth', health: { state: 'connected' } });
    expect(Date.parse(connection.token.expiresAt ?? '') - Date.now()).toBeGreaterThan(43_000_000);
    expect((await credential(connection.id)).expiresInSeconds).toBeGreaterThan(43_000);
    const rows = await connector.database.query(`select c::text from connector.connections c`);
    expect(JSON.stringify(rows)).not.toMatch(/xoxe/);
  });

  test('is renewed ahead of time, as the same connection, told to who keeps its token, and audited', async () => {
    const who = someone();
    const id = await install(who);
    const before = await credential(id);
    await due(id);
    const after = await renewedOnce(id);
    expect(after.token).not.toBe(before.token);
    expect([await works(before.token), await works(after.token)]).toEqual([true, true]);
    await eventually(() => connector.heard.some((changed: ConnectionChanged) => changed.id === id && changed.credentialVersion === 2 && changed.health.state === 'connected'));
    const { body } = await connector.call<{ items: AuditEntry[] }>('GET', '/v1/audit?limit=1', { who });
    expect(body.items[0]).toMatchObject({ action: 'connection.token_renewed', actor: { kind: 'system', id: 'tocsin' }, target: { id } });
    expect((await connector.database.query<{ waits: boolean }>(`select renew_at > clock_timestamp() + interval '8 hours' as waits from connector.connections where id = $1`, [id]))[0]?.waits).toBe(true);
  });

  test('is renewed once, however many replicas there are', async () => {
    const id = await install(someone());
    const other = await connector.replica();
    await connector.fault({ method: 'oauth.v2.access', latencyMs: 1500 });
    await due(id);
    await renewedOnce(id);
    await other.close();
    expect(await renewals()).toBe(1);
  }, 30_000);

  test('is renewed at once when Slack says to notifier that the token has expired', async () => {
    const who = someone();
    const id = await install(who);
    const { token } = await credential(id);
    await connector.control('tokens', { token, state: 'expired' });
    await connector.report({ organizationId: who.organization, connectionId: id, credentialVersion: 1, slackError: 'token_expired' });
    expect(await works((await renewedOnce(id)).token)).toBe(true);
    const { health, token: { hint } } = await shown(who, id);
    expect(health).toEqual({ state: 'connected', since: health.since });
    expect(token.endsWith(hint)).toBe(false);
  });

  test('is renewed when somebody checks it after its token has ended', async () => {
    const who = someone();
    const id = await install(who);
    await connector.control('tokens', { token: (await credential(id)).token, state: 'expired' });
    expect((await connector.call<VerificationResult>('POST', `/v1/connections/${id}/verify`, { who })).body.ok).toBe(true);
    expect(await credential(id)).toMatchObject({ credentialVersion: 2 });
  });

  test('that has ended is well for whoever checks it while somebody else renews it', async () => {
    const who = someone();
    const id = await install(who);
    await connector.control('tokens', { token: (await credential(id)).token, state: 'expired' });
    await connector.fault({ method: 'oauth.v2.access', latencyMs: 1500 });
    await due(id);
    await eventually(async () => (await connector.database.query('select from connector.connections where renewal_leased_until > clock_timestamp()')).length === 1);
    expect((await connector.call<VerificationResult>('POST', `/v1/connections/${id}/verify`, { who })).body.ok).toBe(true);
    expect(await renewals()).toBe(1);
  });

  test('stays connected when Slack tells that a token of it was revoked, which may be the one before: it is checked', async () => {
    const who = someone();
    const id = await install(who);
    const { bot } = await shown(who, id);
    const at = Math.floor(Date.now() / 1000) + 5;
    const event = { type: 'event_callback', team_id: 'T0ACME0001', api_app_id: 'A0TOCSIN', event_id: `Ev${uuid()}`, event_time: at, event: { type: 'tokens_revoked', tokens: { bot: [bot.userId] } } };
    const body = JSON.stringify(event);
    const now = String(Math.floor(Date.now() / 1000));
    const headers = { 'content-type': 'application/json', 'x-slack-request-timestamp': now, 'x-slack-signature': slackSignature(SIGNING_SECRET, now, Buffer.from(body)) };
    const [before] = await checks(id);
    expect((await fetch(`${connector.url}/slack/events`, { method: 'POST', headers, body })).status).toBe(200);
    await eventually(async () => (await checks(id))[0]?.at !== before?.at);
    expect((await shown(who, id)).health.state).toBe('connected');
  });

  test('keeps what it has while Slack is busy or does not answer, also when Slack had renewed it already', async () => {
    const id = await install(someone());
    const before = await credential(id);
    await connector.fault({ method: 'oauth.v2.access', retryAfter: 1, times: 1 });
    await due(id);
    await eventually(async () => (await failuresOf(id)) === 1);
    expect(await credential(id)).toMatchObject({ token: before.token, credentialVersion: 1 });
    await connector.fault({ method: 'oauth.v2.access', lost: 'after', times: 1 });
    await due(id);
    await eventually(async () => (await failuresOf(id)) === 2);
    await due(id);
    expect(await works((await renewedOnce(id)).token)).toBe(true);
    expect([await failuresOf(id), await renewals()]).toEqual([0, 3]);
  }, 30_000);

  test('is connected anew under the same id when somebody installs it again, and the renewal under way is of no account', async () => {
    const who = someone();
    const id = await install(who);
    await connector.fault({ method: 'oauth.v2.access', latencyMs: 1500, times: 1 });
    await due(id);
    await eventually(async () => (await renewals()) === 1);
    expect(await install(who, id)).toBe(id);
    const installed = await credential(id);
    expect(installed.credentialVersion).toBe(2);
    await eventually(async () => (await connector.database.query('select from connector.connections where id = $1 and renewal_leased_until is null', [id])).length === 1);
    expect(await credential(id)).toMatchObject({ token: installed.token, credentialVersion: 2 });
  }, 30_000);

  test('that is disconnected while Slack renews it leaves nothing behind, and the token that nobody wants any more is given back', async () => {
    const who = someone();
    const id = await install(who);
    const answer = { ok: true, access_token: 'xoxb-sandbox-acme', token_type: 'bot', scope: 'chat:write', app_id: 'A0TOCSIN', team: { id: 'T0ACME0001', name: 'Acme' }, refresh_token: 'xoxe-1-next', expires_in: 43_200 };
    await connector.fault({ method: 'oauth.v2.access', latencyMs: 1000, times: 1, body: answer });
    await due(id);
    await eventually(async () => (await renewals()) === 1);
    expect((await connector.call('DELETE', `/v1/connections/${id}`, { who })).status).toBe(204);
    await eventually(async () => !(await works('xoxb-sandbox-acme')));
    expect(await connector.database.query('select token_box, refresh_box, renew_at, disconnected_at is not null as gone from connector.connections')).toEqual([{ token_box: null, refresh_box: null, renew_at: null, gone: true }]);
  }, 30_000);
});

describe('a token that cannot be renewed', () => {
  test('needs attention while it works, with what to do, and is as good as none at its end', async () => {
    const who = someone();
    const id = await install(who);
    const { token } = await credential(id);
    await connector.fault({ method: 'oauth.v2.access', error: 'invalid_refresh_token', times: 1 });
    await due(id);
    const { health } = await eventually(async () => {
      const now = await shown(who, id);
      return now.health.state === 'needs_attention' && now;
    });
    expect(health).toMatchObject({ reason: expect.stringMatching(/refresh token.*works until/), remedy: REMEDIES.reconnect });
    expect(await works(token)).toBe(true);
    const checked = await connector.call<VerificationResult>('POST', `/v1/connections/${id}/verify`, { who });
    expect(checked.body.ok).toBe(true);
    expect((await shown(who, id)).health).toEqual(health);
    await connector.database.query('update connector.connections set token_expires_at = clock_timestamp() where id = $1', [id]);
    const ended = await eventually(async () => {
      const now = await shown(who, id);
      return now.health.state === 'revoked' && now;
    });
    expect(ended.health).toMatchObject({ reason: expect.stringMatching(/has expired.*refresh token/), remedy: REMEDIES.reconnect });
    expect(await renewals()).toBe(1);
    expect(await install(who, id)).toBe(id);
    expect((await shown(who, id)).health.state).toBe('connected');
  }, 30_000);

  test('for our client secret says so at once, goes on trying, and is well when that is put right', async () => {
    const who = someone();
    const id = await install(who);
    await connector.fault({ method: 'oauth.v2.access', error: 'bad_client_secret', times: 1 });
    await due(id);
    const told = await eventually(async () => {
      const now = await shown(who, id);
      return now.health.state === 'needs_attention' && now;
    });
    expect(told.health).toMatchObject({ reason: expect.stringContaining('client secret'), remedy: expect.stringContaining('SLACK_CLIENT_SECRET') });
    await due(id);
    await renewedOnce(id);
    expect((await shown(who, id)).health).toMatchObject({ state: 'connected' });
  });

  test('that was pasted is taken with a warning, needs attention, and says when it has expired', async () => {
    const [source, who] = [someone(), someone()];
    const { token } = await credential(await install(source));
    const input = { method: 'token', hostUrl: 'acme.slack.com', token };
    const { body } = await connector.call<VerificationResult>('POST', '/v1/connections/verify', { who, body: input });
    expect(body).toMatchObject({ ok: true, checks: expect.arrayContaining([expect.objectContaining({ id: 'token.kind', status: 'warning' })]) });
    const made = await connector.call<Connection>('POST', '/v1/connections', { who, body: input });
    expect(made).toMatchObject({ status: 201, body: { health: { state: 'needs_attention', reason: expect.stringContaining('pasted'), remedy: expect.stringContaining('IDENTITY PROVIDER') }, token: { expiresAt: expect.any(String) } } });
    await connector.control('tokens', { token, state: 'expired' });
    await connector.report({ organizationId: who.organization, connectionId: made.body.id, credentialVersion: 1, slackError: 'token_expired' });
    const ended = await eventually(async () => {
      const now = await shown(who, made.body.id);
      return now.health.state === 'revoked' && now;
    });
    expect(ended.health.reason).toContain('expired');
  });

  test('at another Slack is not sent there, and renewed when SLACK_BASE_URL leads back', async () => {
    const who = someone();
    const id = await install(who);
    await connector.restart({ SLACK_BASE_URL: 'https://slack.invalid' });
    await due(id);
    const told = await eventually(async () => {
      const now = await shown(who, id);
      return now.health.state === 'needs_attention' && now;
    });
    expect(told.health).toMatchObject({ reason: expect.stringContaining('SLACK_BASE_URL'), remedy: expect.stringContaining('Set SLACK_BASE_URL') });
    await connector.restart({});
    expect(await renewals()).toBe(0);
    await due(id);
    await renewedOnce(id);
    expect((await shown(who, id)).health.state).toBe('connected');
  }, 40_000);
});
