/** Messages that leave their digest untold are told by themselves from then on, and looked at anew before. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, OpenedDigests } from '../../test/opened-digests.js';
import { changed } from '../../test/opened-living.js';
import { POSTED, waits } from '../../test/opened-lanes.js';
import type { Author } from '../author.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { suppressed } from '../deliveries/outcome.js';
import type { Heard } from '../living/issue-news.js';
import { splitUp } from './digest-outcome.js';

const author: Author = { organizationId: 'acme', actor: { kind: 'user', id: 'ada@acme.test' } };
const issues = Array.from({ length: 40 }, (_, n) => anIssue({ id: `issue-${String(n).padStart(2, '0')}`, severity: 'high' }));
const KEPT_BACK = suppressed({ code: 'leak_guard', message: 'The leak guard keeps secrets out of a public channel.', remedy: 'Send it elsewhere.' });
const SPLIT: Outcome = splitUp({ ...POSTED, state: 'failed', story: { kind: 'failed', text: 'Refused' } }, { family: 'refused', kind: 'content', code: 'invalid_blocks', message: 'Refused', remedy: '' });

let digests: OpenedDigests;

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());
beforeEach(() => digests.clear());

/** A digest of 40 messages, of two workflows by turns. */
async function folded(): Promise<void> {
  await digests.acceptMany(40, (n) => ({ issues: [issues[n] as Issue], source: { ...BY_WORKFLOW, workflowId: `w${n % 2}` } }));
  await digests.fold();
}

function resolved(which: readonly Issue[]): Heard[] {
  return which.map((issue) => changed(issue, { status: 'resolved' }, 'resolved', 'scan-1'));
}

describe('what was resolved meanwhile is not told alone', () => {
  test('when the leak guard keeps the digest back', async () => {
    await folded();
    await digests.changes.take(resolved(issues.slice(0, 30)));
    await digests.opened.finish(await digests.claimed(), KEPT_BACK);
    await digests.settleAll();
    expect(await digests.ends()).toEqual({ 'suppressed resolved_before_sent': 30, waiting: 10 });
    expect(await digests.rows(`state = 'waiting' and digest_id is null`)).toHaveLength(10);
    expect(await digests.opened.source.query('select count(*)::int as collapsed from told_issues where collapsed')).toEqual([{ collapsed: 30 }]);
    expect(await digests.opened.source.query('select * from digests where told is null')).toEqual([]);
  });

  test('when there are very many of them', async () => {
    const many = Array.from({ length: 900 }, (_, n) => anIssue({ id: `issue-${n}`, severity: 'high' }));
    await digests.acceptMany(900, (n) => ({ issues: [many[n] as Issue] }));
    await digests.fold();
    await digests.changes.take(resolved(many.slice(0, 700)));
    await digests.opened.finish(await digests.claimed(), KEPT_BACK);
    await digests.settleAll();
    expect(await digests.ends()).toEqual({ 'suppressed resolved_before_sent': 700, waiting: 200 });
  });

  test('when their workflow is paused', async () => {
    await folded();
    await digests.changes.take(resolved(issues.slice(0, 10)));
    await digests.pauses.pause(author, 'w1');
    await digests.pauses.settle('acme');
    expect(await digests.ends(`kind = 'message' and digest_id is null`)).toEqual({ 'suppressed resolved_before_sent': 5, waiting: 15 });
    expect((await digests.post())?.command).toMatchObject({ source: { of: 20 }, digest: { totals: { high: 15, resolved: 5 } } });
  });

  test('when Slack refuses the digest down to the last one', async () => {
    await digests.acceptMany(3, (n) => ({ issues: [issues[n] as Issue] }));
    await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours'`);
    await digests.fold();
    await digests.changes.take(resolved(issues.slice(0, 3)));
    for (let posts = 0; posts < 2; posts += 1) {
      await digests.opened.finish(await digests.claimed(), SPLIT);
      await digests.settleAll();
    }
    expect(await digests.ends()).toEqual({ 'suppressed resolved_before_sent': 3 });
  });

  test('by what they were to tell: an update ends, an end that is still one is told, one of an issue that is back is not', async () => {
    const told = ['updated', 'resolved', 'resolved', 'new'] as const;
    await digests.acceptMany(4, (n) => ({ change: told[n] ?? 'new', issues: [{ ...(issues[n] as Issue), status: told[n] === 'resolved' ? 'resolved' : 'open' }] }));
    await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours'`);
    await digests.fold();
    await digests.changes.take([
      ...resolved([issues[0] as Issue, issues[3] as Issue]), changed({ ...(issues[2] as Issue), status: 'resolved' }, { status: 'open' }, 'reopened'),
      changed({ ...(issues[3] as Issue), revision: 2 }, { status: 'open' }, 'reopened'),
    ]);
    await digests.opened.finish(await digests.claimed(), KEPT_BACK);
    await digests.settleAll();
    const rows = await digests.rows(`kind = 'message'`);
    expect(rows.map(({ state, error }) => error?.code ?? state)).toEqual(['resolved_before_sent', 'waiting', 'reopened_before_sent', 'waiting']);
  });

  test('with the message that tells the end of what was never told', async () => {
    await digests.acceptMany(4, (n) => ({ change: n === 1 ? 'resolved' : 'new', issues: [{ ...(issues[n === 1 ? 0 : n] as Issue), ...(n === 1 && { status: 'resolved', revision: 2 }) }] }));
    await digests.opened.source.query(`update deliveries set created_at = created_at - interval '2 hours'`);
    await digests.fold();
    await digests.changes.take(resolved(issues.slice(0, 1)));
    await digests.opened.finish(await digests.claimed(), KEPT_BACK);
    await digests.settleAll();
    expect((await digests.rows(`kind = 'message'`)).map(({ state, error }) => error?.code ?? state)).toEqual(['resolved_before_sent', 'resolved_before_sent', 'waiting', 'waiting']);
  });

  test('by news that came while the digest was being posted', async () => {
    await folded();
    const claim = await digests.claimed();
    await digests.changes.take(resolved(issues.slice(0, 30)));
    await digests.opened.finish(claim, KEPT_BACK);
    await digests.settleAll();
    expect(await digests.ends()).toEqual({ 'suppressed resolved_before_sent': 30, waiting: 10 });
  });

  test('but not what may be in the channel already', async () => {
    await folded();
    await digests.opened.finish(await digests.claimed(), waits({ ambiguous: 1 }));
    await digests.changes.take(resolved(issues.slice(0, 30)));
    await digests.opened.finish(await digests.claimed(), KEPT_BACK);
    await digests.settleAll();
    expect(await digests.ends()).toEqual({ waiting: 40 });
  });
});
