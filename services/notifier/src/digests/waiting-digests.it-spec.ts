import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { OpenedDigests, type FoldedRow } from '../../test/opened-digests.js';
import { changed } from '../../test/opened-living.js';
import { POSTED, waits } from '../../test/opened-lanes.js';
import { DestinationRepository } from '../destinations/destination.repository.js';
import { LaneMoves } from '../directory/lane-moves.js';
import { traced } from '../living/claim-telling.js';
import type { Heard } from '../living/issue-news.js';
import { traceOf } from '../living/told.js';

let digests: OpenedDigests;

const issues = Array.from({ length: 40 }, (_, n) => anIssue({ id: `issue-${String(n).padStart(2, '0')}`, severity: 'high' }));

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());

beforeEach(async () => {
  await digests.clear();
  await digests.acceptMany(40, (n) => ({ issues: [issues[n] as Issue] }));
  await digests.fold();
});

/** As it is posted. */
async function claimed(): Promise<FoldedRow> {
  const claim = await digests.opened.claimOne();
  if (claim?.delivery.kind !== 'digest') throw new Error('the digest is not claimed');
  const renewed = await digests.renewal.renew(claim);
  const row = await digests.digest();
  if (renewed && 'event' in renewed) expect(JSON.parse(renewed.event.toString())).toEqual({ data: row.command });
  return row;
}

function resolved(count: number): Heard[] {
  return issues.slice(0, count).map((issue) => changed(issue, { status: 'resolved' }, 'resolved', 'scan-1'));
}

test('a digest that waited tells issues as they have become: what is over is not told as open', async () => {
  const { command: written } = await digests.digest();
  await digests.changes.take(resolved(20));
  await digests.changes.take(resolved(30));
  expect((await digests.digest()).command.digest?.totals).toEqual({ high: 40, new: 40 }); // thousands of changes must not cost as many digests
  const preview = await digests.renewal.preview('connection-1', { organizationId: 'acme', digestId: written.commandId });
  const { command } = await claimed();
  expect(preview?.digest?.sections).toEqual(command.digest?.sections);
  expect(command).toMatchObject({ source: { of: 40 }, digest: { totals: { high: 10, resolved: 30 } } });
  expect(command.digest?.sections.map(({ name, total, issues: named }) => [name, total, named.map(({ status }) => status)])).toEqual([['High', 10, Array.from({ length: 10 }, () => 'open')], ['Resolved', 30, Array.from({ length: 10 }, () => 'resolved')]]);
});

test('what is worse by now is named first, and goes before others', async () => {
  await digests.changes.take([changed(issues[35] as Issue, { severity: 'critical' })]);
  const { priority } = await digests.digest();
  const { command } = await claimed();
  expect(command.digest?.sections.map(({ name, total, issues: named }) => [name, total, named[0]?.id])).toEqual([['Critical', 1, 'issue-35'], ['High', 39, 'issue-00']]);
  const [member] = await digests.rows(`delivery_id = (select delivery_id from commands where issue_ids = '{issue-35}')`);
  expect(priority).toBe(member?.priority);
  expect(await digests.opened.source.query(`select issue_ids @> '{issue-35}' as named from commands where source_kind = 'digest'`)).toEqual([{ named: true }]);
});

test('a digest of which nothing changed is posted as it was written, and one that somebody else holds is left alone', async () => {
  const { opened, renewal } = digests;
  const first = await opened.claimOne();
  expect(first && await renewal.renew(first)).toBeUndefined();
  await opened.finish(first, waits());
  await digests.changes.take(resolved(1));
  await opened.passTime(60);
  const second = await opened.claimOne();
  expect(second && await renewal.renew({ ...second, leaseId: '00000000-0000-4000-8000-000000000000' })).toBeUndefined();
  expect(second && await renewal.renew(second)).toBeDefined();
  expect(second && await renewal.renew(second)).toBeUndefined();
});

test('an attempt that may have arrived is not forgotten over it, and what was told of an issue is what the digest said', async () => {
  const { opened } = digests;
  await opened.finish(await opened.claimOne(), waits({ ambiguous: 1 }));
  await digests.changes.take(resolved(30));
  await opened.passTime(60);
  const claim = await opened.claimOne();
  expect(claim?.delivery).toMatchObject({ kind: 'digest', ambiguous: 1 });
  await opened.finish(claim, { ...POSTED, ts: '9.9' });
  await digests.settleAll();
  expect(await opened.source.query(`select shown_revision, count(*)::int from told_issues group by 1 order by 1`)).toEqual([{ shown_revision: 1, count: 10 }, { shown_revision: 2, count: 30 }]);
});

