import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged, SendToSlack } from '@tocsin/contracts';
import type { Issue, IssueChange } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';

import { aConnection } from '../../test/opened-lanes.js';
import { BY_WORKFLOW, changed } from '../../test/opened-living.js';
import { RunningNotifier, type PostedInSandbox } from '../../test/running-notifier.js';

const CHANNEL = 'C0SECALERT';
const OTHER_WORKFLOW = { kind: 'workflow', workflowId: 'w2', version: 1, stepId: 's1' } as const;
const PATIENCE = { timeout: 15_000 };

type InSandbox = PostedInSandbox & { thread_ts?: string; updates: number; reply_broadcast?: boolean };

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start({ SLACK_UPDATES_PER_MINUTE: '0' });
  connection = await notifier.connect();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

afterEach(async () => {
  await notifier.control('faults', { reset: true });
});

async function send(issue: Issue, command: Partial<SendToSlack> = {}): Promise<string> {
  return notifier.send({ connectionId: connection.id, destination: { id: CHANNEL }, issues: [issue], source: BY_WORKFLOW, change: 'new', ...command });
}

/** Says that the issue changed. @returns it as it is now */
async function change(issue: Issue, to: Partial<Issue>, kind: IssueChange = 'updated'): Promise<Issue> {
  const { issue: now, changes } = changed(issue, to, kind);
  await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: kind, changes, issue: now });
  return now;
}

async function message(ts: string | undefined): Promise<InSandbox | undefined> {
  return (await notifier.messages(CHANNEL)).find((one) => one.ts === ts) as InSandbox | undefined;
}

async function thread(ts: string | undefined): Promise<InSandbox[]> {
  return ((await notifier.messages(CHANNEL)) as InSandbox[]).filter((one) => one.thread_ts === ts);
}

/** Messages about an issue that are no answers. */
async function messagesAbout(issue: Issue): Promise<InSandbox[]> {
  return ((await notifier.messages(CHANNEL)) as InSandbox[]).filter((one) => one.thread_ts === undefined && JSON.stringify(one).includes(issue.id));
}

/** The message shows its issue as it was, and its timeline says so. */
async function refusedEdit(id: string): Promise<void> {
  await eventually(async () => (await notifier.delivery(id)).timeline?.some(({ kind }) => kind === 'not_brought_up_to_date'), PATIENCE);
}

async function deleteInSlack(ts: string | undefined): Promise<void> {
  await fetch(`${notifier.sandbox.url}/api/chat.delete`, { method: 'POST', headers: { authorization: 'Bearer xoxb-sandbox-acme', 'content-type': 'application/json' }, body: JSON.stringify({ channel: CHANNEL, ts }) });
}

