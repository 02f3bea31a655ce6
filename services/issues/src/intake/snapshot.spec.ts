import { describe, expect, test } from '@jest/globals';

import { IssueContract } from '@tocsin/contracts';
import { checkData } from '@tocsin/platform';
import { anIssue } from '@tocsin/testing';

import { COMMAND_BYTES, SNAPSHOT_BYTES, snapshotOf, snapshotsOf } from './snapshot.js';

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('the snapshot of an issue', () => {
  test('is the issue itself when it is small', () => {
    const issue = anIssue({ description: 'short', recommendation: 'fix it' });
    expect(snapshotOf(issue)).toEqual(issue);
  });

  test.each([
    ['a description of a megabyte', { description: 'x'.repeat(1_000_000) }],
    ['long texts of four bytes a character', { description: '🔥'.repeat(9000), recommendation: '🔥'.repeat(9000) }],
    ['a hundred long tags', { tags: Array.from({ length: 100 }, (_, index) => `tag-${index}-${'y'.repeat(500)}`) }],
    ['texts of control characters, six bytes each in JSON', { description: '\u0001'.repeat(20_000) }],
    ['a title, rule and path at their limits', { title: '好'.repeat(1000), rule: '好'.repeat(500), location: { path: '好'.repeat(2000), line: 3 } }],
  ])('with %s keeps within its bytes and keeps what identifies it', (_, overrides) => {
    const issue = anIssue(overrides);
    const snapshot = snapshotOf(issue);
    expect(bytes(snapshot)).toBeLessThanOrEqual(SNAPSHOT_BYTES);
    expect(snapshot).toMatchObject({ id: issue.id, revision: issue.revision, severity: issue.severity, status: issue.status });
    expect(JSON.stringify(snapshot)).not.toMatch(/\\ud[89a-f]/i);
  });

  test.each([
    ['a tool with a long name', { tool: 'T'.repeat(400) }, { tool: `${'T'.repeat(199)}…` }],
    ['a title of which nothing could be kept', { title: '' }, { title: 'Untitled issue' }],
    ['a link longer than any may be', { location: { path: 'a.ts', line: 3, url: `https://x.test/${'a'.repeat(2000)}` } }, { location: { path: 'a.ts', line: 3 } }],
  ])('of %s is one that whoever hears of it takes', async (_, overrides, kept) => {
    const snapshot = snapshotOf(anIssue(overrides));
    expect(snapshot).toMatchObject(kept);
    await expect(checkData(IssueContract, snapshot)).resolves.toMatchObject({ ok: true });
  });

  test('is smaller where many go into one command, so that the command keeps within its bytes', () => {
    const many = Array.from({ length: 50 }, () => anIssue({ description: 'x'.repeat(20_000) }));
    expect(bytes(snapshotsOf(many))).toBeLessThanOrEqual(COMMAND_BYTES + 100);
  });
});
