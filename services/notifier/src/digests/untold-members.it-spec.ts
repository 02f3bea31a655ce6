/** Messages that their digest does not tell, since by themselves they would not be told either. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import type { SendToSlack } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, OpenedDigests, type FoldedRow } from '../../test/opened-digests.js';
import { changed } from '../../test/opened-living.js';
import { POSTED, waits } from '../../test/opened-lanes.js';
import { commandOf } from '../deliveries/claim.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { traced } from '../living/claim-telling.js';
import { traceOf } from '../living/told.js';

let digests: OpenedDigests;
let posts = 0;

const issues = Array.from({ length: 40 }, (_, n) => anIssue({ id: `issue-${n}`, severity: 'high' }));

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());
beforeEach(() => digests.clear());

/** A digest of what this workflow tells of these. */
async function folded(workflowId: string, of: readonly Issue[], command: Partial<SendToSlack> = {}): Promise<string[]> {
  const ids = await digests.acceptMany(of.length, (n) => ({ issues: [of[n] as Issue], source: { ...BY_WORKFLOW, workflowId }, ...command }));
  await digests.opened.passTime(60);
  await digests.fold();
  return ids;
}

/** Posts what is due next, as it is by then. @returns what it was */
async function post(outcome: Outcome = POSTED): Promise<FoldedRow> {
  const claim = await digests.claimed();
  const renewed = claim.delivery.kind === 'digest' ? await digests.renewal.renew(claim) : undefined;
  posts += 1;
  await digests.opened.finish(claim, renewed && 'outcome' in renewed ? renewed.outcome : traced({ ...outcome, ...(outcome.state === 'posted' && { ts: `9.${posts}` }) }, traceOf(commandOf(claim.delivery)), false));
  await digests.settleAll();
  const [row] = await digests.rows(`delivery_id = '${claim.deliveryId}'`);
  if (!row) throw new Error('it is not there');
  return row;
}

async function ends(ids: readonly string[]): Promise<string[]> {
  const rows = (await digests.rows()).filter(({ delivery_id }) => ids.includes(delivery_id));
  return [...new Set(rows.map(({ state, error }) => (error ? `${state} ${error.code}` : state)))].sort();
}

test('an issue that a digest told is not told again by the digest of a second workflow, and its message says where it is', async () => {
  const first = await folded('w1', issues.slice(0, 38));
  await post();
  const second = await folded('w2', issues);
  const digest = await post();
  expect(digest).toMatchObject({ state: 'posted', command: { source: { of: 2 }, digest: { totals: { high: 2 } } } });
  expect(digest.command.digest?.sections.flatMap((section) => section.issues.map(({ id }) => id))).toEqual(['issue-38', 'issue-39']);
  expect(await ends(first)).toEqual(['posted']);
  expect(await ends(second.slice(0, 38))).toEqual(['suppressed already_told']);
  expect(await ends(second.slice(38))).toEqual(['posted']);
  expect(await digests.story(second[0] ?? '')).toContainEqual(expect.stringMatching(/^It is told in this destination already: https:\/\/acme\.slack\.com\/archives\/C0SECALERT\/p9/));
});

test('a digest of which everything is told already, however much it is, is not posted at all', async () => {
  const many = Array.from({ length: 600 }, (_, n) => anIssue({ id: `one-of-many-${n}` }));
  await folded('w1', many);
  await post();
  const second = await folded('w2', many);
  expect(await post()).toMatchObject({ kind: 'digest', state: 'suppressed', error: { code: 'nothing_left' } });
  expect(await ends(second)).toEqual(['suppressed already_told']);
});

test('with another comment it is told again: that is news', async () => {
  await folded('w1', issues);
  await post();
  const second = await folded('w2', issues, { comment: 'these are yours' });
  expect(await post()).toMatchObject({ state: 'posted', command: { source: { of: 40 } } });
  expect(await ends(second)).toEqual(['posted']);
});

test('what a person sent while the digest waited is not told again either', async () => {
  const ids = await folded('w1', issues);
  await digests.opened.accept({ issues: [issues[7] as Issue] });
  await post();
  expect(await post()).toMatchObject({ kind: 'digest', state: 'posted', command: { source: { of: 39 } } });
  expect(await ends(ids.slice(7, 8))).toEqual(['suppressed already_told']);
});

test('an issue that was excluded while its digest waited is not told, unless the digest may be there already', async () => {
  const excluded = changed(issues[3] as Issue, { status: 'excluded' });
  const ids = await folded('w1', issues);
  await digests.changes.take([excluded]);
  const digest = await post();
  expect(digest).toMatchObject({ state: 'posted', command: { source: { of: 39 }, digest: { totals: { high: 39 } } } });
  expect(digest.command.digest?.totals).not.toHaveProperty('excluded');
  expect(await ends(ids.slice(3, 4))).toEqual(['suppressed excluded_before_sent']);

  await digests.clear();
  const doubtful = await folded('w1', issues);
  await post(waits({ ambiguous: 1 }));
  await digests.changes.take([excluded]);
  expect(await post()).toMatchObject({ state: 'posted', command: { source: { of: 40 }, digest: { totals: { high: 39, excluded: 1 } } } });
  expect(await ends(doubtful)).toEqual(['posted']);
});
