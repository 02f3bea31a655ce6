import { describe, expect, test } from '@jest/globals';

import { failureOfCode, notSent, tooFast, type SlackFailure } from '@tocsin/domain';

import { elsewhereCheck, redirectCheck, verifyOAuth, type OAuthSide } from './verify-oauth.js';

const REDIRECT = 'https://tocsin.test/slack/oauth/callback';

function side(failure: SlackFailure, changes: Partial<OAuthSide> = {}): OAuthSide {
  return { client: { id: '1.2', secret: 's' }, redirectUri: REDIRECT, isSandbox: false, open: () => ({ oauthAccess: () => Promise.resolve({ ok: false, failure }) }), ...changes };
}

async function statuses(of: OAuthSide): Promise<Record<string, string>> {
  return Object.fromEntries((await verifyOAuth(of)).checks.map(({ id, status }) => [id, status]));
}

describe('VERIFY CONNECTIVITY of our own side', () => {
  const configured = { 'client.configured': 'passed', 'redirect.https': 'passed' };

  test.each([
    ['invalid_code means that the client is accepted', failureOfCode('invalid_code'), { 'slack.reachable': 'passed', 'client.accepted': 'passed' }, true],
    ['invalid_client_id', failureOfCode('invalid_client_id'), { 'slack.reachable': 'passed', 'client.accepted': 'failed' }, false],
    ['bad_client_secret', failureOfCode('bad_client_secret'), { 'slack.reachable': 'passed', 'client.accepted': 'failed' }, false],
    ['bad_redirect_uri means that the client is accepted and the address is not on its list', failureOfCode('bad_redirect_uri'), { 'slack.reachable': 'passed', 'client.accepted': 'passed', 'redirect.listed': 'failed' }, false],
    ['a busy Slack', tooFast(4), { 'slack.reachable': 'passed', 'client.accepted': 'warning' }, false],
    ['a Slack out of reach', notSent('ENOTFOUND'), { 'slack.reachable': 'failed' }, false],
  ])('%s', async (_, failure, expected, ok) => {
    expect(await statuses(side(failure))).toEqual({ ...configured, ...expected });
    expect((await verifyOAuth(side(failure))).ok).toBe(ok);
  });

  test('asks nobody while the client is not set, and names the settings', async () => {
    const result = await verifyOAuth(side(failureOfCode('invalid_code'), { client: undefined, open: () => { throw new Error('must not be asked'); } }));
    expect(result).toMatchObject({ ok: false });
    expect(result.checks.find(({ id }) => id === 'client.configured')).toMatchObject({ status: 'failed', remedy: expect.stringContaining('SLACK_CLIENT_ID') });
  });
});

test.each([
  ['https://tocsin.test/slack/oauth/callback', false, 'passed'],
  ['http://localhost:3000/slack/oauth/callback', false, 'passed'],
  ['http://127.0.0.1:3000/slack/oauth/callback', false, 'passed'],
  ['http://tocsin.test/slack/oauth/callback', false, 'failed'],
  ['http://tocsin.test/slack/oauth/callback', true, 'passed'],
])('people come back to %s, sandbox %s: %s', (redirectUri, isSandbox, status) => {
  expect(redirectCheck(redirectUri, isSandbox).status).toBe(status);
});

test.each([
  ['http://localhost:3000/slack/oauth/callback', 'http://localhost:3000', true],
  ['http://localhost:3000/slack/oauth/callback', 'http://localhost:5173', true],
  ['http://localhost:3000/slack/oauth/callback', 'http://127.0.0.1:3000', false],
  ['https://tocsin.test/slack/oauth/callback', 'https://tocsin.test', true],
  ['https://tocsin.test/slack/oauth/callback', 'http://tocsin.test', false],
  ['https://tocsin.test/slack/oauth/callback', 'https://tocsin.internal', false],
  ['https://tocsin.test/slack/oauth/callback', undefined, true],
  ['https://tocsin.test/slack/oauth/callback', 'null', true],
])('who comes back to %s is recognised from %s: %s', async (redirectUri, origin, recognised) => {
  expect(elsewhereCheck(redirectUri, origin).map(({ id, status }) => [id, status])).toEqual(recognised ? [] : [['redirect.here', 'failed']]);
  expect((await verifyOAuth(side(failureOfCode('invalid_code'), { redirectUri }), origin)).ok).toBe(recognised);
});
