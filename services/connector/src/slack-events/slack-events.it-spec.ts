import { afterAll, beforeAll, expect, test } from '@jest/globals';

import type { Connection, ConnectionChanged } from '@tocsin/contracts';
import { slackSignature } from '@tocsin/slack';
import { eventually } from '@tocsin/testing';

import { RunningConnector, SIGNING_SECRET } from '../../test/running-connector.js';

let connector: RunningConnector;

beforeAll(async () => {
  connector = await RunningConnector.start();
}, 60_000);

afterAll(async () => {
  await connector.stop();
}, 30_000);

const seconds = (): number => Math.floor(Date.now() / 1000);

interface Installed {
  id: string;
  botUserId: string;
  organization: string;
  told: () => ConnectionChanged[];
}

interface Call {
  path?: string;
  type?: string;
  secret?: string;
  at?: number;
}

async function slackCalls(body: string, { path = '/slack/events', type = 'application/json', secret = SIGNING_SECRET, at = seconds() }: Call = {}): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': type, 'x-slack-request-timestamp': String(at), 'x-slack-signature': slackSignature(secret, String(at), Buffer.from(body)) };
  const response = await fetch(`${connector.url}${path}`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

let events = 0;
function event(content: object, at = seconds()): string {
  events += 1;
  return JSON.stringify({ type: 'event_callback', event_id: `Ev${events}`, event_time: at, team_id: 'T0ACME0001', api_app_id: 'A0TOCSIN', event: content });
}

let organizations = 0;
/** The published app installed in Acme, the way the consent page does it. */
async function installed(): Promise<Installed> {
  organizations += 1;
  const who = { organization: `org-${organizations}` };
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
  expect(await slackCalls(JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB' }))).toEqual({ status: 200, body: { challenge: '3eZbrw1aB' } });
});

test.each<[string, Call]>([
  ['forged', { secret: 'guessed' }],
  ['stale', { at: seconds() - 301 }],
  ['from the future', { at: seconds() + 400 }],
])('a call that is %s is refused', async (_, call) => {
  expect(await slackCalls(event({ type: 'app_uninstalled' }), call)).toMatchObject({ status: 401, body: { type: 'urn:tocsin:problem:bad_signature' } });
  expect(await slackCalls('payload=%7B%7D', { ...call, path: '/slack/interactions', type: 'application/x-www-form-urlencoded' })).toMatchObject({ status: 401 });
});

test('a call without a signature is refused, and one that is no event too', async () => {
  expect((await fetch(`${connector.url}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(401);
  expect(await slackCalls('not json')).toMatchObject({ status: 400 });
});

test('interactions are taken and need nothing done', async () => {
  expect(await slackCalls(`payload=${encodeURIComponent('{"type":"block_actions"}')}`, { path: '/slack/interactions', type: 'application/x-www-form-urlencoded' })).toEqual({ status: 200, body: undefined });
});

test('a removed app revokes its connections in every organization, once however often Slack says it', async () => {
  const [one, other] = [await installed(), await installed()];
  const body = event({ type: 'app_uninstalled' });
  expect(await Promise.all([slackCalls(body), slackCalls(body)])).toMatchObject([{ status: 200 }, { status: 200 }]);
  for (const connection of [one, other]) {
    expect(await stateOf(connection)).toMatchObject({ health: { state: 'revoked', remedy: expect.any(String) }, version: 2 });
    await eventually(() => connection.told().some(({ health, version }) => health.state === 'revoked' && version === 2));
  }
});

test('revoked tokens count when they are the bot’s', async () => {
  const connection = await installed();
  await slackCalls(event({ type: 'tokens_revoked', tokens: { oauth: [connection.botUserId], bot: ['U0SOMEBODY'] } }));
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'connected' } });
  await slackCalls(event({ type: 'tokens_revoked', tokens: { bot: [connection.botUserId] } }));
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'revoked' } });
});

test('a removal from before the present installation changes nothing', async () => {
  const connection = await installed();
  await slackCalls(event({ type: 'app_uninstalled' }, seconds() - 60));
  expect(await stateOf(connection)).toMatchObject({ health: { state: 'connected' }, version: 1 });
});

test('a connection by token has an app of its own, which these events are not about', async () => {
  const who = { organization: 'by-token' };
  const { body } = await connector.call<Connection>('POST', '/v1/connections', { who, body: { method: 'token', hostUrl: 'acme.slack.com', token: 'xoxb-sandbox-acme' } });
  await slackCalls(event({ type: 'app_uninstalled' }));
  expect(await stateOf({ id: body.id, ...who })).toMatchObject({ health: { state: 'connected' } });
});
