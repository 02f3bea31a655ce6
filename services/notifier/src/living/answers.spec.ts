import { describe, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';

import { summary, withStories, type Parent } from './answers.js';
import type { Story } from './issue-news.js';

const PARENT: Parent & { ts: string } = { organizationId: 'acme', laneId: 'l1', connectionId: 'c1', destinationId: 'C0GENERAL1', source: { kind: 'digest', of: 3, workflowId: 'w7' }, options: undefined, ts: '1.1' };

function issue(id: string, revision = 2): Issue {
  return {
    id, revision, fingerprint: id, title: id, severity: 'high', category: 'code', application: 'payments', status: 'open', cves: [], cwes: [], owners: [], tags: [],
    description: 'long', recommendation: 'longer', firstSeen: '2026-11-01T00:00:00.000Z', lastSeen: '2026-11-02T00:00:00.000Z',
  };
}

function story(id: string, change: Story['change'], changes: Story['changes'] = [], revision = 2): Story {
  return { issue: issue(id, revision), change, changes, covers: [revision], scanId: 's1' };
}

const SEVERITY = { field: 'severity', from: 'high', to: 'critical' };
const STATUS = { field: 'status', from: 'open', to: 'resolved' };

describe('what sums up in a digest’s thread what a scan changed of its issues', () => {
  test('tells what was resolved before what is back and what was updated, and counts all', () => {
    const { digest, source, summary: told } = summary(PARENT, [story('a', 'updated', [SEVERITY]), story('b', 'resolved', [STATUS]), story('c', 'updated', [SEVERITY])], 's1');
    expect(digest).toMatchObject({ kind: 'changes', title: '3 of these issues changed', totals: { resolved: 1, updated: 2 }, sections: [{ name: 'Resolved', total: 1 }, { name: 'Updated', total: 2 }] });
    expect(digest?.sections.map(({ issues }) => issues.map(({ id }) => id))).toEqual([['b'], ['a', 'c']]);
    expect(digest?.sections[0]?.issues[0]).not.toHaveProperty('description');
    expect(source).toEqual({ kind: 'digest', of: 3, workflowId: 'w7' });
    expect(told).toEqual({ scan: 's1', changes: { a: [SEVERITY], b: [STATUS], c: [SEVERITY] } });
  });

  test('names ten of each kind and counts the others', () => {
    const many = Array.from({ length: 12 }, (_, number) => story(`i${number}`, 'updated', [SEVERITY]));
    const first = summary(PARENT, many, 's1');
    expect(first.digest?.sections).toMatchObject([{ total: 12 }]);
    expect(first.digest?.sections[0]?.issues).toHaveLength(10);
    const more = withStories(first, [story('other', 'updated', [SEVERITY])]);
    expect(more.digest).toMatchObject({ title: '13 of these issues changed', sections: [{ total: 13 }] });
    expect(Object.keys(more.summary?.changes ?? {})).toHaveLength(10);
  });

  test('moves an issue to where all that happened to it belongs', () => {
    const first = summary(PARENT, [story('a', 'updated', [SEVERITY]), story('b', 'updated', [SEVERITY])], 's1');
    const { digest, summary: told } = withStories(first, [story('a', 'resolved', [STATUS], 3)]);
    expect(digest?.sections).toMatchObject([{ name: 'Resolved', total: 1, issues: [{ id: 'a', revision: 3 }] }, { name: 'Updated', total: 1, issues: [{ id: 'b' }] }]);
    expect(told?.changes?.a).toEqual([SEVERITY, STATUS]);
  });

  test('does not tell what was taken back, and is left with nothing when all was', () => {
    const first = summary(PARENT, [story('a', 'updated', [SEVERITY])], 's1');
    const { digest, source, summary: told } = withStories(first, [story('a', 'updated', [{ field: 'severity', from: 'critical', to: 'high' }], 3)]);
    expect(digest).toMatchObject({ title: '0 of these issues changed', totals: {}, sections: [] });
    expect(source).toMatchObject({ of: 0 });
    expect(told).toEqual({ scan: 's1', changes: {} });
  });

  test('says "one" of one', () => {
    expect(summary(PARENT, [story('a', 'reopened', [STATUS])], 's1').digest?.title).toBe('One of these issues changed');
  });
});
