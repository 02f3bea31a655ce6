import { describe, expect, test } from '@jest/globals';

import { failureOfCode } from '@tocsin/domain';

import { nextHealth, type Findings, type Health } from './health.js';

const NOW = '2026-11-24T10:00:00.000Z';
const EARLIER = '2026-11-01T00:00:00.000Z';

describe('the health of a connection', () => {
  const cases: readonly (readonly [string, Findings, Health['state'], RegExp | undefined])[] = [
    ['accepted with every scope', { missingScopes: [] }, 'connected', undefined],
    ['accepted without a scope', { missingScopes: ['users:read.email'] }, 'needs_attention', /users:read\.email.*e-mail/],
    ['accepted without chat:write', { missingScopes: ['chat:write'] }, 'revoked', /nothing can be sent/],
    ['revoked', { missingScopes: [], failure: failureOfCode('token_revoked') }, 'revoked', /revoked/],
    ['accepted, though Slack refused a message', { missingScopes: [], doubted: 'invalid_auth' }, 'needs_attention', /invalid_auth/],
    ['accepted, though Slack refused again', { missingScopes: [], doubted: 'invalid_auth', doubtedTwice: true }, 'revoked', /invalid_auth/],
  ];

  test.each(cases)('%s', (_, findings, state, reason) => {
    const health = nextHealth(undefined, findings, NOW);
    expect(health).toMatchObject({ state, since: NOW });
    if (reason) expect(health.reason).toMatch(reason);
    expect(health.remedy === undefined).toBe(state === 'connected');
  });

  test('keeps its beginning while nothing changes, and begins anew with another reason', () => {
    const before: Health = { state: 'connected', since: EARLIER };
    expect(nextHealth(before, { missingScopes: [] }, NOW).since).toBe(EARLIER);
    const attention = nextHealth(before, { missingScopes: ['users:read'] }, NOW);
    expect(attention.since).toBe(NOW);
    expect(nextHealth({ ...attention, since: EARLIER }, { missingScopes: ['users:read.email'] }, NOW).since).toBe(NOW);
  });
});
