import { describe, expect, test } from '@jest/globals';

import { afterHealthNews, healthOfCredential, type CheckReason, type ConnectionHealth, type HealthNews, type HealthRecord } from './connection-health.js';
import { failureOfCode, noAnswer, notSent, tooFast, defect } from './slack-failure.js';

const NOW = '2026-11-26T10:00:00.000Z';
const EARLIER = '2026-11-25T10:00:00.000Z';
const LATER = '2026-11-26T12:00:00.000Z';
const VERSION = 3;

const NO_REASON = /^$/;
const CLOCK: CheckReason = { kind: 'clock' };
const PERSON: CheckReason = { kind: 'person' };
const refusal = (code: string): CheckReason => ({ kind: 'refusal', code });

const accepted = (reason: CheckReason = CLOCK, missingScopes: readonly string[] = []): HealthNews => ({ kind: 'accepted', credentialVersion: VERSION, missingScopes, reason });
const refused = (code: string): HealthNews => ({ kind: 'not_accepted', credentialVersion: VERSION, failure: failureOfCode(code) });
const removed = (at: string, event: 'app_uninstalled' | 'tokens_revoked' = 'app_uninstalled'): HealthNews => ({ kind: 'removed', event, at });

function record(changes: Partial<HealthRecord> = {}): HealthRecord {
  return { health: { state: 'connected', since: EARLIER }, missingScopes: [], credentialVersion: VERSION, credentialSince: EARLIER, doubts: 0, ...changes };
}

/** The record after one piece of news after the other. */
function after(start: HealthRecord, ...news: readonly HealthNews[]): HealthRecord {
  return news.reduce((known, item) => afterHealthNews(known, item, NOW), start);
}

const CONNECTED = record();
const LACKING = after(CONNECTED, accepted(CLOCK, ['users:read.email']));
const MUTE = after(CONNECTED, accepted(CLOCK, ['chat:write']));
const DOUBTED = after(CONNECTED, accepted(refusal('invalid_auth')));
const DOUBTED_TWICE = after(DOUBTED, accepted(refusal('invalid_auth')));
const ON_TRIAL = after(DOUBTED_TWICE, accepted(CLOCK));
const REVOKED = after(CONNECTED, refused('token_revoked'));
const REMOVED = after(CONNECTED, removed(NOW));
const notRenewed = (message: string, credentialVersion = VERSION): HealthNews => ({ kind: 'not_renewed', credentialVersion, problem: { message, remedy: 'Connect again.' } });
const ENDING = record({ tokenExpiresAt: LATER });
const NOT_RENEWED = after(ENDING, notRenewed('No refresh.'));
const ENDED: HealthRecord = { ...NOT_RENEWED, tokenExpiresAt: EARLIER };

