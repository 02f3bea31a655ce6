import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';
import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { waits } from '../../test/opened-lanes.js';
import { commandOf } from '../deliveries/claim.js';
import { RetirementJob } from '../deliveries/retirement.job.js';
import { tell } from './claim-telling.js';

let living: OpenedLiving;

beforeAll(async () => { living = await OpenedLiving.open(); }, 30_000);
afterAll(() => living.opened.close());
beforeEach(() => living.opened.clear());

const issue = anIssue({ id: 'i1', severity: 'high' });
const raised = changed(issue, { severity: 'critical' });
const resolved = changed(raised.issue, { status: 'resolved' }, 'resolved');
const moved = { organizationId: 'acme', issue: { ...issue, revision: 2, location: { path: 'b.ts', line: 2 } }, changes: [] };

describe('what a destination was told', () => {
  test('is remembered with the first message about each issue, whoever sent it', async () => {
    const first = await living.tell({ issues: [issue] });
    await living.tell({ issues: [issue] });
    expect(await living.told()).toMatchObject([{ issue_id: 'i1', delivery_id: first.id, ts: first.ts, shown_revision: 1, wanted_revision: 1, in_digest: false }]);
  });

  test('by a message about several issues is told in a digest, until one of them has a message of its own', async () => {
    const bulk = await living.tell({ issues: [issue, anIssue({ id: 'i2' })] });
    expect(await living.told()).toMatchObject([{ issue_id: 'i1', ts: bulk.ts, in_digest: true }, { issue_id: 'i2', ts: bulk.ts, in_digest: true }]);
    const own = await living.tell({ issues: [issue] });
    expect(await living.told()).toMatchObject([{ issue_id: 'i1', ts: own.ts, in_digest: false, delivery_id: own.id }, { issue_id: 'i2', ts: bulk.ts }]);
  });

  test('comes to the one who posts next, with the newest that was heard', async () => {
    const { ts } = await living.tell({ issues: [issue], comment: 'look' });
    await living.hear(moved);
    await living.opened.accept({ issues: [issue] });
    await living.opened.passTime(60);
    const claim = await living.opened.claimOne();
    expect(claim?.delivery).toMatchObject({ told: { comment: 'look', ts, living: true, repliedRevision: 1 }, newest: { revision: 2 } });
  });

  test('is forgotten when it is taken back, and nothing goes into its thread any more', async () => {
    const { id } = await living.tell({ issues: [issue] });
    await living.hear(raised);
    await living.opened.outbox.transaction((tx) => living.opened.told.forget(tx, { organization_id: 'acme', delivery_id: id }));
    expect(await living.told()).toEqual([]);
    expect(await living.answers()).toMatchObject([{ state: 'suppressed', error: { code: 'retracted' } }]);
  });

  test('is forgotten with its delivery', async () => {
    await living.tell({ issues: [issue] });
    const { id } = await living.tell({ issues: [anIssue({ id: 'i2' })] });
    await living.opened.source.query(`update deliveries set settled_at = settled_at - interval '91 days' where delivery_id = $1`, [id]);
    await new RetirementJob(living.opened.source, createLogger('notifier', 'silent')).pass();
    expect(await living.told()).toMatchObject([{ issue_id: 'i1' }]);
  });
});

