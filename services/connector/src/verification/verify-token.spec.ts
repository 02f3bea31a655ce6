import { describe, expect, test } from '@jest/globals';

import { failureOfCode, notSent, SLACK_SCOPES, tooFast, type ConnectivityCheck } from '@tocsin/domain';
import type { SlackAnswer, SlackIdentity } from '@tocsin/slack';

import { isVerdict, maySend, verifyToken, type SlackSide, type Verification } from './verify-token.js';

const ACME: SlackIdentity = { workspace: { id: 'T1', name: 'Acme', url: 'https://acme.slack.com' }, bot: { id: 'B1', userId: 'U1', name: 'tocsin' }, isEnterpriseInstall: false };
const ALL = SLACK_SCOPES.map(({ name }) => name);
const emptyPage = (): Promise<{ ok: true; value: { items: never[] } }> => Promise.resolve({ ok: true, value: { items: [] } });

const no = (code: string, details = {}): { ok: false; failure: ReturnType<typeof failureOfCode> } => ({ ok: false, failure: failureOfCode(code, details) });

type Door = ReturnType<SlackSide['open']>;

/** A Slack that grants everything, but for what a test changes. */
function slackWith(changes: Partial<Door> = {}, isSandbox = false, baseUrl = 'https://slack.com'): SlackSide & { asked: string[] } {
  const asked: string[] = [];
  const door: Door = {
    authTest: () => Promise.resolve({ ok: true, value: ACME, scopes: ALL }),
    listChannels: emptyPage,
    listPeople: emptyPage,
    lookupByEmail: () => Promise.resolve(no('users_not_found')),
    deleteMessage: () => Promise.resolve(no('channel_not_found')),
    ...changes,
  };
  return { asked, baseUrl, isSandbox, open: (token) => { asked.push(token); return door; } };
}

const GOOD = { hostUrl: 'https://acme.slack.com', token: 'xoxb-1-2-abc' };

function statuses({ checks }: Verification): Record<string, ConnectivityCheck['status']> {
  return Object.fromEntries(checks.map(({ id, status }) => [id, status]));
}

