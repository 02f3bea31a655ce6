import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';
import { anIssue, eventually } from '@tocsin/testing';

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

describe('an issue that was excluded before it was told', () => {
  /** The message about it, as what becomes of it is decided. */
  async function endAsExcluded(): Promise<void> {
    await living.opened.passTime(60);
    const claim = await living.opened.claimOne();
    const telling = claim && tell(claim.delivery, commandOf(claim.delivery));
    if (!telling || !('outcome' in telling)) throw new Error('it is told');
    await living.opened.finish(claim, telling.outcome);
  }

  const excluded = changed(issue, { status: 'excluded' });
  const back = changed(excluded.issue, { status: 'open' });

  test('is told when that is taken back, once, as what it was to be told as: a workflow for new issues alone would not tell it', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new', comment: 'look', options: { broadcast: true } });
    await living.hear(excluded);
    await endAsExcluded();
    await living.hear(back);
    await living.hear(back);
    const [first, again, ...others] = await living.deliveries();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ state: 'suppressed', error: { code: 'excluded_before_sent' } });
    expect(again).toMatchObject({ state: 'waiting', kind: 'message', command: { issues: [{ revision: 3, status: 'open' }], source: BY_WORKFLOW, change: 'new', comment: 'look', options: { broadcast: true } } });
    const ts = await living.post();
    expect(await living.told()).toMatchObject([{ delivery_id: again?.delivery_id, ts, shown_revision: 3, collapsed: false }]);
  });

  test('and again before it was told then, and not any more, is told once', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(excluded);
    await endAsExcluded();
    await living.hear(back);
    const again = changed(back.issue, { status: 'excluded' });
    await living.hear(again);
    await living.hear(changed(again.issue, { status: 'open' }));
    expect((await living.deliveries()).map(({ state }) => state)).toEqual(['suppressed', 'waiting']);
    await living.hear(changed({ ...again.issue, revision: 5 }, { status: 'excluded' }));
    await endAsExcluded();
    await living.hear(changed({ ...again.issue, revision: 6 }, { status: 'open' }));
    expect((await living.deliveries()).map(({ state }) => state)).toEqual(['suppressed', 'suppressed', 'waiting']);
  });

  test('is not told when it is resolved by then', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(excluded);
    await endAsExcluded();
    await living.hear(changed(excluded.issue, { status: 'resolved' }, 'resolved'));
    expect((await living.deliveries()).map(({ state }) => state)).toEqual(['suppressed']);
  });
});

