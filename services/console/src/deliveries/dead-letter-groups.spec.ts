import { expect, test } from '@jest/globals';

import type { DeadLetter } from '../api/letter-run.js';
import { groupsOf } from './dead-letter-groups.js';

function letter(id: string, queue: string, reason: string, receivedAt: string): DeadLetter {
  return { id, service: 'notifier', queue, type: 'slack.send.v1', reason, error: '', receivedAt, attempts: 1 };
}

test('letters that died in the same queue for the same reason are one group, the largest first', () => {
  const groups = groupsOf([
    letter('1', 'notifier.slack.send.v1', 'unreadable', '2026-03-01T09:03:00Z'),
    letter('2', 'issues.issue.reported.v1', 'invalid', '2026-03-01T09:02:00Z'),
    letter('3', 'notifier.slack.send.v1', 'invalid', '2026-03-01T09:01:00Z'),
    letter('4', 'issues.issue.reported.v1', 'invalid', '2026-03-01T09:00:00Z'),
  ]);
  expect(groups.map(({ queue, reason, letters }) => [queue, reason, letters.map(({ id }) => id)])).toEqual([
    ['issues.issue.reported.v1', 'invalid', ['2', '4']],
    ['notifier.slack.send.v1', 'unreadable', ['1']],
    ['notifier.slack.send.v1', 'invalid', ['3']],
  ]);
});