test('what was heard while an attempt was on its way that failed is in the next one, and said nowhere else', async () => {
  const { opened } = digests;
  const lost = await opened.claimOne();
  await digests.changes.take(resolved(30));
  await opened.finish(lost, waits());
  await opened.passTime(60);
  const claim = await opened.claimOne();
  const renewed = claim && await digests.renewal.renew(claim);
  const { command } = await digests.digest();
  expect(renewed).toMatchObject({ event: Buffer.from(JSON.stringify({ data: command })) });
  expect(command.digest?.totals).toEqual({ high: 10, new: 10, resolved: 30 });
  const [member] = await digests.rows(`delivery_id = (select delivery_id from commands where issue_ids = '{issue-00}')`);
  expect(await digests.story(member?.delivery_id ?? '')).toContain('The issue changed before it was told: status open → resolved');
  await opened.finish(claim, traced({ ...POSTED, ts: '9.9' }, traceOf(command), false));
  await digests.settleAll();
  expect(await digests.rows(`kind = 'reply'`)).toEqual([]);
});

test('messages that come after the news of their issues are told as these are', async () => {
  await digests.clear();
  await digests.changes.take(resolved(30));
  await digests.acceptMany(40, (n) => ({ issues: [issues[n] as Issue] }));
  await digests.fold();
  expect((await claimed()).command).toMatchObject({ digest: { totals: { high: 10, new: 10, resolved: 30 } } });
});

test('news of what a digest told already, by a newer message about the same issue, is not told again in its thread', async () => {
  await digests.clear();
  const news = issues.map((issue) => changed(issue, { severity: 'low' }, 'updated', 'scan-1'));
  await digests.acceptMany(40, (n) => ({ issues: [issues[n] as Issue] }));
  await digests.acceptMany(40, (n) => ({ issues: [news[n]?.issue as Issue], change: 'updated' }));
  await digests.fold();
  const { command } = await digests.digest();
  expect(command.digest?.totals).toMatchObject({ low: 40 });
  await digests.opened.finish(await digests.opened.claimOne(), traced({ ...POSTED, ts: '9.9' }, traceOf(command), false));
  await digests.settleAll();
  await digests.changes.take(news);
  expect(await digests.rows(`kind = 'reply'`)).toEqual([]);
});

describe('what changes while a digest is being posted', () => {
  /** @returns the answers that wait in its thread, in short */
  async function answers(): Promise<unknown[]> {
    const rows = await digests.rows(`kind = 'reply' and parent_ts = '9.9' and state = 'waiting'`);
    return rows.map(({ command }) => command.digest?.totals);
  }

  test('is told in its thread, once, whether the digest names the issue or counts it', async () => {
    const { command: before } = await digests.digest();
    const claim = await digests.opened.claimOne();
    await digests.changes.take(resolved(30).slice(1));
    expect((await digests.digest()).command).toEqual(before);
    await digests.opened.finish(claim, traced({ ...POSTED, ts: '9.9' }, traceOf(before), false));
    await digests.changes.take([...resolved(30), changed(issues[31] as Issue, { severity: 'low' }, 'updated', 'scan-2')]);
    await digests.settleAll();
    const once = [{ resolved: 1 }, { resolved: 29, updated: 1 }];
    expect(await answers()).toEqual(once);
    await digests.changes.take(resolved(30));
    expect(await answers()).toEqual(once);
  });

  test('is told once also when its channel got another id meanwhile', async () => {
    const { outbox, destinations, source } = digests.opened;
    const old = { organizationId: 'acme', connectionId: 'connection-1', destinationId: 'C0SECALERT' };
    const claim = await digests.opened.claimOne();
    await digests.opened.lanes.markStarted(claim ? [claim] : []);
    const leadOn = async (): Promise<void> => outbox.transaction(async (tx) => {
      const found = await new DestinationRepository().present(tx, old);
      await new LaneMoves().toNewId(tx, { ...old, laneId: claim?.laneId ?? '' }, old.destinationId, { ...found, kind: 'channel' });
    });
    await outbox.transaction((tx) => destinations.changeId(tx, old, 'C0NEWIDNEW', Date.now()));
    await leadOn();
    await digests.opened.finish(claim, traced({ ...POSTED, ts: '9.9' }, traceOf((await digests.digest()).command), false));
    await digests.settleAll();
    await leadOn();
    expect(await source.query('select count(*)::int as rows, count(distinct issue_id)::int as issues, count(distinct lane_id)::int as lanes from told_issues')).toEqual([{ rows: 40, issues: 40, lanes: 1 }]);
    await digests.changes.take(resolved(30));
    expect(await answers()).toEqual([{ resolved: 30 }]);
  });

  test('is not told when people have nothing to do about it', async () => {
    const claim = await digests.opened.claimOne();
    const [first] = issues;
    await digests.changes.take([{ organizationId: 'acme', issue: { ...(first as Issue), revision: 2, location: { path: 'b.ts', line: 2 } }, changes: [] }]);
    await digests.opened.finish(claim, traced({ ...POSTED, ts: '9.9' }, traceOf((await digests.digest()).command), false));
    await digests.settleAll();
    expect(await answers()).toEqual([]);
  });
});