describe('an issue that was told', () => {
  test('is shown as it is now in its first message, and the thread tells what changed', async () => {
    const issue = anIssue({ severity: 'high' });
    const first = await notifier.settled(await send(issue, { comment: 'Please look' }));
    const critical = await change(issue, { severity: 'critical' });
    await eventually(async () => JSON.stringify((await message(first.slack?.ts))?.attachments).includes('Critical'), PATIENCE);
    await eventually(async () => (await thread(first.slack?.ts)).length === 1, PATIENCE);
    await change(critical, { status: 'resolved' }, 'resolved');
    const edited = await eventually(async () => { const now = await message(first.slack?.ts); return JSON.stringify(now?.attachments).includes('#2E7D32') && now; }, PATIENCE);
    expect(JSON.stringify(edited.blocks)).toContain('Please look');
    expect(edited).toMatchObject({ metadata: { event_payload: { delivery_id: first.id } } });
    const told = await eventually(async () => { const answers = await thread(first.slack?.ts); return answers.length === 2 && answers; }, PATIENCE);
    expect(told.map(({ text }) => text.split(':')[0])).toEqual(['Updated', 'Resolved']);
    expect(told[0]?.text).toContain('severity high → critical');
    expect(await messagesAbout(issue)).toHaveLength(1);
    const { timeline } = await notifier.delivery(first.id);
    expect(timeline?.filter(({ kind }) => kind === 'brought_up_to_date').map(({ text }) => text)).toEqual(['The issue had changed, and the message shows it as it is: open, critical.', 'The issue had changed, and the message shows it as it is: resolved.']);
    expect((await notifier.call<{ balanced: boolean }>('GET', '/v1/deliveries/summary')).body.balanced).toBe(true);
  }, 60_000);

  test('by hand is followed as well, in the name of the one who sent it', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue, { source: { kind: 'manual', user: 'noa@acme.test' } }));
    await change(issue, { status: 'resolved' }, 'resolved');
    const edited = await eventually(async () => { const now = await message(first.slack?.ts); return now?.updates === 1 && now; }, PATIENCE);
    expect(JSON.stringify(edited)).toContain('Sent by noa@acme.test');
    const [answer] = await eventually(async () => { const answers = await thread(first.slack?.ts); return answers.length > 0 && answers; }, PATIENCE);
    expect(JSON.stringify(answer)).not.toContain('Sent by');
  }, 40_000);

  test('to a person is followed in the conversation with them', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue, { destination: { id: 'U0ALICE001' } }));
    await change(issue, { severity: 'low' });
    const channel = first.slack?.channel ?? '';
    await eventually(async () => {
      const messages = (await notifier.messages(channel)) as InSandbox[];
      return messages.some(({ ts, updates }) => ts === first.slack?.ts && updates === 1) && messages.some(({ thread_ts }) => thread_ts === first.slack?.ts);
    }, PATIENCE);
  }, 40_000);

  test('is refreshed silently when only its line moved', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue));
    await notifier.publish('issue.refreshed.v1', 'acme', { organizationId: 'acme', issue: { ...issue, revision: 2, location: { path: 'src/Moved.java', line: 7 } } });
    await eventually(async () => JSON.stringify(await message(first.slack?.ts)).includes('src/Moved.java:7'), PATIENCE);
    await expect(notifier.database.query(`select 1 from notifier.ledger where kind = 'reply' and $1 = any(issue_ids)`, [issue.id])).resolves.toEqual([]);
  }, 40_000);

  test('is told by one message, whichever workflow comes second, unless it says something else', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue));
    const second = await notifier.settled(await send(issue, { source: OTHER_WORKFLOW }));
    expect(second).toMatchObject({ state: 'suppressed', error: { code: 'already_told', message: expect.stringContaining(first.slack?.permalink ?? '?') as unknown } });
    expect(await notifier.settled(await send(issue, { source: OTHER_WORKFLOW, comment: 'For the release' }))).toMatchObject({ state: 'posted' });
    expect(await notifier.settled(await send(issue, { source: { kind: 'manual', user: 'noa@acme.test' } }))).toMatchObject({ state: 'posted' });
    expect(await messagesAbout(issue)).toHaveLength(3);
  }, 40_000);

  test('is told by one message also when both workflows speak at once', async () => {
    const issue = anIssue();
    const ids = await Promise.all([send(issue), send(issue, { source: OTHER_WORKFLOW })]);
    const states = await Promise.all(ids.map(async (id) => (await notifier.settled(id)).state));
    expect(states.sort()).toEqual(['posted', 'suppressed']);
    expect(await messagesAbout(issue)).toHaveLength(1);
  }, 40_000);

  test('has a workflow’s update told in its thread, with what the workflow adds, and not twice', async () => {
    const issue = anIssue({ severity: 'high' });
    const first = await notifier.settled(await send(issue));
    const { issue: now, changes } = changed(issue, { severity: 'critical' });
    const update = await notifier.settled(await send(now, { change: 'updated', changes: [...changes], comment: 'Now it burns', options: { broadcast: true } }));
    await change(issue, { severity: 'critical' });
    await eventually(async () => (await message(first.slack?.ts))?.updates === 1, PATIENCE);
    const own = await eventually(async () => {
      const [row] = await notifier.database.query<{ delivery_id: string }>(`select delivery_id from notifier.ledger where command->'reply' is not null and $1 = any(issue_ids)`, [issue.id]);
      return row?.delivery_id;
    }, PATIENCE);
    expect(await notifier.settled(own)).toMatchObject({ state: 'suppressed', error: { code: 'already_told' } });
    const answers = await thread(first.slack?.ts);
    expect(answers).toMatchObject([{ ts: update.slack?.ts, reply_broadcast: true }]);
    expect(JSON.stringify(answers)).toContain('Now it burns');
    expect(await messagesAbout(issue)).toHaveLength(1);
  }, 40_000);

  test('and changed while Slack was slow to take its message has that told in the thread', async () => {
    const issue = anIssue({ severity: 'high' });
    await notifier.control('faults', { method: 'chat.postMessage', latencyMs: 1500, times: 1 });
    const id = await send(issue);
    await eventually(async () => (await notifier.delivery(id)).state === 'posting', PATIENCE);
    await change(issue, { severity: 'critical' });
    const first = await notifier.settled(id);
    const [answer] = await eventually(async () => { const answers = await thread(first.slack?.ts); return answers.length > 0 && answers; }, PATIENCE);
    expect(answer?.text).toContain('severity high → critical');
    await eventually(async () => JSON.stringify((await message(first.slack?.ts))?.attachments).includes('Critical'), PATIENCE);
    expect(await thread(first.slack?.ts)).toHaveLength(1);
  }, 40_000);

  test('and changes there and back has nothing said in its thread', async () => {
    const issue = anIssue({ severity: 'high' });
    const first = await notifier.settled(await send(issue));
    const low = await change(issue, { severity: 'low' });
    const own = await eventually(async () => {
      const [row] = await notifier.database.query<{ delivery_id: string }>(`select delivery_id from notifier.ledger where command->'reply' is not null and $1 = any(issue_ids)`, [issue.id]);
      return row?.delivery_id;
    }, PATIENCE);
    await change(low, { severity: 'high' });
    expect(await notifier.settled(own)).toMatchObject({ state: 'suppressed', error: { code: 'changed_back', message: 'What had changed was as before again when it was about to be told.' } });
    await eventually(async () => (await notifier.database.query('select 1 from notifier.told_issues where issue_id = $1 and shown_revision = 3', [issue.id])).length === 1, PATIENCE);
    expect(await thread(first.slack?.ts)).toEqual([]);
  }, 40_000);

  test('whose message was deleted in Slack is told anew, once', async () => {
    const issue = anIssue({ severity: 'high' });
    const first = await notifier.settled(await send(issue, { comment: 'Please look' }));
    await deleteInSlack(first.slack?.ts);
    const critical = await change(issue, { severity: 'critical' });
    const [instead] = await eventually(async () => { const found = await messagesAbout(issue); return found.length > 0 && found; }, PATIENCE);
    expect(JSON.stringify(instead)).toContain('takes the place of an earlier message');
    expect(JSON.stringify(instead)).toContain('Please look');
    await change(critical, { status: 'resolved' }, 'resolved');
    await eventually(async () => JSON.stringify((await message(instead?.ts))?.attachments).includes('#2E7D32'), PATIENCE);
    expect(await messagesAbout(issue)).toHaveLength(1);
  }, 60_000);

  test('is edited as plain text when Slack does not take the blocks', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue));
    await notifier.control('faults', { method: 'chat.update', error: 'invalid_blocks', times: 1 });
    const now = await change(issue, { status: 'resolved' }, 'resolved');
    const edited = await eventually(async () => { const it = await message(first.slack?.ts); return it?.updates === 1 && it; }, PATIENCE);
    expect(edited.blocks ?? []).toEqual([]);
    expect(edited.attachments ?? []).toEqual([]);
    expect(edited.text).toContain('Resolved');
    await change(now, { status: 'open' }, 'reopened');
    await eventually(async () => { const it = await message(first.slack?.ts); return it?.updates === 2 && it.text.includes('High'); }, PATIENCE);
    expect((await message(first.slack?.ts))?.blocks ?? []).toEqual([]);
  }, 40_000);

  test.each([['lost after it arrived', { lost: 'after' }], ['too fast', { error: 'ratelimited', retryAfter: 1, status: 429 }], ['a broken answer', { status: 503 }]])('is edited in the end when Slack’s answer is %s', async (_, fault) => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue));
    await notifier.control('faults', { method: 'chat.update', times: 1, ...fault });
    await change(issue, { status: 'resolved' }, 'resolved');
    await eventually(async () => (await notifier.delivery(first.id)).timeline?.some(({ text }) => text === 'The issue had changed, and the message shows it as it is: resolved.'), PATIENCE);
    expect(JSON.stringify((await message(first.slack?.ts))?.attachments)).toContain('#2E7D32');
  }, 40_000);

  test('is edited once the credentials that Slack refused are replaced', async () => {
    const other = await notifier.connect();
    const issue = anIssue();
    const first = await notifier.settled(await send(issue, { connectionId: other.id }));
    await notifier.control('faults', { method: 'chat.update', error: 'token_revoked', times: 1 });
    await change(issue, { status: 'resolved' }, 'resolved');
    await eventually(() => notifier.heard.some(({ type, data }) => type === 'connection.reported.v1' && data['connectionId'] === other.id), PATIENCE);
    expect(await message(first.slack?.ts)).toMatchObject({ updates: 0 });
    const renewed = aConnection({ id: other.id, version: 2, credentialVersion: 2 });
    notifier.peers.connections.set(other.id, renewed);
    await notifier.publish('connection.changed.v1', 'acme', renewed);
    await eventually(async () => (await message(first.slack?.ts))?.updates === 1, PATIENCE);
  }, 40_000);

  test('that may not be told there any more is left as it was', async () => {
    const issue = anIssue({ category: 'code', title: 'A key in the code' });
    const first = await notifier.settled(await send(issue));
    await change(issue, { category: 'secret', title: 'AKIA0123456789' });
    await eventually(async () => (await notifier.delivery(first.id)).timeline?.some(({ text }) => text.includes('still shows it as it was: The leak guard')), PATIENCE);
    expect(await message(first.slack?.ts)).toMatchObject({ updates: 0 });
    expect(JSON.stringify(await notifier.messages(CHANNEL))).not.toContain('AKIA0123456789');
  }, 40_000);

  test('that may not be told there any more is kept back by the leak guard also when a second workflow sends it', async () => {
    const issue = anIssue({ category: 'code', title: 'A key in the code' });
    const first = await notifier.settled(await send(issue));
    const secret = await change(issue, { category: 'secret' });
    await refusedEdit(first.id);
    expect(await notifier.settled(await send(secret, { source: OTHER_WORKFLOW }))).toMatchObject({ state: 'suppressed', error: { code: 'leak_guard' } });
    expect(await messagesAbout(issue)).toHaveLength(1);
  }, 40_000);

  test('whose message Slack does not let be changed is told by the message of a second workflow, which is kept up to date from then on', async () => {
    const issue = anIssue({ severity: 'low' });
    const first = await notifier.settled(await send(issue, { options: { thread: false } }));
    await notifier.control('faults', { method: 'chat.update', error: 'invalid_blocks', times: 2 });
    const critical = await change(issue, { severity: 'critical' });
    await refusedEdit(first.id);
    const second = await notifier.settled(await send(critical, { source: OTHER_WORKFLOW }));
    expect(second).toMatchObject({ state: 'posted' });
    const posted = JSON.stringify(await message(second.slack?.ts));
    expect(posted).toContain('takes the place of an earlier message');
    expect(posted).toContain(first.slack?.permalink ?? '?');
    expect(await notifier.settled(await send(critical))).toMatchObject({ state: 'suppressed', error: { code: 'already_told', message: expect.stringContaining(second.slack?.permalink ?? '?') as unknown, remedy: 'Nothing has to be done: the message that is there is kept up to date.' } });
    await change(critical, { status: 'resolved' }, 'resolved');
    await eventually(async () => JSON.stringify((await message(second.slack?.ts))?.attachments).includes('#2E7D32'), PATIENCE);
    expect(await message(first.slack?.ts)).toMatchObject({ updates: 0 });
  }, 60_000);

  test('whose channel was archived is not said to be told there: the second workflow’s message fails, with what to do', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue, { options: { thread: false } }));
    await notifier.control('faults', { method: 'chat.update', error: 'is_archived', times: 1 });
    const critical = await change(issue, { severity: 'critical' });
    await refusedEdit(first.id);
    await notifier.control('faults', { method: 'chat.postMessage', error: 'is_archived', times: 1 });
    const second = await notifier.settled(await send(critical, { source: OTHER_WORKFLOW }));
    expect(second).toMatchObject({ state: 'failed', error: { code: 'is_archived' } });
    expect(second.error?.remedy).not.toBe('');
  }, 40_000);

  test('is heard of twice and changes once', async () => {
    const issue = anIssue();
    const first = await notifier.settled(await send(issue));
    for (let time = 0; time < 3; time += 1) await change(issue, { status: 'resolved' }, 'resolved');
    await eventually(async () => (await thread(first.slack?.ts)).length > 0, PATIENCE);
    await change(issue, { status: 'resolved' }, 'resolved');
    const later = await notifier.settled(await send(anIssue()));
    expect(later.state).toBe('posted');
    expect(await message(first.slack?.ts)).toMatchObject({ updates: 1 });
    expect(await thread(first.slack?.ts)).toHaveLength(1);
  }, 40_000);
});

