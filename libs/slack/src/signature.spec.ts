import { describe, expect, test } from '@jest/globals';

import { isSignedBySlack, slackSignature, type SignedRequest } from './signature.js';

/** The example of Slack's page on verifying requests. */
const EXAMPLE: SignedRequest = {
  signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  rawBody: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
  now: 1_531_420_618,
};

test('Slack’s own example is accepted', () => {
  expect(isSignedBySlack(EXAMPLE)).toBe(true);
  expect(slackSignature(EXAMPLE.signingSecret, '1531420618', EXAMPLE.rawBody)).toBe(EXAMPLE.signature);
});

test.each([
  ['five minutes old', 300],
  ['five minutes ahead', -300],
])('%s is still accepted', (_case, age) => {
  expect(isSignedBySlack({ ...EXAMPLE, now: EXAMPLE.now + age })).toBe(true);
});

describe('refused', () => {
  test.each<[string, Partial<SignedRequest>]>([
    ['older than five minutes', { now: EXAMPLE.now + 301 }],
    ['from the future', { now: EXAMPLE.now - 301 }],
    ['another body', { rawBody: Buffer.from('token=other') }],
    ['another secret', { signingSecret: 'other' }],
    ['no secret set', { signingSecret: '' }],
    ['another time', { timestamp: '1531420619' }],
    ['a time that is no number', { timestamp: 'NaN' }],
    ['no time', { timestamp: undefined }],
    ['no signature', { signature: undefined }],
    ['a signature that is too short', { signature: 'v0=a2114d' }],
    ['an unknown version', { signature: EXAMPLE.signature?.replace('v0=', 'v1=') }],
  ])('%s', (_case, change) => {
    expect(isSignedBySlack({ ...EXAMPLE, ...change })).toBe(false);
  });
});
