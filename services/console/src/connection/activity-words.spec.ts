import { describe, expect, test } from '@jest/globals';

import { activityWords, actorWords } from './activity-words.js';

describe('what happened to a connection', () => {
  test.each([
    ['connection.connected', undefined, { method: 'oauth', health: 'connected' }, { what: 'Connected', detail: 'By IDENTITY PROVIDER.', tone: 'good' }],
    ['connection.health_changed', { health: 'connected' }, { health: 'revoked', reason: 'The token was revoked.' }, { what: 'Health changed', detail: 'Connected → Revoked: The token was revoked.', tone: 'bad' }],
    ['connection.verified', { health: 'connected' }, { health: 'connected' }, { what: 'Checked by hand', detail: 'Connected.', tone: 'good' }],
    ['connection.verified', { health: 'needs_attention' }, { health: 'connected' }, { what: 'Checked by hand', detail: 'Needs attention → Connected.', tone: 'good' }],
    ['connection.checked', { health: 'needs_attention' }, { health: 'needs_attention', reason: 'A scope is missing.' }, { what: 'Checked, since Slack refused a message', detail: 'Needs attention: A scope is missing.', tone: 'wait' }],
    ['connection.details_changed', { health: 'connected' }, { health: 'connected' }, { what: 'Name or scopes brought up to date', detail: '' }],
    ['connection.installation_ended', undefined, { result: 'wrong_workspace' }, { tone: 'bad', detail: expect.stringMatching(/^Another workspace than the one to re-connect\. /) }],
    ['connection.installation_ended', undefined, { result: 'refused', slackError: 'bad_client_secret' }, { detail: expect.stringContaining('(bad_client_secret)') }],
    ['connection.resumed', { paused: true }, { paused: false }, { what: 'Resumed', detail: '', tone: 'good' }],
  ])('%s from %j to %j', (action, before, after, words) => {
    expect(activityWords({ action, after, ...(before && { before }) })).toMatchObject(words);
  });

  test('what is not known yet is said as it is written', () => {
    expect(activityWords({ action: 'connection.brand_new-thing' })).toEqual({ what: 'Connection brand new thing', detail: '', tone: 'plain' });
    expect(activityWords({ action: 'constructor' }).what).toBe('Constructor');
  });

  test('an entry without what was before and after is no failure', () => {
    expect(activityWords({ action: 'connection.health_changed' })).toEqual({ what: 'Health changed', detail: '', tone: 'plain' });
  });

  test('a reason cannot turn the text around', () => {
    expect(activityWords({ action: 'connection.verified', after: { health: 'revoked', reason: 'no\u202eway' } }).detail).not.toContain('\u202e');
  });
});

test.each([
  [{ kind: 'user', id: 'noa@acme.test' }, 'noa@acme.test'],
  [{ kind: 'user', id: '00u1', name: 'noa@acme.test' }, 'noa@acme.test'],
  [{ kind: 'key', id: 'ci' }, 'API key ci'],
  [{ kind: 'key', id: '0198f000', name: 'ci of payments' }, 'API key ci of payments'],
  [{ kind: 'system', id: 'slack' }, 'Slack'],
  [{ kind: 'system', id: 'health' }, 'Tocsin itself'],
] as const)('%j is %s', (actor, words) => {
  expect(actorWords(actor)).toBe(words);
});