describe('VERIFY CONNECTIVITY of a token', () => {
  test('passes every check of a good one', async () => {
    const result = await verifyToken(GOOD, slackWith());
    expect(result).toMatchObject({ ok: true, found: { identity: ACME, scopes: ALL, missingScopes: [] } });
    expect(statuses(result)).toEqual(Object.fromEntries(['token.kind', 'token.accepted', 'workspace.matches', ...ALL.map((name) => `scope.${name}`), 'list.channels', 'list.people'].map((id) => [id, 'passed'])));
  });

  test.each([
    ['acme.slack.com'], ['https://acme.slack.com'], ['https://acme.slack.com/'], ['https://acme.slack.com/archives/C1'], [' ACME.slack.com '],
  ])('takes the host as %j', async (hostUrl) => {
    expect(await verifyToken({ ...GOOD, hostUrl }, slackWith())).toMatchObject({ ok: true });
  });

  test.each([
    ['acme.enterprise.slack.com', 'https://acme.enterprise.slack.com', 'https://slack.com'],
    ['acme.slack-gov.com', 'https://acme.slack-gov.com', 'https://slack-gov.com'],
    ['acme.enterprise.slack-gov.com', 'https://acme.enterprise.slack-gov.com', 'https://slack-gov.com'],
    ['acme.slack-gov.com', 'https://acme.slack-gov.com', 'https://proxy.example/slack'],
  ])('takes %s, a host of Slack’s other kinds', async (hostUrl, url, baseUrl) => {
    const identity = { ...ACME, workspace: { ...ACME.workspace, url } };
    const slack = slackWith({ authTest: () => Promise.resolve({ ok: true, value: identity, scopes: ALL }) }, false, baseUrl);
    expect(await verifyToken({ ...GOOD, hostUrl }, slack)).toMatchObject({ ok: true });
  });

  test.each([
    ['acme.slack-gov.com', 'https://slack.com', 'SLACK_BASE_URL=https://slack-gov.com'],
    ['acme.slack.com', 'https://slack-gov.com', 'SLACK_BASE_URL=https://slack.com'],
  ])('refuses %s before any request leaves where requests go to %s', async (hostUrl, baseUrl, remedy) => {
    const slack = slackWith({}, false, baseUrl);
    const { ok, checks } = await verifyToken({ ...GOOD, hostUrl }, slack);
    expect([ok, slack.asked]).toEqual([false, []]);
    expect(checks.find(({ id }) => id === 'workspace.matches')).toMatchObject({ status: 'failed', remedy: expect.stringContaining(remedy) });
  });

  test.each([
    ['a host that is not Slack’s', { hostUrl: 'https://acme.slack.com.evil.test' }, 'workspace.matches', /ends in \.slack\.com/],
    ['plain http', { hostUrl: 'http://acme.slack.com' }, 'workspace.matches', /https/],
    ['a bare name', { hostUrl: 'acme' }, 'workspace.matches', /name, not an address/],
    ['what a browser shows while Slack is open', { hostUrl: 'https://app.slack.com/client/T012AB3CD/C1' }, 'workspace.matches', /where Slack opens in a browser/],
    ['the two fields in each other’s place', { hostUrl: 'xoxb-1-2-abc', token: 'https://acme.slack.com' }, 'workspace.matches', /holds a token/],
    ['a token of a person', { token: 'xoxp-1-2-abc' }, 'token.kind', /User OAuth Token/],
    ['a token of the sandbox', { token: 'xoxb-sandbox-acme' }, 'token.accepted', /not sent anywhere/],
  ])('refuses %s before any request leaves', async (_, change, id, message) => {
    const slack = slackWith();
    const result = await verifyToken({ ...GOOD, ...change }, slack);
    expect(slack.asked).toEqual([]);
    expect(result.ok).toBe(false);
    expect(result.checks.find((check) => check.id === id)).toMatchObject({ status: 'failed', message: expect.stringMatching(message), remedy: expect.any(String) });
    expect(JSON.stringify(result)).not.toContain('xoxb-1-2-abc');
    expect(isVerdict(result)).toBe(false);
  });

  test('suggests an address for a bare name', async () => {
    const { checks } = await verifyToken({ ...GOOD, hostUrl: 'acme' }, slackWith());
    expect(checks.find(({ id }) => id === 'workspace.matches')?.remedy).toContain('https://acme.slack.com');
  });

  test('refuses a token of Slack while the sandbox answers, and names the setting', async () => {
    const slack = slackWith({}, true);
    const { checks } = await verifyToken(GOOD, slack);
    expect(slack.asked).toEqual([]);
    expect(checks.find(({ id }) => id === 'token.accepted')?.remedy).toMatch(/SLACK_BASE_URL.*SLACK_CLIENT_ID/);
  });

  test('says whose the token is when the host means another workspace', async () => {
    const result = await verifyToken({ ...GOOD, hostUrl: 'other.slack.com' }, slackWith());
    expect(result.ok).toBe(false);
    expect(result.checks.find(({ id }) => id === 'workspace.matches')).toMatchObject({ status: 'failed', message: expect.stringContaining('Acme') });
  });

  test.each([
    ['refused', no('token_revoked'), 'failed', true],
    ['busy', { ok: false, failure: tooFast(7) } as const, 'warning', false],
    ['out of reach', { ok: false, failure: notSent('ENOTFOUND') } as const, 'failed', false],
  ])('when auth.test is %s, the check says so and nothing more is asked', async (_, answer, status, verdict) => {
    const result = await verifyToken(GOOD, slackWith({ authTest: () => Promise.resolve(answer as SlackAnswer<SlackIdentity>) }));
    expect(statuses(result)).toEqual({ 'token.kind': 'passed', 'token.accepted': status });
    expect(result.ok).toBe(false);
    expect(isVerdict(result)).toBe(verdict);
  });

  test.each([
    ['installed for a whole organization', { ...ACME, isEnterpriseInstall: true }, /whole Slack organization/],
    ['of a person', { ...ACME, bot: { userId: 'U1', name: 'ada' } }, /a person/],
  ])('refuses a token that is %s', async (_, identity, message) => {
    const result = await verifyToken(GOOD, slackWith({ authTest: () => Promise.resolve({ ok: true, value: identity, scopes: ALL }) }));
    expect(result.checks.find(({ id }) => id === 'workspace.matches')).toMatchObject({ status: 'failed', message: expect.stringMatching(message) });
  });
});

