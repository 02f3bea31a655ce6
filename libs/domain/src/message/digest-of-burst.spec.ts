import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { anIssue } from '@tocsin/testing';

import { SEVERITIES } from '../issue.js';
import { burstDigest, type Burst, type BurstCount, type BurstGroup } from './digest-of-burst.js';
import { renderMessage, renderPlainText } from './render-message.js';

const LINK = 'https://tocsin.acme.test/deliveries?digestId=d1';
const NOW = new Date('2026-11-25T12:00:00Z');
const by = { source: { kind: 'digest', of: 2 }, consoleUrl: 'https://tocsin.acme.test', issues: [] } as const;

function ago(seconds: number): Date {
  return new Date(NOW.getTime() - seconds * 1000);
}

function aBurst(overrides: Partial<Burst> = {}): Burst {
  return { counts: [{ group: 'high', change: 'new', count: 40 }], named: [], oldest: ago(10), newest: NOW, now: NOW, link: LINK, ...overrides };
}

function named(group: BurstGroup, count: number): Burst['named'] {
  return Array.from({ length: count }, (_, n) => ({ group, issue: anIssue({ id: `${group}-${n}`, title: `${group} ${n}`, ...(SEVERITIES.includes(group as 'low') && { severity: group as 'low' }) }) }));
}

describe('the title of a burst', () => {
  const resolved: BurstCount = { group: 'resolved', change: null, count: 12 };
  test.each<[string, Partial<Burst>]>([
    ['40 issues in 10 seconds', {}],
    ['40 issues at once', { oldest: NOW }],
    ['40 issues in 4 minutes', { oldest: ago(240) }],
    ['10,000 issues in 4 minutes', { oldest: ago(240), counts: [{ group: 'high', change: 'new', count: 9_990 }, { group: 'low', change: null, count: 10 }] }],
    ['1 issue in 30 seconds', { oldest: ago(30), counts: [{ group: 'high', change: 'updated', count: 1 }] }],
    ['12 issues resolved in 30 seconds', { oldest: ago(30), counts: [resolved] }],
    ['52 issues in 30 seconds', { oldest: ago(30), counts: [{ group: 'high', change: 'new', count: 40 }, resolved] }],
    ['Catch-up: 40 issues of the last 3 h that are still open', { oldest: ago(3 * 3600) }],
    ['Catch-up: 1 issue of the last 3 h that is still open', { oldest: ago(3 * 3600), counts: [{ group: 'high', change: 'new', count: 1 }, resolved] }],
    ['Catch-up: 12 issues resolved in the last 3 h', { oldest: ago(3 * 3600), counts: [resolved] }],
    ['Catch-up: 2 issues of the last 3 days', { oldest: ago(72 * 3600), counts: [{ group: 'excluded', change: 'updated', count: 2 }] }],
  ])('%s', (title, burst) => {
    expect(burstDigest(aBurst(burst)).title).toBe(title);
  });
});

describe('a burst', () => {
  test('counts severities of what is open, what happened to it, and what is over', () => {
    const counts: BurstCount[] = [{ group: 'critical', change: 'new', count: 2 }, { group: 'critical', change: 'updated', count: 1 }, { group: 'low', change: 'reopened', count: 4 }, { group: 'resolved', change: 'new', count: 5 }];
    expect(burstDigest(aBurst({ counts })).totals).toEqual({ critical: 3, low: 4, new: 2, updated: 1, reopened: 4, resolved: 5 });
  });

  test('is told worst first, what is over last; at most 10 of a group and 25 in all are named', () => {
    const counts = (['resolved', 'low', 'critical', 'high', 'medium'] as const).map((group) => ({ group, change: null, count: 100 }));
    const { sections } = burstDigest(aBurst({ counts, named: counts.flatMap(({ group }) => named(group, 10)) }));
    expect(sections.map(({ name, total, issues }) => [name, total, issues.length])).toEqual([['Critical', 100, 10], ['High', 100, 10], ['Medium', 100, 5], ['Low', 100, 0], ['Resolved', 100, 0]]);
  });

  test('shows every issue by name or as one of a number, with a link to all, within Slack’s limits, whatever the issues are called', () => {
    const title = fc.oneof(fc.string({ unit: 'binary', maxLength: 3000 }), fc.constantFrom('<!channel>', '*bold* <https://evil.test|here>', '\u202Egnp.exe', '👩‍👩‍👧‍👦'.repeat(200), '&'.repeat(3000)));
    const group = fc.constantFrom<BurstGroup>(...SEVERITIES, 'resolved', 'excluded');
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ group, count: fc.integer({ min: 1, max: 9_999 }) }), { selector: (one) => one.group, minLength: 1 }), title, (groups, words) => {
        const counts = groups.map((one) => ({ ...one, change: 'new' as const }));
        const digest = burstDigest(aBurst({ counts, named: counts.flatMap((one) => named(one.group, Math.min(10, one.count)).map(({ issue }) => ({ group: one.group, issue: { ...issue, title: words } }))) }));
        expect(digest.sections.reduce((sum, { total }) => sum + total, 0)).toBe(counts.reduce((sum, { count }) => sum + count, 0));
        const { blocks, text } = renderMessage({ ...by, digest });
        const shown = JSON.stringify(blocks);
        const parts = blocks.flatMap((block) => (block.type === 'rich_text' ? [block.elements] : []));
        const told = parts.map((elements) => {
          const names = elements.flatMap((part) => (part.type === 'rich_text_list' ? part.elements : [])).length;
          const [, count = '0'] = (names > 0 ? /"and ([\d,]+) more"/ : /"\w+ \(([\d,]+)\)"/).exec(JSON.stringify(elements)) ?? [];
          return names + Number(count.replaceAll(',', ''));
        });
        expect(told.reduce((sum, count) => sum + count, 0)).toBe(counts.reduce((sum, { count }) => sum + count, 0));
        const plain = renderPlainText({ ...by, digest }).text;
        expect(plain).toContain(`<${LINK}|All of them in Tocsin>`);
        for (const { name, total } of digest.sections) expect(plain).toContain(`${name} (${String(total).replace(/\B(?=(?:\d{3})+$)/g, ',')})`);
        expect([blocks.length <= 50, shown.length <= 10_000, text.length <= 4000]).toEqual([true, true, true]);
        expect(text).toContain(LINK);
        expect(`${text}${renderPlainText({ ...by, digest }).text}`).not.toMatch(/<!|<https:\/\/evil/);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('mentions people when one of its issues is bad enough, be it only counted', () => {
    const options = { mention: { people: ['U0ALICE001'], fromSeverity: 'critical' } };
    const withCritical = burstDigest(aBurst({ counts: [{ group: 'critical', change: 'new', count: 1 }] }));
    expect(JSON.stringify(renderMessage({ ...by, digest: withCritical, options }).blocks)).toContain('U0ALICE001');
    expect(JSON.stringify(renderMessage({ ...by, digest: burstDigest(aBurst()), options }).blocks)).not.toContain('U0ALICE001');
  });

  test('is one line of text for who reads no blocks', () => {
    expect(renderMessage({ ...by, digest: burstDigest(aBurst()) }).text).toBe(`40 issues in 10 seconds: 40 high, 40 new ${LINK}`);
  });
});

test('groups that a digest has too many of are counted together', () => {
  const sections = Array.from({ length: 12 }, (_, n) => ({ name: `Group ${n}`, total: 1000 + n, issues: [] }));
  const { blocks } = renderMessage({ ...by, digest: { kind: 'scan', title: 'A scan', totals: {}, sections } });
  expect(JSON.stringify(blocks)).toContain('and 2,021 in other groups');
});