describe('an issue that changes after it was told', () => {
  test('is to be shown as it is, and its thread tells what changed', async () => {
    const { ts } = await living.tell({ issues: [issue], source: BY_WORKFLOW });
    await living.hear(raised);
    expect(await living.told()).toMatchObject([{ shown_revision: 1, wanted_revision: 2, wanted: { severity: 'critical' } }]);
    expect(await living.answers()).toMatchObject([{ state: 'waiting', parent_ts: ts, priority: 7, command: { source: BY_WORKFLOW, change: 'updated', changes: raised.changes, issues: [{ revision: 2 }] } }]);
  });

  test('is shown silently when nothing changed that people act on', async () => {
    await living.tell({ issues: [issue] });
    await living.hear(moved);
    expect(await living.told()).toMatchObject([{ wanted_revision: 2, wanted: { location: { path: 'b.ts' } } }]);
    expect(await living.answers()).toEqual([]);
  });

  test('comes to the same when it is heard twice, and when it is heard in another order', async () => {
    await living.tell({ issues: [issue] });
    await living.hear(resolved);
    await living.hear(raised);
    await living.hear(raised, resolved);
    expect(await living.told()).toMatchObject([{ wanted_revision: 3, wanted: { status: 'resolved' } }]);
    const [answer, ...others] = await living.answers();
    expect(others).toEqual([]);
    expect(answer?.command).toMatchObject({ change: 'resolved', issues: [{ revision: 3 }], changes: [{ field: 'severity', from: 'high', to: 'critical' }, { field: 'status' }] });
    await expect(living.opened.source.query(`select sum(accepted)::int as accepted from accepted_counts`)).resolves.toEqual([{ accepted: 2 }]);
  });

  test('changes again before its thread was told: one answer tells from the first to the last', async () => {
    await living.tell({ issues: [issue] });
    await living.hear(raised);
    await living.hear(changed(raised.issue, { severity: 'low' }));
    expect(await living.answers()).toMatchObject([{ command: { changes: [{ field: 'severity', from: 'high', to: 'low' }], reply: { covers: [2, 3] } } }]);
  });

  test('is not followed where nobody wants it', async () => {
    await living.tell({ issues: [issue], options: { living: false } });
    await living.tell({ issues: [issue], destination: { id: 'C0GENERAL1' }, options: { thread: false } });
    await living.hear(raised);
    expect(await living.told()).toMatchObject([{ wanted: null, shown_revision: 2 }, { wanted: { revision: 2 }, shown_revision: 1 }]);
    expect(await living.answers()).toEqual([]);
  });

  test('before its message went is not told once more in its thread by the workflow that tells changes: the message shows it', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(raised);
    await living.post();
    await living.opened.accept({ issues: [raised.issue], source: { ...BY_WORKFLOW, workflowId: 'w2' }, change: 'updated', changes: [...raised.changes] });
    await living.opened.passTime(60);
    const claim = await living.opened.claimOne();
    expect(claim && tell(claim.delivery, commandOf(claim.delivery))).toMatchObject({ outcome: { state: 'suppressed', error: { code: 'already_told' } } });
  });

  test('is not answered where a workflow is about to', async () => {
    await living.tell({ issues: [issue], source: BY_WORKFLOW });
    await living.opened.accept({ issues: [raised.issue], source: BY_WORKFLOW, change: 'updated', changes: [...raised.changes] });
    await living.hear(raised);
    expect(await living.answers()).toEqual([]);
  });

  test('after its message may not have arrived has a new one that says so', async () => {
    const [id] = await living.opened.accept({ issues: [issue], comment: 'look' });
    await living.opened.finish(await living.opened.claimOne(), { ...waits(), state: 'unconfirmed', ambiguous: 1, charge: 1, trace: { kind: 'told', issues: [{ id: 'i1', revision: 1 }], inDigest: false, living: true, wasPlainText: false } });
    expect(await living.told()).toMatchObject([{ delivery_id: id, ts: null, unconfirmed: true }]);
    await living.hear(raised);
    await living.hear(raised);
    const [, instead, ...others] = await living.deliveries();
    expect(others).toEqual([]);
    expect(instead).toMatchObject({ state: 'waiting', kind: 'message', command: { comment: 'look', issues: [{ revision: 2 }], follows: { reason: 'unconfirmed' }, change: 'updated' } });
    const ts = await living.post();
    expect(await living.told()).toMatchObject([{ delivery_id: instead?.delivery_id, ts, unconfirmed: false, shown_revision: 2, wanted_revision: 2 }]);
  });

  test('while its message is being posted is known to the one who records that, and its thread tells it', async () => {
    await living.opened.accept({ issues: [issue] });
    const claim = await living.opened.claimOne();
    await living.hear(raised);
    await living.opened.finish(claim, { state: 'posted', charge: 1, ambiguous: 0, laneWaitMs: 0, rateLimited: false, asked: true, channel: 'C0SECALERT', ts: '1.1', trace: { kind: 'told', issues: [{ id: 'i1', revision: 1 }], inDigest: false, living: true, wasPlainText: false } });
    expect(await living.told()).toMatchObject([{ shown_revision: 1, wanted_revision: 2, wanted: { severity: 'critical' } }]);
    expect(await living.answers()).toMatchObject([{ state: 'waiting', parent_ts: '1.1', command: { change: 'updated', changes: raised.changes } }]);
  });

  test('of another organization is another issue', async () => {
    await living.tell({ issues: [issue] });
    await living.changes.take([{ ...raised, organizationId: 'globex' }]);
    expect(await living.told()).toMatchObject([{ wanted_revision: 1 }]);
    expect(await living.answers()).toEqual([]);
  });
});

