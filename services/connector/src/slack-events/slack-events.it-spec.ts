import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { AuditEntry, Connection, ConnectionChanged } from '@tocsin/contracts';
import { slackSignature } from '@tocsin/slack';
import { eventually } from '@tocsin/testing';

import { RunningConnector, SIGNING_SECRET } from '../../test/running-connector.js';

let connector: RunningConnector;

beforeAll(async () => { connector = await RunningConnector.start(); }, 60_000);
afterAll(() => connector.stop(), 30_000);

const seconds = (): number => Math.floor(Date.now() / 1000);

interface Installed {
  id: string;
  botUserId: string;
  organization: string;
  told: () => ConnectionChanged[];
}

interface Call {
  path?: string;
  /** Raw, instead of a signature of ours. */
  signature?: string;
  type?: string;
  secret?: string;
  at?: number;
}

async function slackCalls(body: string, { path = '/slack/events', type = 'application/json', secret = SIGNING_SECRET, at = seconds(), signature }: Call = {}): Promise<{ status: number; body: unknown; noRetry: string | null }> {
  const headers = { 'content-type': type, 'x-slack-request-timestamp': String(at), 'x-slack-signature': signature ?? slackSignature(secret, String(at), Buffer.from(body)) };
  const response = await fetch(`${connector.url}${path}`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), noRetry: response.headers.get('x-slack-no-retry') };
}

let events = 0;
function event(content: object, at = seconds(), envelope: object = {}): string {
  events += 1;
  return JSON.stringify({ type: 'event_callback', event_id: `Ev${events}`, event_time: at, team_id: 'T0ACME0001', api_app_id: 'A0TOCSIN', event: content, ...envelope });
}

let organizations = 0;
/** The published app installed in Acme, the way the consent page does it. */
async function installed(organization = `org-${(organizations += 1)}`): Promise<Installed> {
  const who = { organization };
  const begun = await connector.call<{ authorizeUrl: string }>('POST', '/v1/connections/oauth', { who, body: {} });
  const form = new URLSearchParams([...new URL(begun.body.authorizeUrl).searchParams, ['decision', 'allow'], ['workspace', 'T0ACME0001']]);
  const back = await fetch(`${connector.sandbox.url}/oauth/v2/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  const { search } = new URL(back.headers.get('location') ?? '');
  await fetch(`${connector.url}/slack/oauth/callback${search}`, { redirect: 'manual', headers: { cookie: (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '' } });
  const { body } = await connector.call<{ items: Connection[] }>('GET', '/v1/connections', { who });
  const [connection] = body.items;
  if (!connection) throw new Error('the installation made no connection');
  return { id: connection.id, botUserId: connection.bot.userId, organization: who.organization, told: () => connector.heard.filter(({ id }) => id === connection.id) };
}

async function stateOf({ id, organization }: { id: string; organization: string }): Promise<Connection> {
  return (await connector.call<Connection>('GET', `/v1/connections/${id}`, { who: { organization } })).body;
}

test('answers Slack’s challenge', async () => {
  expect(await slackCalls(JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB' }))).toMatchObject({ status: 200, body: { challenge: '3eZbrw1aB' } });
});

test.each<[string, Call]>([
  ['forged', { secret: 'guessed' }],
  ['stale', { at: seconds() - 301 }],
  ['from the future', { at: seconds() + 400 }],
])('a call that is %s is refused', async (_, call) => {
  expect(await slackCalls(event({ type: 'app_uninstalled' }), call)).toMatchObject({ status: 401, body: { type: 'urn:tocsin:problem:bad_signature' } });
  expect(await slackCalls('payload=%7B%7D', { ...call, path: '/slack/interactions', type: 'application/x-www-form-urlencoded' })).toMatchObject({ status: 401 });
});

test('calls that are refused are counted, and told in the log however seldom: nobody else hears of a wrong signing secret', async () => {
  const refused = async (): Promise<number> => Number(/^tocsin_slack_calls_refused_total (\d+)$/m.exec((await connector.call<string>('GET', '/metrics')).body)?.[1]);
  const before = await refused();
  for (let n = 0; n < 3; n += 1) await slackCalls(event({ type: 'app_uninstalled' }), { secret: 'guessed' });
  expect(await refused()).toBe(before + 3);
  expect(connector.log.split('a call in the name of Slack was refused')).toHaveLength(2);
});

test('a call without a signature is refused, and one that is no event too', async () => {
  expect((await fetch(`${connector.url}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(401);
  expect(await slackCalls('not json')).toMatchObject({ status: 400, noRetry: '1' });
});

