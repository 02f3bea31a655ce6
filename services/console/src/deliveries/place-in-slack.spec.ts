import { expect, test } from '@jest/globals';

import { channelInSlack } from './place-in-slack.js';

test.each([
  ['a channel', { url: 'https://acme.slack.com/' }, { id: 'C0SECALERT' }, 'https://acme.slack.com/archives/C0SECALERT'],
  ['a person', { url: 'https://acme.slack.com' }, { id: 'U0NOA00001' }, undefined],
  ['a name that was not found yet', { url: 'https://acme.slack.com' }, { name: '#sec-alerts' }, undefined],
  ['a workspace that nobody knows', undefined, { id: 'C0SECALERT' }, undefined],
])('%s', (_, workspace, destination, url) => {
  expect(channelInSlack(workspace, destination)).toBe(url);
});
