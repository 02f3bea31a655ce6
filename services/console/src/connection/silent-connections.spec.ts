import { expect, test } from '@jest/globals';

import { silentConnections } from './silent-connections.js';

const at = (id: string, state: 'connected' | 'needs_attention' | 'revoked', paused = false): Parameters<typeof silentConnections>[0][number] => ({ id, paused, health: { state, since: '2026-03-01T09:00:00Z' } });

test('nothing is sent over what was revoked or paused; what is both is told as lost', () => {
  const { lost, paused } = silentConnections([at('works', 'connected'), at('half', 'needs_attention'), at('lost', 'revoked'), at('both', 'revoked', true), at('paused', 'needs_attention', true)]);
  expect([lost, paused].map((group) => group.map(({ id }) => id))).toEqual([['lost', 'both'], ['paused']]);
});