describe('an issue that changes before it is told', () => {
  test('is told as it is, in the place that is due to it', async () => {
    const [id = ''] = await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.hear(raised);
    await living.hear(raised);
    expect(await living.deliveries()).toMatchObject([{ state: 'waiting', priority: 2, severity: 'critical', command: { issues: [{ revision: 2 }] } }]);
    await expect(living.opened.source.query('select kind, text from timeline where delivery_id = $1 order by id', [id])).resolves.toMatchObject([{ kind: 'accepted' }, { kind: 'changed', text: 'The issue changed before it was told: severity high → critical' }]);
  });

  test('and is resolved is not told at all, nor that it is resolved', async () => {
    await living.opened.accept({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.opened.accept({ issues: [{ ...resolved.issue }], source: BY_WORKFLOW, change: 'resolved' });
    await living.hear(resolved);
    expect(await living.deliveries()).toMatchObject([{ state: 'suppressed', error: { code: 'resolved_before_sent' } }, { state: 'suppressed', error: { code: 'resolved_before_sent' } }]);
    expect((await living.opened.said()).map(({ type, data }) => [type, data['state']])).toEqual([['delivery.settled.v1', 'suppressed'], ['delivery.settled.v1', 'suppressed']]);
    await living.opened.accept({ issues: [resolved.issue], source: BY_WORKFLOW, change: 'resolved' });
    expect((await living.opened.claimOne())?.delivery.told).toMatchObject({ collapsed: true, ts: null });
  });

  test('by hand is told all the same', async () => {
    await living.opened.accept({ issues: [issue] });
    await living.hear(resolved);
    expect(await living.deliveries()).toMatchObject([{ state: 'waiting', command: { issues: [{ status: 'resolved' }] } }]);
  });

  test('and was told before has its end told in the thread', async () => {
    await living.tell({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    await living.opened.accept({ issues: [raised.issue], source: BY_WORKFLOW, change: 'updated' });
    await living.opened.accept({ issues: [resolved.issue], source: BY_WORKFLOW, change: 'resolved' });
    await living.hear(resolved);
    expect(await living.deliveries()).toMatchObject([{ state: 'posted' }, { state: 'suppressed', error: { code: 'resolved_before_sent' } }, { state: 'waiting', command: { change: 'resolved' } }]);
    expect((await living.told())[0]).toMatchObject({ collapsed: false, wanted_revision: 3 });
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

describe('edits', () => {
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `i${String(index).padStart(3, '0')}`);

  /** Messages in these channels, each about an issue of its own that is resolved by now. */
  async function toEdit(channels: readonly string[]): Promise<void> {
    const issues = ids(channels.length).map((id) => anIssue({ id }));
    for (const [index, id] of channels.entries()) await living.tell({ issues: [issues[index] ?? issue], destination: { id }, connectionId: 'connection-1' });
    await living.hear(...issues.map((one) => changed(one, { status: 'resolved' }, 'resolved')));
  }

  test('are leased to one holder, with what the message says', async () => {
    await living.tell({ issues: [issue], comment: 'look' });
    await living.hear(raised);
    const [edit, ...others] = await living.edits.claim(10);
    expect(others).toEqual([]);
    expect(edit).toMatchObject({ issue_id: 'i1', wanted: { severity: 'critical' }, command: { comment: 'look' }, budget_key: 'T0ACME0001/A0OWNAPP/update' });
    expect(await living.edits.claim(10)).toEqual([]);
    if (edit) await living.opened.outbox.transaction((tx) => living.edits.shown(tx, edit, false));
    expect(await living.told()).toMatchObject([{ shown_revision: 2, wanted: null }]);
    expect(await living.edits.claim(10)).toEqual([]);
  });

  test('of a message that changed again meanwhile show the newest afterwards', async () => {
    await living.tell({ issues: [issue] });
    await living.hear(raised);
    const [edit] = await living.edits.claim(10);
    await living.hear(resolved);
    if (edit) await living.opened.outbox.transaction((tx) => living.edits.shown(tx, edit, false));
    expect(await living.edits.claim(10)).toMatchObject([{ wanted: { status: 'resolved' }, wanted_revision: 3 }]);
  });

  test('keep within their own allowance, whatever is posted', async () => {
    living.opened.config.SLACK_UPDATES_PER_MINUTE = 60;
    await toEdit(Array.from({ length: 12 }, () => 'C0SECALERT'));
    expect(await living.edits.claim(10)).toHaveLength(5);
    expect(await living.edits.claim(10)).toHaveLength(0);
    expect(await living.edits.untilNext()).toBeGreaterThan(500);
    await living.opened.passTime(2);
    expect(await living.edits.claim(10)).toHaveLength(2);
  });

  test('take turns among destinations, however much waits in one', async () => {
    living.opened.config.SLACK_UPDATES_PER_MINUTE = 0;
    await toEdit([...Array.from({ length: 10 }, () => 'C0SECALERT'), 'C0GENERAL1', 'C0PAYMENTS']);
    expect(new Set((await living.edits.claim(3)).map(({ channel, lane_id }) => `${channel} ${lane_id}`)).size).toBe(3);
  });

  test('of two replicas are never the same, nor more than allowed', async () => {
    living.opened.config.SLACK_UPDATES_PER_MINUTE = 60;
    await toEdit(Array.from({ length: 12 }, () => 'C0SECALERT'));
    const claims = await Promise.all(Array.from({ length: 6 }, () => living.edits.claim(2)));
    const claimed = claims.flat().map(({ issue_id }) => issue_id);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed).toHaveLength(5);
  });

  test.each(['paused', 'revoked', 'disconnected'])('wait while the connection is %s', async (state) => {
    await living.tell({ issues: [issue] });
    await living.hear(raised);
    await living.opened.source.query('update connections set state = $1', [state]);
    expect(await living.edits.claim(10)).toEqual([]);
    expect(await living.edits.untilNext()).toBeUndefined();
    await living.opened.source.query(`update connections set state = 'active'`);
    expect(await living.edits.claim(10)).toHaveLength(1);
  });

  test('that are refused leave it known that the message shows the issue as it was, until one is taken or another message says it', async () => {
    const first = await living.tell({ issues: [issue], source: BY_WORKFLOW });
    const edit = async (refused: boolean): Promise<void> => {
      const [own] = await living.edits.claim(10);
      if (!own) throw new Error('nothing is to be edited');
      await living.opened.outbox.transaction((tx) => (refused ? living.edits.rest(tx, own, true) : living.edits.shown(tx, own, false)));
    };
    await living.hear(raised);
    await edit(true);
    expect(await living.told()).toMatchObject([{ delivery_id: first.id, outdated: true }]);
    await living.hear(resolved);
    await edit(false);
    expect(await living.told()).toMatchObject([{ delivery_id: first.id, outdated: false }]);
    const again = changed(resolved.issue, { status: 'open' }, 'reopened');
    await living.hear(again);
    await edit(true);
    await living.opened.source.query(`update deliveries set state = 'suppressed' where kind = 'reply'`);
    const [late] = await living.edits.claim(10);
    expect(late).toBeUndefined();
    const second = await living.tell({ issues: [again.issue], source: { ...BY_WORKFLOW, workflowId: 'w2' } });
    expect(await living.told()).toMatchObject([{ delivery_id: second.id, ts: second.ts, outdated: false, shown_revision: 4 }]);
  });

  test('of a message whose place another one took while they were made record nothing', async () => {
    await living.tell({ issues: [issue], source: BY_WORKFLOW });
    await living.opened.source.query('update told_issues set outdated = true');
    await living.hear(raised);
    const [edit] = await living.edits.claim(10);
    await living.opened.source.query(`update deliveries set state = 'suppressed' where kind = 'reply'`);
    const second = await living.tell({ issues: [raised.issue], source: { ...BY_WORKFLOW, workflowId: 'w2' } });
    if (edit) await expect(living.opened.outbox.transaction((tx) => living.edits.rest(tx, edit, true))).resolves.toBe(false);
    expect(await living.told()).toMatchObject([{ delivery_id: second.id, outdated: false, shown_revision: 2, wanted_revision: 2 }]);
  });

  describe('of what people paused', () => {
    const held = async (): Promise<string[]> => (await living.opened.source.query<{ workflow: string }[]>(`select coalesce(workflow_id, 'nobody') as workflow from deliveries where kind = 'reply' and held_since is not null order by 1`)).map(({ workflow }) => workflow);

    /** @param workflow '' = all of the organization */
    async function pause(workflow: string, organization = 'acme'): Promise<void> {
      await living.opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ($1, $2, 'noa')`, [organization, workflow]);
    }

    async function tellBoth(): Promise<void> {
      living.opened.config.SLACK_UPDATES_PER_MINUTE = 0;
      await living.tell({ issues: [issue], source: BY_WORKFLOW });
      await living.tell({ issues: [anIssue({ id: 'i2' })] });
    }

    async function hearOfBoth(): Promise<void> {
      await living.hear(raised, changed(anIssue({ id: 'i2' }), { status: 'resolved' }, 'resolved'));
    }

    test('wait, as answers do, and show the newest once it is resumed', async () => {
      await tellBoth();
      await pause('');
      await hearOfBoth();
      expect(await living.edits.claim(10)).toEqual([]);
      expect(await held()).toEqual(['nobody', 'w1']);
      await living.hear(resolved);
      await living.opened.source.query('delete from pauses');
      const edits = await living.edits.claim(10);
      expect(edits.map(({ issue_id, wanted }) => `${issue_id} ${wanted?.status ?? ''} ${wanted?.revision ?? ''}`).sort()).toEqual(['i1 resolved 3', 'i2 resolved 2']);
    });

    test('have nobody look for them at once when the allowance has room again', async () => {
      living.opened.config.SLACK_UPDATES_PER_MINUTE = 1;
      await toEdit(Array.from({ length: 6 }, () => 'C0SECALERT'));
      expect(await living.edits.claim(10)).toHaveLength(5);
      await pause('');
      expect(await living.edits.untilNext()).toBeUndefined();
    });

    test('wait when it is the workflow that sent the message, and no others', async () => {
      await tellBoth();
      await pause('w1');
      await hearOfBoth();
      expect((await living.edits.claim(10)).map(({ issue_id }) => issue_id)).toEqual(['i2']);
      expect(await living.edits.claim(10)).toEqual([]);
      expect(await held()).toEqual(['w1']);
      await living.opened.source.query('delete from pauses');
      expect((await living.edits.claim(10)).map(({ issue_id }) => issue_id)).toEqual(['i1']);
    });

    test('by another organization are made', async () => {
      await tellBoth();
      await pause('', 'globex');
      await pause('w1', 'globex');
      await hearOfBoth();
      expect(await living.edits.claim(10)).toHaveLength(2);
    });
  });

  test('and news of the same issues do not wait for each other for ever, in whatever order the messages are due', async () => {
    living.opened.config.SLACK_UPDATES_PER_MINUTE = 0;
    const issues = ids(40).map((id) => anIssue({ id }));
    for (const one of issues) await living.tell({ issues: [one] });
    const critical = issues.map((one) => changed(one, { severity: 'critical' }));
    await living.hear(...critical);
    await living.opened.source.query(`update told_issues set next_at = clock_timestamp() - make_interval(secs => substr(issue_id, 2)::int)`); // the last of them is due first
    const holder = living.opened.source.createQueryRunner();
    await holder.startTransaction();
    await holder.query(`select 1 from told_issues where issue_id = 'i020' for update`); // whoever comes to it stands still with what it has locked
    const blocked = async (): Promise<number> => (await living.opened.source.query<unknown[]>(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length;
    let isClaimed = false;
    const claim = living.edits.claim(40).finally(() => { isClaimed = true; });
    await eventually(async () => isClaimed || (await blocked()) > 0);
    const before = await blocked();
    const heard = living.hear(...critical.map(({ issue: one }) => changed(one, { severity: 'low' })));
    await eventually(async () => (await blocked()) > before);
    await holder.commitTransaction();
    await holder.release();
    await Promise.all([claim, heard]);
    expect(new Set((await living.told()).map(({ wanted_revision }) => wanted_revision))).toEqual(new Set([3]));
  });

  test('whose holder is gone are made by another', async () => {
    await living.tell({ issues: [issue] });
    await living.hear(raised);
    const [lost] = await living.edits.claim(10);
    await living.opened.source.query(`update told_issues set leased_until = leased_until - interval '31 seconds'`);
    const [found] = await living.edits.claim(10);
    expect(found?.issue_id).toBe('i1');
    if (lost) await expect(living.opened.outbox.transaction((tx) => living.edits.shown(tx, lost, false))).resolves.toBe(false);
  });
});