describe('an issue that changes before it is told', () => {
  test('is told as it is; resolved, it is not told at all', async () => {
    const paused = await notifier.connect({ paused: true });
    const [first, second] = [anIssue({ severity: 'high' }), anIssue()];
    const ids = [await send(first, { connectionId: paused.id }), await send(second, { connectionId: paused.id })];
    await eventually(async () => (await Promise.all(ids.map(async (id) => (await notifier.delivery(id)).state))).every((state) => state === 'waiting'), PATIENCE);
    await change(first, { severity: 'critical' });
    const end = await change(second, { status: 'resolved' }, 'resolved');
    expect(await notifier.settled(ids[1] ?? '')).toMatchObject({ state: 'suppressed', error: { code: 'resolved_before_sent' } });
    const last = await send(end, { connectionId: paused.id, change: 'resolved' });
    await notifier.publish('connection.changed.v1', 'acme', aConnection({ id: paused.id, version: 2 }));
    const told = await notifier.settled(ids[0] ?? '');
    expect(told.timeline?.map(({ text }) => text)).toContain('The issue changed before it was told: severity high → critical');
    expect(JSON.stringify(await message(told.slack?.ts))).toContain('Critical');
    expect(await notifier.settled(last)).toMatchObject({ state: 'suppressed', error: { code: 'resolved_before_sent' } });
    expect(await messagesAbout(second)).toEqual([]);
  }, 40_000);

  test('and is excluded is not told at all, nor that it is excluded; when that is taken back in time, it is told', async () => {
    const paused = await notifier.connect({ paused: true });
    const [dismissed, back] = [anIssue({ severity: 'high' }), anIssue({ severity: 'high' })];
    const ids = [await send(dismissed, { connectionId: paused.id }), await send(back, { connectionId: paused.id })];
    await eventually(async () => (await Promise.all(ids.map(async (id) => (await notifier.delivery(id)).state))).every((state) => state === 'waiting'), PATIENCE);
    const end = await change(dismissed, { status: 'excluded' });
    await change(await change(back, { status: 'excluded' }), { status: 'open' });
    const last = await send(end, { connectionId: paused.id, change: 'updated', changes: [{ field: 'status', from: 'open', to: 'excluded' }] });
    await eventually(async () => (await notifier.database.query<{ found: number }>('select 1 as found from notifier.heard_issues where (issue_id, revision) in (($1, 2), ($2, 3))', [dismissed.id, back.id])).length === 2, PATIENCE);
    await notifier.publish('connection.changed.v1', 'acme', aConnection({ id: paused.id, version: 2 }));
    expect(await notifier.settled(ids[0] ?? '')).toMatchObject({ state: 'suppressed', error: { code: 'excluded_before_sent' } });
    expect(await notifier.settled(last)).toMatchObject({ state: 'suppressed', error: { code: 'excluded_before_sent' } });
    expect(await notifier.settled(ids[1] ?? '')).toMatchObject({ state: 'posted' });
    expect(await messagesAbout(dismissed)).toEqual([]);
    expect(await messagesAbout(back)).toHaveLength(1);
  }, 40_000);

  test('because its command comes after the news is told as it is', async () => {
    const [open, closed] = [anIssue({ severity: 'high' }), anIssue()];
    await change(open, { severity: 'critical' });
    await change(closed, { status: 'resolved' }, 'resolved');
    await eventually(async () => (await notifier.database.query<{ found: number }>('select 1 as found from notifier.heard_issues where issue_id = any($1)', [[open.id, closed.id]])).length === 2, PATIENCE);
    const told = await notifier.settled(await send(open));
    expect(JSON.stringify((await message(told.slack?.ts))?.attachments)).toContain('Critical');
    expect(await notifier.settled(await send(closed))).toMatchObject({ state: 'suppressed', error: { code: 'resolved_before_sent' } });
  }, 40_000);
});

describe('issues that were told together', () => {
  test('have one answer that sums up what a scan changed of them', async () => {
    const issues = Array.from({ length: 12 }, () => anIssue());
    const bulk = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: CHANNEL }, issues, source: { kind: 'manual', user: 'noa@acme.test' } }));
    for (const issue of issues) {
      const { changes, issue: now } = changed(issue, { status: 'resolved' }, 'resolved');
      await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: 'resolved', changes, issue: now, scanId: 'scan-1' });
    }
    const answers = await eventually(async () => { const found = await thread(bulk.slack?.ts); return found.length > 0 && found; }, { timeout: 30_000 });
    expect(answers.map(({ text }) => text)).toEqual(['12 of these issues changed: 12 resolved']);
    expect(await message(bulk.slack?.ts)).toMatchObject({ updates: 0 });
  }, 60_000);
});
