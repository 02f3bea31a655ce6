import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { OpenedDigests, type FoldedRow } from '../../test/opened-digests.js';
import { changed } from '../../test/opened-living.js';
import { POSTED, waits } from '../../test/opened-lanes.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { ChangeWaiting } from '../living/change-waiting.js';
import { FollowChanges } from '../living/follow-changes.js';
import type { Heard } from '../living/issue-news.js';
import { IssueNewsRepository } from '../living/issue-news.repository.js';

let digests: OpenedDigests;
let changes: FollowChanges;

const issues = Array.from({ length: 40 }, (_, n) => anIssue({ id: `issue-${String(n).padStart(2, '0')}`, severity: 'high' }));

beforeAll(async () => {
  digests = await OpenedDigests.open();
  const { opened } = digests;
  const news = new IssueNewsRepository(opened.source);
  changes = new FollowChanges(opened.outbox, news, new ChangeWaiting(news, opened.told, opened.waiting, new DeliveryLog(opened.outbox), digests.writer), opened.arrivals);
}, 60_000);

afterAll(async () => {
  await digests.opened.close();
});

beforeEach(async () => {
  await digests.clear();
  await digests.acceptMany(40, (n) => ({ issues: [issues[n] as Issue] }));
  await digests.fold();
});

async function digest(): Promise<FoldedRow> {
  const [row, ...others] = await digests.digests();
  if (!row || others.length > 0) throw new Error('there is not one digest');
  return row;
}

function resolved(count: number): Heard[] {
  return issues.slice(0, count).map((issue) => changed(issue, { status: 'resolved' }, 'resolved', 'scan-1'));
}

test('a digest that waits tells issues as they have become: what is over is not told as open', async () => {
  await changes.take(resolved(30));
  const { command } = await digest();
  expect(command).toMatchObject({ source: { of: 40 }, digest: { totals: { high: 10, resolved: 30 } } });
  expect(command.digest?.sections.map(({ name, total, issues: named }) => [name, total, named.map(({ status }) => status)])).toEqual([['High', 10, Array.from({ length: 10 }, () => 'open')], ['Resolved', 30, Array.from({ length: 10 }, () => 'resolved')]]);
});

test('what is worse by now is named first, and goes before others', async () => {
  await changes.take([changed(issues[35] as Issue, { severity: 'critical' })]);
  const { command, priority } = await digest();
  expect(command.digest?.sections.map(({ name, total, issues: named }) => [name, total, named[0]?.id])).toEqual([['Critical', 1, 'issue-35'], ['High', 39, 'issue-00']]);
  const [member] = await digests.rows(`delivery_id = (select delivery_id from commands where issue_ids = '{issue-35}')`);
  expect(priority).toBe(member?.priority);
  expect(await digests.opened.source.query(`select issue_ids @> '{issue-35}' as named from commands where source_kind = 'digest'`)).toEqual([{ named: true }]);
});

test('an attempt that may have arrived is not forgotten over it, and what was told of an issue is what the digest said', async () => {
  const { opened } = digests;
  await opened.finish(await opened.claimOne(), waits({ ambiguous: 1 }));
  await changes.take(resolved(30));
  await opened.passTime(60);
  const claim = await opened.claimOne();
  expect(claim?.delivery).toMatchObject({ kind: 'digest', ambiguous: 1 });
  await opened.finish(claim, { ...POSTED, ts: '9.9' });
  await digests.settleAll();
  expect(await opened.source.query(`select shown_revision, count(*)::int from told_issues group by 1 order by 1`)).toEqual([{ shown_revision: 1, count: 10 }, { shown_revision: 2, count: 30 }]);
});

test('a digest that is being posted stays as it is', async () => {
  const { command: before } = await digest();
  await digests.opened.claimOne();
  await changes.take(resolved(1));
  expect((await digest()).command).toEqual(before);
});
