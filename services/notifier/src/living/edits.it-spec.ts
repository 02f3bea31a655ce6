/** Bringing what was posted up to date. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';

let living: OpenedLiving;

beforeAll(async () => { living = await OpenedLiving.open(); }, 30_000);
afterAll(() => living.opened.close());
beforeEach(() => living.opened.clear());

const issue = anIssue({ id: 'i1', severity: 'high' });
const raised = changed(issue, { severity: 'critical' });
const resolved = changed(raised.issue, { status: 'resolved' }, 'resolved');

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
