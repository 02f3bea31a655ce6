import { expect, test } from '@jest/globals';

import { permalink } from './permalink.js';

test.each([
  ['https://ghostbusters.slack.com', 'C1H9RESGA', '135854651500008', 'https://ghostbusters.slack.com/archives/C1H9RESGA/p135854651500008'],
  ['https://acme.slack.com/', 'D024BE91L', '1503435956.000247', 'https://acme.slack.com/archives/D024BE91L/p1503435956000247'],
])('a link to a message in %s', (workspaceUrl, channel, ts, link) => {
  expect(permalink(workspaceUrl, channel, ts)).toBe(link);
});
