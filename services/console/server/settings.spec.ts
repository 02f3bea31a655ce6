import { expect, test } from '@jest/globals';

import { readSettings } from './settings.js';

test('without any setting the console listens on loopback, port 3000, and finds the services where they listen by default', () => {
  expect(readSettings({ PORT: ' ' })).toEqual({
    port: 3000, host: undefined, publicUrl: 'http://localhost:3000', slackBaseUrl: 'https://slack.com',
    peers: { connector: 'http://127.0.0.1:3011', issues: 'http://127.0.0.1:3012', workflows: 'http://127.0.0.1:3013', notifier: 'http://127.0.0.1:3014' },
  });
});

test('all that is wrong is told at once', () => {
  expect(() => readSettings({ PORT: '99999', PUBLIC_URL: 'tocsin.example', ISSUES_URL: 'ftp://x' })).toThrow(/PORT: .*\n.*PUBLIC_URL: .*\n.*ISSUES_URL: /);
});