describe('the scopes', () => {
  const grantedOnly = (scopes: readonly string[]): Partial<Door> => ({ authTest: () => Promise.resolve({ ok: true, value: ACME, scopes }) });

  test('a missing required one fails, is named, and asks for a reinstallation', async () => {
    const result = await verifyToken(GOOD, slackWith(grantedOnly(ALL.filter((name) => name !== 'users:read.email'))));
    expect(result).toMatchObject({ ok: false, found: { missingScopes: ['users:read.email'] } });
    expect(result.checks.find(({ id }) => id === 'scope.users:read.email')).toMatchObject({ status: 'failed', message: expect.stringContaining('users:read.email'), remedy: expect.stringContaining('reinstall') });
  });

  test('chat:write.public is optional: a warning says what will not work', async () => {
    const result = await verifyToken(GOOD, slackWith(grantedOnly(ALL.filter((name) => name !== 'chat:write.public'))));
    expect(result.ok).toBe(true);
    expect(result.checks.find(({ id }) => id === 'scope.chat:write.public')).toMatchObject({ status: 'warning', message: expect.stringContaining('invited') });
  });

  test('one beyond ours is a warning', async () => {
    const result = await verifyToken(GOOD, slackWith(grantedOnly([...ALL, 'files:write'])));
    expect(result.ok).toBe(true);
    expect(statuses(result)['scope.files:write']).toBe('warning');
  });

  test('where the header is missing they are found out by calling; what cannot be found out is a warning', async () => {
    const result = await verifyToken(GOOD, slackWith({ authTest: () => Promise.resolve({ ok: true, value: ACME }) }));
    expect(result.ok).toBe(true);
    expect(ALL.map((name) => [name, statuses(result)[`scope.${name}`]])).toEqual(ALL.map((name) => [name, name === 'chat:write.public' ? 'warning' : 'passed']));
    expect(result.found?.scopes).toEqual(ALL.filter((name) => name !== 'chat:write.public'));
  });

  test('a call that finds one missing names it, and what Slack lists beside it settles the rest', async () => {
    const withoutHeader = (): Promise<SlackAnswer<SlackIdentity>> => Promise.resolve({ ok: true, value: ACME });
    const alone = await verifyToken(GOOD, slackWith({ authTest: withoutHeader, lookupByEmail: () => Promise.resolve(no('missing_scope', { needed: 'users:read.email' })) }));
    expect(alone.found?.missingScopes).toEqual(['users:read.email']);
    const listed = await verifyToken(GOOD, slackWith({ authTest: withoutHeader, deleteMessage: () => Promise.resolve(no('missing_scope', { needed: 'chat:write', provided: 'channels:read,groups:read' })) }));
    expect(listed.found).toMatchObject({ scopes: ['channels:read', 'groups:read'], missingScopes: ['chat:write', 'users:read', 'users:read.email'] });
  });

  test('while Slack is busy a scope that only a call would tell is a warning that says so', async () => {
    const withoutHeader = (): Promise<SlackAnswer<SlackIdentity>> => Promise.resolve({ ok: true, value: ACME });
    const result = await verifyToken(GOOD, slackWith({ authTest: withoutHeader, lookupByEmail: () => Promise.resolve({ ok: false, failure: tooFast(7) }) }));
    expect(result.ok).toBe(true);
    expect(result.checks.find(({ id }) => id === 'scope.users:read.email')).toMatchObject({ status: 'warning', message: expect.stringContaining('busy'), remedy: expect.stringContaining('7 seconds') });
  });
});

describe('the lists', () => {
  test.each([
    ['busy', tooFast(3), 'warning', true],
    ['refused', failureOfCode('missing_scope', { needed: 'channels:read' }), 'failed', false],
    ['out of reach', notSent('ECONNRESET'), 'warning', true],
  ])('of channels %s', async (_, failure, status, ok) => {
    const result = await verifyToken(GOOD, slackWith({ listChannels: () => Promise.resolve({ ok: false, failure }) }));
    expect(statuses(result)).toMatchObject({ 'list.channels': status, 'list.people': 'passed' });
    expect(result.ok).toBe(ok);
  });
});

test.each([
  ['xoxb-1-2-abc', 'https://slack.com', true],
  ['xoxb-1-2-abc', 'http://127.0.0.1:3001', false],
  ['xoxb-sandbox-acme', 'http://127.0.0.1:3001', true],
  ['xoxb-sandbox-acme', 'https://slack.com', false],
  ['xoxb-1-2-abc', 'https://slack-gov.com', false],
])('a kept token %s may be sent to %s: %s', (token, baseUrl, expected) => {
  expect(maySend({ hostUrl: 'https://acme.slack.com', token }, { baseUrl, isSandbox: baseUrl.includes('127.0.0.1') })).toBe(expected);
});
