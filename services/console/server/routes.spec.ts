import { describe, expect, test } from '@jest/globals';

import { isApiPath, ownerOf } from './routes.js';

describe('the table of routes', () => {
  test.each([
    ['/v1/connections', 'connector'],
    ['/v1/connections/verify', 'connector'],
    ['/v1/connections/oauth', 'connector'],
    ['/v1/connections/c1/token', 'connector'],
    ['/v1/connections/c1/destinations', 'notifier'],
    ['/v1/connections/c1/directory', 'notifier'],
    ['/v1/connections/c1/directory/sync', 'notifier'],
    ['/v1/connections/c1/test-messages', 'notifier'],
    ['/v1/connections/c1/used-destinations', 'notifier'],
    ['/v1/connections/destinations', 'connector'],
    ['/v1/api-keys/k1', 'connector'],
    ['/v1/slack/manifest', 'connector'],
    ['/slack/oauth/callback', 'connector'],
    ['/slack/events', 'connector'],
    ['/slack/interactions', 'connector'],
    ['/v1/events', 'issues'],
    ['/v1/scans/s1/cancel', 'issues'],
    ['/v1/issues/facets', 'issues'],
    ['/v1/issues/i1/slack-messages', 'issues'],
    ['/v1/applications/shop', 'issues'],
    ['/v1/slack-messages/preview', 'issues'],
    ['/v1/workflows/w1/versions/2/restore', 'workflows'],
    ['/v1/settings/workflows', 'workflows'],
    ['/v1/settings/delivery', 'notifier'],
    ['/v1/deliveries/stream', 'notifier'],
  ])('%s is answered by %s', (path, owner) => {
    expect(ownerOf(path)).toBe(owner);
  });

  test.each(['/v1', '/v1/', '/v1/settings', '/v1/slack', '/v1/slack-messagesx', '/slack', '/slack/', '/internal/x', '/V1/issues', '/v1/../internal/x'])('%s is answered by nobody', (path) => {
    expect(ownerOf(path)).toBeUndefined();
  });
});

describe('the page of the console', () => {
  test.each(['/v1/nothing', '/V1/issues', '//v1/issues', '/Slack/events', '///internal/connections', '/health', '/OpenAPI.json', '/.well-known/x'])('does not answer a program at %s', (path) => {
    expect(isApiPath(path)).toBe(true);
  });

  test.each(['/', '/issues', '/v1x', '/connectors/slack', '//issues'])('answers people at %s', (path) => {
    expect(isApiPath(path)).toBe(false);
  });
});
