import { describe, expect, test } from '@jest/globals';

import { isWorkspaceOf, parseSlackHost } from './slack-host.js';

describe('the workspace’s address is accepted as people paste it', () => {
  test.each([
    ['acme.slack.com', 'acme.slack.com'],
    ['https://acme.slack.com', 'acme.slack.com'],
    ['https://acme.slack.com/', 'acme.slack.com'],
    ['  https://Acme.Slack.com/archives/C012AB3CD?x=1#y ', 'acme.slack.com'],
    ['acme.slack.com/messages', 'acme.slack.com'],
    ['acme.slack.com.', 'acme.slack.com'],
    ['acme-2.slack.com', 'acme-2.slack.com'],
    ['https://acme.slack.com:443/', 'acme.slack.com'],
    ['acme.enterprise.slack.com', 'acme.enterprise.slack.com'],
    ['agency.slack-gov.com', 'agency.slack-gov.com'],
    ['agency.enterprise.slack-gov.com', 'agency.enterprise.slack-gov.com'],
  ])('%s', (text, host) => {
    expect(parseSlackHost(text)).toEqual({ ok: true, host, url: `https://${host}` });
  });
});

describe('what may have been meant is suggested', () => {
  test.each([
    ['acme', 'https://acme.slack.com'],
    ['ACME', 'https://acme.slack.com'],
    ['http://acme.slack.com', 'https://acme.slack.com'],
    ['https://user:pass@acme.slack.com', 'https://acme.slack.com'],
    ['acme.slack.com:8443', 'https://acme.slack.com'],
    ['https://join.slack.com/t/Acme-2/shared_invite/zt-1a2b', 'https://acme-2.slack.com'],
  ])('%s', (text, suggestion) => {
    expect(parseSlackHost(text)).toMatchObject({ ok: false, suggestion });
  });
});

describe('a site that all workspaces share is told as what it is', () => {
  test.each([
    ['https://app.slack.com/client/T012AB3CD/C012AB3CD', /^app\.slack\.com is where Slack opens in a browser/],
    ['app.slack-gov.com/client/T1', /^app\.slack-gov\.com is where Slack opens/],
    ['https://slack.com/signin', /^slack\.com is a site of Slack’s own/],
    ['https://api.slack.com/apps/A012AB3CD', /^api\.slack\.com is a site of Slack’s own/],
    ['https://join.slack.com/', /^join\.slack\.com is a site of Slack’s own/],
    ['a.b.slack.com', /^a\.b\.slack\.com is not the address of a Slack workspace/],
  ])('%s', (text, reason) => {
    expect(parseSlackHost(text)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe('anything else is refused', () => {
  test.each([
    '', '   ', 'slack.com', 'https://slack.com/', 'app.slack.com/client/T1/C1', 'www.slack.com', 'hooks.slack.com/services/T1/B1/x', 'enterprise.slack.com',
    'acme.slack.com.evil.example', 'evil.example/acme.slack.com', 'https://acme.slack.com@evil.example', 'acme.slack.co', 'acmeslack.com', 'acme.notslack.com',
    'a.b.slack.com', '-acme.slack.com', 'xn--80ak6aa92e.slack.com', 'аcme.slack.com', 'ftp://acme.slack.example', 'javascript:alert(1)', '127.0.0.1', 'http://169.254.169.254/', 'https://[::1]/', 'acme corp', 'acme_corp.slack.com',
  ])('%j', (text) => {
    const parsed = parseSlackHost(text);
    expect(parsed.ok).toBe(false);
    expect(parsed).not.toHaveProperty('suggestion');
  });
});

test.each([
  ['acme.slack.com', 'https://acme.slack.com/', true],
  ['acme.slack.com', 'https://ACME.slack.com', true],
  ['acme.slack.com', 'https://other.slack.com/', false],
  ['acme.enterprise.slack.com', 'https://acme.slack.com/', false],
  ['acme.slack.com', '', false],
])('%s is the workspace of %s: %s', (host, url, same) => {
  expect(isWorkspaceOf(host, url)).toBe(same);
});
