import { expect, test } from '@jest/globals';

import { createAppLink } from './create-app-link.js';

const MANIFEST = { display_information: { name: 'Tocsin & co #1' }, oauth_config: { scopes: { bot: ['chat:write'] } } };

test.each([
  ['', 'https://api.slack.com'],
  ['acme', 'https://api.slack.com'],
  ['https://acme.slack.com/', 'https://api.slack.com'],
  ['https://Agency.Slack-Gov.com', 'https://api.slack-gov.com'],
  ['agency.enterprise.slack-gov.com/archives', 'https://api.slack-gov.com'],
])('for the host %j the app is created on %s, from the very manifest', (hostUrl, site) => {
  const link = new URL(createAppLink(MANIFEST, hostUrl));
  expect(link.origin + link.pathname).toBe(`${site}/apps`);
  expect([...link.searchParams.keys()]).toEqual(['new_app', 'manifest_json']);
  expect(JSON.parse(link.searchParams.get('manifest_json') ?? '')).toEqual(MANIFEST);
  expect(link.hash).toBe('');
});
