import { describe, expect, test } from '@jest/globals';

import { isSandboxUrl, slackBaseUrl } from './slack-base-url.js';

describe('where tokens may be sent', () => {
  test.each([
    ['https://slack.com', 'https://slack.com', false],
    ['https://slack.com/', 'https://slack.com', false],
    ['https://slack-gov.com', 'https://slack-gov.com', false],
    ['https://proxy.example/slack/', 'https://proxy.example/slack', false],
    ['http://127.0.0.1:3001', 'http://127.0.0.1:3001', true],
    ['http://localhost:3001/', 'http://localhost:3001', true],
    ['http://[::1]:3001', 'http://[::1]:3001', true],
    ['http://slack-sandbox:3001', 'http://slack-sandbox:3001', true],
  ])('%s', (text, address, sandbox) => {
    expect(slackBaseUrl(text)).toBe(address);
    expect(isSandboxUrl(address)).toBe(sandbox);
  });

  test.each(['http://slack.com', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://slack-sandbox.evil.example', 'http://192.168.1.5:3001', 'ftp://slack.com', 'slack.com', '', 'https://user:secret@slack.com', 'https://slack.com/?x=1'])(
    'not to %j',
    (text) => {
      expect(() => slackBaseUrl(text)).toThrow('SLACK_BASE_URL');
    },
  );
});