describe('issues that only a digest told', () => {
  const many = Array.from({ length: 30 }, (_, index) => anIssue({ id: `i${String(index).padStart(2, '0')}` }));

  test('are summed up in its thread, one answer a scan, once', async () => {
    const { ts } = await living.tell({ issues: many });
    const byScan = many.map((one, index) => (index % 3 === 0 ? changed(one, { severity: 'low' }, 'updated', 'scan-1') : changed(one, { status: 'resolved' }, 'resolved', 'scan-1')));
    await living.hear(...byScan.slice(0, 20));
    await living.hear(...byScan.slice(20));
    await living.hear(...byScan);
    await living.hear(changed({ ...(many[0] ?? issue), revision: 2 }, { status: 'resolved' }, 'resolved', 'scan-2'));
    const answers = await living.answers();
    expect(answers).toMatchObject([
      { parent_ts: ts, command: { summary: { scan: 'scan-1' }, source: { kind: 'digest', of: 30 }, digest: { title: '30 of these issues changed', totals: { resolved: 20, updated: 10 } } } },
      { parent_ts: ts, command: { summary: { scan: 'scan-2' }, digest: { totals: { resolved: 1 } } } },
    ]);
    expect(answers[0]?.waits_ms).toBeGreaterThan(5000);
    expect(answers[0]?.command.digest?.sections.map(({ name, total, issues }) => [name, total, issues.length])).toEqual([['Resolved', 20, 10], ['Updated', 10, 10]]);
  });

  test('because they were folded into it are summed up as well, until it is taken back', async () => {
    const [digestId = '', ...members] = await living.opened.accept({ issues: [], digest: { kind: 'burst', title: '2 issues', totals: { high: 2 }, sections: [] } }, { issues: [many[0] ?? issue], source: BY_WORKFLOW }, { issues: [many[1] ?? issue], source: BY_WORKFLOW });
    await living.opened.source.query(`update deliveries set state = 'posted', slack_channel = 'C0SECALERT', slack_ts = '9.9', settled_at = now(), digest_id = case when delivery_id <> $1 then $1 end`, [digestId]);
    await living.opened.outbox.transaction((tx) => living.opened.told.recordMembers(tx, digestId, members.map((delivery_id) => ({ organization_id: 'acme', delivery_id }))));
    expect(await living.told()).toMatchObject([{ issue_id: 'i00', delivery_id: digestId, ts: '9.9', in_digest: true }, { issue_id: 'i01', delivery_id: digestId, ts: '9.9', in_digest: true }]);
    await living.hear(changed(many[0] ?? issue, { status: 'resolved' }, 'resolved', 'scan-1'));
    expect(await living.answers()).toMatchObject([{ state: 'waiting', parent_ts: '9.9' }]);
    await living.opened.outbox.transaction((tx) => living.opened.told.forget(tx, { organization_id: 'acme', delivery_id: digestId }));
    expect(await living.told()).toEqual([]);
    expect(await living.answers()).toMatchObject([{ state: 'suppressed', error: { code: 'retracted' } }]);
  });

  test('leave nothing to edit', async () => {
    await living.tell({ issues: many });
    await living.hear(...many.map((one) => changed(one, { status: 'resolved' }, 'resolved', 'scan-1')));
    expect(await living.edits.claim(100)).toEqual([]);
  });
});
