import { describe, expect, test } from '@jest/globals';

import { kindCheck } from './checks.js';
import { looksLikeToken, tokenKind, type TokenKind } from './token-kind.js';

const PASTED: readonly (readonly [string, TokenKind])[] = [
  ['xoxb-1234-5678-AbCd', 'bot'],
  ['  xoxb-1234-5678-AbCd\n', 'bot'],
  ['xoxe.xoxb-1-MS0yLTM', 'rotating-bot'],
  ['xoxp-1234-5678-abcd', 'user'],
  ['xoxe.xoxp-1-MS0yLTM', 'user'],
  ['xapp-1-A1-2-abcd', 'app-level'],
  ['xoxe-1-MS0yLTM', 'refresh'],
  ['xwfp-1234', 'workflow'],
  ['xoxa-2-1234', 'legacy'],
  ['xoxr-1234', 'legacy'],
  ['xoxc-1234', 'session'],
  ['xoxd-1234', 'session'],
  ['https://hooks.slack.com/services/T1/B1/abc', 'webhook'],
  ['tocsin_abcdef', 'api-key'],
  ['8f742231b10e8888abcd990000000085', 'client-secret'],
  ['1234567890.1234567890', 'client-id'],
  ['', 'empty'],
  ['   ', 'empty'],
  ['xoxb-1234 5678', 'blanks'],
  ['Bearer xoxb-1234', 'blanks'],
  ['xoxb-12\u200b34', 'blanks'],
  ['xoxb-12\u000034', 'blanks'],
  ['xoxb-1234é', 'unknown'],
  ['xoxe.xoxb-1-é', 'unknown'],
  ['hello', 'unknown'],
  ['xoxb-', 'unknown'],
  ['https://acme.slack.com', 'unknown'],
];

describe('what was pasted into Token', () => {
  test.each(PASTED)('%j is of the kind %s', (text, kind) => {
    expect(tokenKind(text)).toBe(kind);
  });

  test.each(PASTED.filter(([, kind]) => kind !== 'bot' && kind !== 'rotating-bot'))('%j is refused with its own message and a remedy, without repeating it', (text) => {
    const check = kindCheck(text);
    expect(check).toMatchObject({ id: 'token.kind', status: 'failed', remedy: expect.stringContaining('Bot User OAuth Token') });
    if (text.trim() !== '') expect(check.message).not.toContain(text.trim());
  });

  test('every kind has a message of its own', () => {
    const kinds = new Map(PASTED.map(([text, kind]) => [kind, kindCheck(text).message]));
    expect(new Set(kinds.values()).size).toBe(kinds.size);
  });

  test('blanks around a good token are a warning, and so is a token that expires', () => {
    expect(kindCheck(' xoxb-1234-5678')).toMatchObject({ status: 'warning' });
    expect(kindCheck('xoxe.xoxb-1-MS0yLTM')).toMatchObject({ status: 'warning' });
    expect(kindCheck('xoxb-1234-5678')).toEqual({ id: 'token.kind', status: 'passed', message: expect.any(String) });
  });
});

test.each([
  ['xoxb-1234', true],
  ['https://hooks.slack.com/services/T1/B1/abc', true],
  ['8f742231b10e8888abcd990000000085', true],
  ['https://acme.slack.com', false],
  ['acme', false],
])('%j in Slack Host URL is a secret: %s', (text, secret) => {
  expect(looksLikeToken(text)).toBe(secret);
});