test('interactions are taken and need nothing done', async () => {
  expect(await slackCalls(`payload=${encodeURIComponent('{"type":"block_actions"}')}`, { path: '/slack/interactions', type: 'application/x-www-form-urlencoded' })).toMatchObject({ status: 200, body: undefined });
});

test('a removed app revokes its connections in every organization, once however often Slack says it', async () => {
  const [one, other] = [await installed(), await installed()];
  const body = event({ type: 'app_uninstalled' });
  expect(await Promise.all([slackCalls(body), slackCalls(body)])).toMatchObject([{ status: 200 }, { status: 200 }]);
  for (const connection of [one, other]) {
    expect(await stateOf(connection)).toMatchObject({ health: { state: 'revoked', remedy: expect.any(String) }, version: 2 });
    await eventually(() => connection.told().some(({ health, version }) => health.state === 'revoked' && version === 2));
  }
}, 15_000);

test('revoked tokens count when they are the bot’s', async () => {
  const connection = await installed();
  await slackCalls(event({ type: 'tokens_revoked', tokens: { oauth: [connection.botUserId], bot: ['U0SOMEBODY'] } }));
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'connected' } });
  await slackCalls(event({ type: 'tokens_revoked', tokens: { bot: [connection.botUserId] } }));
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'revoked' } });
});

test('a removal from before the present installation changes nothing, and is looked into by our own check', async () => {
  const connection = await installed();
  const asked = await connector.requests();
  await slackCalls(event({ type: 'app_uninstalled' }, seconds() - 60));
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'connected' }, version: 1 });
  await eventually(async () => (await connector.requests()).length > asked.length);
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'connected' }, version: 1 });
});

test('a connection by token has an app of its own, which these events are not about', async () => {
  const who = { organization: 'by-token' };
  const { body } = await connector.call<Connection>('POST', '/v1/connections', { who, body: { method: 'token', hostUrl: 'acme.slack.com', token: 'xoxb-sandbox-acme' } });
  await slackCalls(event({ type: 'app_uninstalled' }));
  expect(await stateOf({ id: body.id, ...who })).toMatchObject({ health: { state: 'connected' } });
});

test('a removal in between holds what is sent until the app is installed again; a pause stays one', async () => {
  const { id, organization, told } = await installed();
  const who = { organization };
  await connector.call('POST', `/v1/connections/${id}/pause`, { who });
  await slackCalls(event({ type: 'app_uninstalled' }));
  const again = await installed(organization);
  expect(again.id).toBe(id);
  await slackCalls(event({ type: 'tokens_revoked', tokens: { bot: [again.botUserId] } }, seconds() - 30));
  await connector.call('POST', `/v1/connections/${id}/resume`, { who });
  await eventually(() => told().length === 5);
  expect(told().map(({ version, health, paused }) => [version, health.state, paused])).toEqual([
    [1, 'connected', false], [2, 'connected', true], [3, 'revoked', true], [4, 'connected', true], [5, 'connected', false],
  ]);
  const { body } = await connector.call<{ items: AuditEntry[] }>('GET', '/v1/audit', { who });
  expect(body.items.map(({ action, actor }) => [action, actor.id]).reverse()).toEqual([
    ['connection.connected', 'noa@acme.test'], ['connection.paused', 'noa@acme.test'], ['connection.health_changed', 'slack'], ['connection.reconnected', 'noa@acme.test'], ['connection.resumed', 'noa@acme.test'],
  ]);
}, 15_000);

