import { expect, test } from '@jest/globals';

import { scopeOfGroup } from './reason-scope.js';

test('a group is what had failed when it was shown, not what is accepted after its latest ended', () => {
  expect(scopeOfGroup({ state: 'failed', code: 'is_archived', count: 4, lastAt: '2026-03-01T09:00:00.000Z' })).toEqual({
    filter: { replayed: 'false', state: ['failed'], code: ['is_archived'], changedBefore: '2026-03-01T09:00:00.001Z' },
    byState: { failed: 4 },
  });
});