describe('the health of a connection', () => {
  const TRANSITIONS: readonly (readonly [string, HealthRecord, HealthNews, ConnectionHealth['state'], RegExp])[] = [
    ['accepted with every scope', CONNECTED, accepted(), 'connected', NO_REASON],
    ['accepted without a scope', CONNECTED, accepted(CLOCK, ['users:read.email']), 'needs_attention', /users:read\.email.*e-mail/],
    ['accepted without chat:write', CONNECTED, accepted(CLOCK, ['users:read', 'chat:write']), 'revoked', /nothing can be sent/],
    ['a missing scope was granted', LACKING, accepted(), 'connected', NO_REASON],
    ['chat:write was granted', MUTE, accepted(), 'connected', NO_REASON],
    ['another scope is missing than before', LACKING, accepted(CLOCK, ['groups:read']), 'needs_attention', /groups:read/],
    ['the token is refused', CONNECTED, refused('token_revoked'), 'revoked', /revoked/],
    ['our own check is refused from our address', CONNECTED, refused('invalid_auth'), 'revoked', /network address/],
    ['the token has expired', CONNECTED, refused('token_expired'), 'revoked', /expired/],
    ['the check itself is refused', CONNECTED, refused('accesslimited'), 'needs_attention', /did not let the token be checked/],
    ['the check is refused with a code that nobody knows', CONNECTED, refused('quite_new'), 'needs_attention', /quite_new/],
    ['the check can be made again', after(CONNECTED, refused('accesslimited')), accepted(), 'connected', NO_REASON],
    ['a refused token is accepted again', REVOKED, accepted(), 'connected', NO_REASON],
    ['a removed app is there again', REMOVED, accepted(PERSON), 'connected', NO_REASON],
    ['the app was removed', CONNECTED, removed(NOW), 'revoked', /app was removed/],
    ['the token was taken back', LACKING, removed(NOW, 'tokens_revoked'), 'revoked', /token was revoked in Slack/],
    ['the app was removed in the second of its installation', record({ credentialSince: '2026-11-26T10:00:00.900Z' }), removed(NOW), 'revoked', /app was removed/],
    ['a message was refused, and the check does not say why', CONNECTED, accepted(refusal('invalid_auth')), 'needs_attention', /invalid_auth.*accepts the token/],
    ['it was refused again', DOUBTED, accepted(refusal('invalid_auth')), 'revoked', /invalid_auth/],
    ['it was refused again with another code', DOUBTED, accepted(refusal('not_authed')), 'revoked', /not_authed/],
    ['it was refused again, and a scope is missing too', DOUBTED, accepted(refusal('invalid_auth'), ['users:read']), 'revoked', /invalid_auth/],
    ['posting is said not to be granted, though it is', CONNECTED, accepted(refusal('missing_scope')), 'needs_attention', /missing_scope/],
    ['posting is not granted', CONNECTED, accepted(refusal('missing_scope'), ['chat:write']), 'revoked', /chat:write/],
    ['a message was refused for its destination', CONNECTED, accepted(refusal('is_archived')), 'connected', NO_REASON],
    ['nothing was refused since', DOUBTED, accepted(CLOCK), 'connected', NO_REASON],
    ['somebody looks after the doubt', DOUBTED_TWICE, accepted(PERSON), 'connected', NO_REASON],
    ['what was stopped for its doubts is tried again', DOUBTED_TWICE, accepted(CLOCK), 'needs_attention', /invalid_auth/],
    ['the trial ends in a refusal', ON_TRIAL, accepted(refusal('invalid_auth')), 'revoked', /invalid_auth/],
    ['the trial passes in silence', ON_TRIAL, accepted(CLOCK), 'connected', NO_REASON],
    ['the doubt is explained', DOUBTED_TWICE, refused('token_revoked'), 'revoked', /token was revoked/],
    ['the token is renewed in time', ENDING, accepted(), 'connected', NO_REASON],
    ['the token is not renewed', ENDING, notRenewed('No refresh.'), 'needs_attention', /^No refresh\. It works until 2026-11-26T12:00/],
    ['the token is not renewed, and nobody knows its end', LACKING, notRenewed('No refresh.'), 'needs_attention', /^No refresh\.$/],
    ['a token that is not renewed is still accepted', NOT_RENEWED, accepted(PERSON), 'needs_attention', /It works until/],
    ['a token that was not renewed has ended', ENDED, { kind: 'ended', credentialVersion: VERSION }, 'revoked', /has expired\. No refresh/],
    ['a token that was not renewed is refused', NOT_RENEWED, refused('token_expired'), 'revoked', /expired/],
    ['nobody renews it, and posting is not granted', NOT_RENEWED, accepted(CLOCK, ['chat:write']), 'revoked', /chat:write/],
    ['who must act is somebody else now', REVOKED, refused('two_factor_setup_required'), 'revoked', /two-factor/],
  ];

  test.each(TRANSITIONS)('%s', (_, before, news, state, reason) => {
    const { health } = afterHealthNews(before, news, NOW);
    expect(health.state).toBe(state);
    expect(health.reason ?? '').toMatch(reason);
    expect(health.remedy === undefined).toBe(state === 'connected');
  });

  const UNCHANGED: readonly (readonly [string, HealthRecord, HealthNews])[] = [
    ['all is as it was', CONNECTED, accepted(PERSON)],
    ['the same scope is missing', LACKING, accepted(CLOCK, ['users:read.email'])],
    ['the token is still refused', REVOKED, refused('token_revoked')],
    ['the token is refused in other words', REVOKED, refused('account_inactive')],
    ['the check confirms the event', REMOVED, refused('account_inactive')],
    ['the second event of one removal', REMOVED, removed(NOW, 'tokens_revoked')],
    ['Slack is busy', CONNECTED, { kind: 'not_accepted', credentialVersion: VERSION, failure: tooFast(5) }],
    ['Slack is away', REVOKED, { kind: 'not_accepted', credentialVersion: VERSION, failure: notSent('ENOTFOUND') }],
    ['Slack does not answer', LACKING, { kind: 'not_accepted', credentialVersion: VERSION, failure: noAnswer('timeout') }],
    ['our own code fails', CONNECTED, { kind: 'not_accepted', credentialVersion: VERSION, failure: defect(new Error('oops')) }],
    ['the check of a token that was refused cannot be made', REVOKED, refused('accesslimited')],
    ['the token is still not renewed', NOT_RENEWED, notRenewed('No refresh.')],
    ['a token that is renewed has not ended', ENDING, { kind: 'ended', credentialVersion: VERSION }],
    ['an older credential is refused', CONNECTED, { kind: 'not_accepted', credentialVersion: VERSION - 1, failure: failureOfCode('token_revoked') }],
    ['an older credential is accepted', REVOKED, { kind: 'accepted', credentialVersion: VERSION - 1, missingScopes: [], reason: PERSON }],
    ['an older credential is doubted', CONNECTED, { kind: 'accepted', credentialVersion: VERSION - 1, missingScopes: [], reason: refusal('invalid_auth') }],
    ['an older credential is not renewed', CONNECTED, notRenewed('No refresh.', VERSION - 1)],
    ['an older credential has ended', ENDED, { kind: 'ended', credentialVersion: VERSION - 1 }],
    ['an event from before the installation', record({ credentialSince: '2026-11-26T10:00:01.000Z' }), removed(NOW)],
  ];

  test.each(UNCHANGED)('stays the very record: %s', (_, before, news) => {
    expect(afterHealthNews(before, news, NOW)).toBe(before);
  });

  test('tells since when, anew with another state or reason only', () => {
    expect(CONNECTED.health.since).toBe(EARLIER);
    expect(LACKING.health.since).toBe(NOW);
    const longLacking = record({ ...LACKING, health: { ...LACKING.health, since: EARLIER } });
    expect(after(longLacking, accepted(refusal('invalid_auth'), LACKING.missingScopes)).health.since).toBe(EARLIER);
    expect(after(longLacking, accepted(CLOCK, ['users:read'])).health.since).toBe(NOW);
  });

  test('counts doubts over the times of trial, so that they can come further apart', () => {
    const third = after(ON_TRIAL, accepted(refusal('invalid_auth')));
    expect([DOUBTED, DOUBTED_TWICE, ON_TRIAL, third].map(({ doubts }) => doubts)).toEqual([1, 2, 2, 3]);
    expect(after(third, accepted(CLOCK), accepted(CLOCK))).toMatchObject({ doubts: 0, health: { state: 'connected' } });
  });

  test('says what to do where servers may stand behind different addresses', () => {
    expect(DOUBTED.health.remedy).toMatch(/network addresses/);
    expect(after(CONNECTED, accepted(refusal('missing_scope'))).health.remedy).toMatch(/reinstall/);
  });
});

test('a token that was refused stays so when it is not renewed, and the reason is kept for the time after', () => {
  const known = afterHealthNews(REVOKED, notRenewed('No refresh.'), NOW);
  expect(known.health).toBe(REVOKED.health);
  expect(afterHealthNews(known, accepted(), NOW).health).toMatchObject({ state: 'needs_attention', reason: 'No refresh.' });
});

test.each<[string, ConnectionHealth | undefined, readonly string[], object]>([
  ['first', undefined, [], { state: 'connected', since: NOW }],
  ['good again', REVOKED.health, [], { state: 'connected', since: NOW }],
  ['still good', CONNECTED.health, [], { state: 'connected', since: EARLIER }],
  ['without a scope', CONNECTED.health, ['users:read'], { state: 'needs_attention', since: NOW, reason: expect.stringContaining('users:read'), remedy: expect.any(String) }],
])('a new credential begins with its own health: %s', (_, before, missingScopes, expected) => {
  expect(healthOfCredential(before, { missingScopes }, NOW)).toEqual(expected);
});