describe('what Slack tells of channels and people', () => {
  let connections: Installed[];
  beforeAll(async () => {
    connections = [await installed(), await installed()];
  }, 15_000);

  const heardBy = ({ id }: Installed): unknown[] => [...connector.channels, ...connector.people].filter(({ connectionId }) => connectionId === id);

  /** Waits for an event that was told after all others. */
  async function lastHeard(installation: Installed): Promise<unknown[]> {
    const channel = `C0LAST${events}`;
    await slackCalls(event({ type: 'channel_archive', channel }));
    await eventually(() => connector.channels.some((told) => told.connectionId === installation.id && told.channel.id === channel));
    return heardBy(installation).filter((told) => !(told as { channel?: { id: string } }).channel?.id.startsWith('C0LAST'));
  }

  test('goes to every connection of the app in that workspace, once however often Slack says it', async () => {
    const renamed = event({ type: 'channel_rename', channel: { id: 'C0SECALERT', name: 'sec-alarms' }, event_ts: '1764000000.250000' });
    const left = event({ type: 'user_change', user: { id: 'U0BOB00001', name: 'bob', deleted: true, profile: { real_name: 'Bob Brown', email: 'bob@acme.test' } } }, 1_764_000_001);
    const moved = event({ type: 'channel_id_changed', old_channel_id: 'G0OLD', new_channel_id: 'C0NEW' }, 1_764_000_002);
    expect(await Promise.all([renamed, renamed, left, moved].map((body) => slackCalls(body)))).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }, { status: 200 }]);
    await slackCalls(renamed);
    for (const connection of connections) {
      const told = { organizationId: connection.organization, connectionId: connection.id };
      expect(await lastHeard(connection)).toEqual(expect.arrayContaining([
        { ...told, at: '2025-11-24T16:00:00.250Z', channel: { id: 'C0SECALERT', name: 'sec-alarms' }, news: 'renamed' },
        { ...told, at: '2025-11-24T16:00:01.000Z', person: { id: 'U0BOB00001', name: 'bob', displayName: 'Bob Brown', realName: 'Bob Brown', email: 'bob@acme.test', isBot: false, isDeactivated: true } },
        { ...told, at: '2025-11-24T16:00:02.000Z', channel: { id: 'G0OLD' }, news: 'id_changed', newId: 'C0NEW' },
      ]));
      expect(heardBy(connection).filter((heard) => JSON.stringify(heard).includes('C0SECALERT'))).toHaveLength(1);
    }
  });

  test('is of interest only where our own bot comes and goes', async () => {
    const [connection] = connections;
    if (!connection) throw new Error('nothing is installed');
    await slackCalls(event({ type: 'member_joined_channel', user: 'U0SOMEBODY', channel: 'C0JOINED' }));
    await slackCalls(event({ type: 'member_left_channel', user: connection.botUserId, channel: 'C0JOINED' }));
    const heard = (await lastHeard(connection)).filter((told) => JSON.stringify(told).includes('C0JOINED'));
    expect(heard).toMatchObject([{ news: 'left' }]);
  });

  test.each<[string, object, object]>([
    ['a workspace that nobody connected', { type: 'channel_archive', channel: 'C0ELSE' }, { team_id: 'T0NOBODY01' }],
    ['another app', { type: 'channel_archive', channel: 'C0ELSE' }, { api_app_id: 'A0OTHER' }],
    ['a removal in a workspace that nobody connected', { type: 'app_uninstalled' }, { team_id: 'T0NOBODY01' }],
    ['a kind that nobody knows', { type: 'quite_new', channel: 'C0ELSE' }, {}],
    ['a kind without what it always has', { type: 'channel_archive', channel: { evil: 'C0ELSE' } }, {}],
  ])('is taken and leaves no trace: %s', async (_, content, envelope) => {
    const body = event(content, seconds(), envelope);
    expect(await slackCalls(body)).toMatchObject({ status: 200, body: {} });
    expect(await connector.database.query(`select from connector.inbox where id = $1`, [(JSON.parse(body) as { event_id: string }).event_id])).toEqual([]);
    for (const connection of connections) expect(JSON.stringify(await lastHeard(connection))).not.toContain('C0ELSE');
  });

  test('an event whose body was changed on the way is refused', async () => {
    const at = seconds();
    const signature = slackSignature(SIGNING_SECRET, String(at), Buffer.from(event({ type: 'channel_archive', channel: 'C0TRUE' }, at)));
    expect(await slackCalls(event({ type: 'channel_archive', channel: 'C0FALSE' }, at), { at, signature })).toMatchObject({ status: 401 });
  });

  test('nothing of it waits for Slack: a Slack that hangs delays no answer', async () => {
    await connector.fault({ hang: true });
    const asked = (await connector.requests()).length;
    expect(await slackCalls(event({ type: 'channel_archive', channel: 'C0QUICK' }))).toMatchObject({ status: 200 });
    expect(await slackCalls(event({ type: 'app_uninstalled' }))).toMatchObject({ status: 200 });
    expect(await connector.requests()).toHaveLength(asked);
    await connector.fault({ reset: true });
  });

  test('that Slack keeps events back is a warning', async () => {
    expect(await slackCalls(JSON.stringify({ type: 'app_rate_limited', team_id: 'T0ACME0001', minute_rate_limited: seconds(), api_app_id: 'A0TOCSIN' }))).toMatchObject({ status: 200 });
    expect(connector.log.split('\n').find((line) => line.includes('keeps events of a workspace back'))).toContain('"level":"warn"');
  });
});
