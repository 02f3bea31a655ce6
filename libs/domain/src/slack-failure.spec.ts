import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { REMEDIES } from './slack-error-codes.js';
import { asToldOfPerson, DEFAULT_RETRY_AFTER_SECONDS, failureOfCode, failureOfStatus, mayHaveBeenDone, noAnswer, notSent, saysTokenIsDead, stopsConnection, tooFast, unreadableAnswer, type SlackFailure } from './slack-failure.js';

const classes = JSON.parse(readFileSync(new URL('../fixtures/slack-error-classes.json', import.meta.url), 'utf8')) as Record<string, string>;

/** What each class of Slack's documented codes may become. */
const EXPECTED: Record<string, readonly string[]> = {
  AUTH: ['refused/connection'],
  'AUTH-REFRESH': ['refused/connection'],
  CONFIG: ['refused/configuration'],
  'OAUTH-CODE': ['refused/configuration'],
  TARGET: ['refused/target'],
  PAYLOAD: ['refused/content'],
  'N/A (files/drafts/admin)': ['refused/content', 'refused/target'],
  TRANSIENT: ['unsure', 'shaken'],
  RATE: ['busy'],
};

function familyOf(failure: SlackFailure): string {
  return failure.family === 'refused' ? `refused/${failure.kind}` : failure.family;
}

describe('every documented error code of Slack has a family, a sentence and a remedy', () => {
  test('the table covers the 130 documented codes', () => {
    expect(Object.keys(classes)).toHaveLength(130);
  });

  test.each(Object.entries(classes))('%s (%s)', (code, slackClass) => {
    const failure = failureOfCode(code);
    expect(EXPECTED[slackClass]).toContain(familyOf(failure));
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(/\.$|\)\.$/);
    expect(failure.message).not.toContain('does not know.');
    expect(failure.remedy.length).toBeGreaterThan(20);
  });
});

describe('what may have been carried out is told apart from what was not', () => {
  test.each<[string, SlackFailure, string]>([
    ['an internal error of Slack', failureOfCode('internal_error'), 'unsure'],
    ['a fatal error of Slack', failureOfCode('fatal_error'), 'unsure'],
    ['HTTP 503', failureOfStatus(503), 'unsure'],
    ['a request that was written and not answered', noAnswer('timeout'), 'unsure'],
    ['a page instead of an answer', failureOfCode('<html><body>Bad gateway</body></html>'), 'unsure'],
    ['an empty code', failureOfCode(''), 'unsure'],
    ['an answer that is not Slack’s', unreadableAnswer(), 'unsure'],
    ['a request that never left', notSent('ECONNREFUSED'), 'shaken'],
    ['a workspace that is being moved', failureOfCode('team_added_to_org'), 'shaken'],
  ])('%s', (_case, failure, family) => {
    expect(failure.family).toBe(family);
  });
});

describe('the code alone tells, too, whether what was asked may have been done', () => {
  test.each([failureOfStatus(503), noAnswer('socket closed'), unreadableAnswer(), failureOfCode('fatal_error'), notSent('refused'), tooFast(1), failureOfCode('channel_not_found'), failureOfCode('made_up')])('$code', (failure) => {
    expect(mayHaveBeenDone(failure.code)).toBe(failure.family === 'unsure');
  });
});

describe('a pause is as long and as wide as Slack said', () => {
  test.each<[string, SlackFailure, number, string]>([
    ['429 with Retry-After', tooFast(7), 7, 'method'],
    ['429 without Retry-After', tooFast(undefined), DEFAULT_RETRY_AFTER_SECONDS, 'method'],
    ['ratelimited in the body', failureOfCode('ratelimited', { retryAfterSeconds: 3 }), 3, 'method'],
    ['rate_limited in the body', failureOfCode('rate_limited'), DEFAULT_RETRY_AFTER_SECONDS, 'method'],
    ['429 with Retry-After beyond a day, which is a moment or garbage', tooFast(1_764_309_600), 86_400, 'method'],
    ['the same of the workspace’s quota', failureOfCode('message_limit_exceeded', { retryAfterSeconds: 86_401 }), 86_400, 'workspace'],
    ['429 with Retry-After of a day', tooFast(86_400), 86_400, 'method'],
    ['the workspace’s quota', failureOfCode('message_limit_exceeded', { retryAfterSeconds: 3 }), 3600, 'workspace'],
  ])('%s', (_case, failure, retryAfterSeconds, covers) => {
    expect(failure).toMatchObject({ family: 'busy', retryAfterSeconds, covers });
  });
});

describe('codes that nobody knows', () => {
  test('are refused for good, so that they are never tried in a hot loop', () => {
    expect(failureOfCode('brand_new_code')).toMatchObject({ family: 'refused', kind: 'unknown', code: 'brand_new_code' });
  });

  test.each(['restricted_action_of_tomorrow', 'slack_connect_of_tomorrow'])('%s is about the destination, as its family of codes', (code) => {
    expect(failureOfCode(code)).toMatchObject({ family: 'refused', kind: 'target' });
  });

  test.each(['constructor', 'to_string', '__proto__'])('%s is no entry of the table', (code) => {
    expect(failureOfCode(code)).not.toMatchObject({ kind: 'connection' });
    expect(saysTokenIsDead(code)).toBe(false);
  });
});

describe('what stops a connection', () => {
  test.each<[string, SlackFailure, boolean]>([
    ['a revoked token', failureOfCode('token_revoked'), true],
    ['a token that may not send', failureOfCode('missing_scope', { needed: 'chat:write', provided: 'users:read' }), true],
    ['one of several scopes that would let it send', failureOfCode('missing_scope', { needed: 'chat:write,chat:write.public' }), true],
    ['a missing scope for e-mail addresses', failureOfCode('missing_scope', { needed: 'users:read.email' }), false],
    ['a missing scope that is not named', failureOfCode('missing_scope'), false],
    ['a policy for one method', failureOfCode('access_denied'), false],
    ['an archived channel', failureOfCode('is_archived'), false],
    ['an error of Slack', failureOfCode('internal_error'), false],
  ])('%s: %#', (_case, failure, stops) => {
    expect(stopsConnection(failure)).toBe(stops);
  });
});

test('a missing scope is named', () => {
  expect(failureOfCode('missing_scope', { needed: 'users:read.email', provided: 'chat:write' })).toMatchObject({
    message: 'The app was not granted the scope users:read.email.',
    needed: 'users:read.email',
    provided: 'chat:write',
  });
});

test('what Slack says in detail about a refused message is kept', () => {
  expect(failureOfCode('invalid_blocks', { details: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'] })).toMatchObject({
    kind: 'content',
    details: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
  });
});

describe('what is said of a message to a person', () => {
  test.each(['channel_not_found', 'not_in_channel', 'is_archived', 'team_not_found'])('has the remedy of a person where Slack answers with the code of a channel: %s', (code) => {
    const { message } = failureOfCode(code);
    expect(asToldOfPerson({ ...failureOfCode(code), message })).toMatchObject({ code, remedy: REMEDIES.choosePerson });
  });

  test('speaks of no channel when the person is not found', () => {
    expect(asToldOfPerson(failureOfCode('channel_not_found')).message).toBe('The person was not found in the workspace.');
  });

  test.each(['user_disabled', 'messages_tab_disabled', 'missing_scope', 'invalid_blocks', 'never_heard_of'])('stays as it is otherwise: %s', (code) => {
    const { message, remedy } = failureOfCode(code);
    expect(asToldOfPerson({ code, message, remedy })).toEqual({ code, message, remedy });
  });
});
