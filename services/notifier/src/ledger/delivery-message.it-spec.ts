import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { ConnectionChanged, DeliveryMessage, SendToSlack } from '@tocsin/contracts';
import type { Issue, IssueChange } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed } from '../../test/opened-living.js';
import { RunningNotifier, type PostedInSandbox } from '../../test/running-notifier.js';

jest.setTimeout(30_000);

const CHANNEL = 'C0GENERAL1';
const BY_HAND = { kind: 'manual', user: 'noa@acme.test' } as const;
const PATIENCE = { timeout: 15_000 };

type Shown = Pick<DeliveryMessage, 'text' | 'blocks' | 'attachments'>;

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0', SLACK_UPDATES_PER_MINUTE: '0' }); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.control('faults', { reset: true });
  connection = await notifier.connect();
});

/** Nothing goes into its thread by itself, where it could take a fault that is meant for another. */
async function sent(command: Partial<SendToSlack> = {}): Promise<string> {
  const id = await notifier.send({ connectionId: connection.id, destination: { id: CHANNEL }, options: { thread: false }, ...command });
  await notifier.settled(id);
  return id;
}

/** Says that the issue changed. @returns it as it is now */
async function change(issue: Issue, to: Partial<Issue>, kind: IssueChange = 'updated'): Promise<Issue> {
  const { issue: now, changes } = changed(issue, to, kind);
  await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: kind, changes, issue: now });
  return now;
}

async function message(id: string): Promise<DeliveryMessage> {
  const { status, body } = await notifier.call<DeliveryMessage>('GET', `/v1/deliveries/${id}/message`);
  expect(status).toBe(200);
  return body;
}

/** The message, not what was answered to it. */
async function inSlack(id: string): Promise<PostedInSandbox | undefined> {
  return (await notifier.messages(CHANNEL)).find(({ metadata }) => metadata?.event_payload?.delivery_id === id);
}

/** What readers have before them. */
async function read(id: string): Promise<Shown> {
  return shownIn(await inSlack(id));
}

function shownIn(shown: { text: string; blocks?: object[]; attachments?: object[] } | undefined): Shown {
  return { text: shown?.text ?? '', blocks: shown?.blocks ?? [], attachments: shown?.attachments ?? [] };
}

/** The moments of its timeline of this kind, once there are so many. */
async function told(id: string, kind: string, times = 1): Promise<string[]> {
  return eventually(async () => {
    const moments = ((await notifier.delivery(id)).timeline ?? []).filter((entry) => entry.kind === kind).map(({ at }) => at);
    return moments.length >= times && moments;
  }, PATIENCE);
}

async function untilBehind(id: string): Promise<DeliveryMessage> {
  return eventually(async () => { const now = await message(id); return now.behind === 'waits' && now; }, PATIENCE);
}

describe('the message of a delivery', () => {
  test('is the very message that is in the channel', async () => {
    const id = await sent({ comment: 'Please read', issues: [anIssue({ title: 'Log4Shell' })] });
    const there = await inSlack(id);
    expect(await message(id)).toEqual(shownIn(there));
  });

  test('is the message that will be posted, while it waits', async () => {
    const paused = await notifier.connect({ paused: true });
    const id = await notifier.send({ connectionId: paused.id, destination: { id: CHANNEL }, comment: 'soon' });
    await eventually(async () => (await notifier.delivery(id)).state === 'waiting');
    expect(JSON.stringify(await message(id))).toContain('soon');
  });

  test('that went into a thread is the answer that is there', async () => {
    const issue = anIssue({ revision: 1 });
    await sent({ issues: [issue], source: BY_WORKFLOW, change: 'new', options: {} });
    const raised = { ...issue, revision: 2, severity: 'critical' as const };
    const id = await sent({ issues: [raised], source: BY_WORKFLOW, change: 'updated', changes: [{ field: 'severity', from: 'high', to: 'critical' }], options: {} });
    const there = await inSlack(id);
    expect(there).toHaveProperty('thread_ts');
    expect(await message(id)).toEqual(shownIn(there));
  });

  test('is plain where Slack refused the blocks', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', error: 'invalid_blocks', times: 1 });
    const id = await sent();
    const there = await inSlack(id);
    expect(await message(id)).toEqual({ text: there?.text, blocks: [], attachments: [], plainText: true });
  });

  test('shows the issue as it was told, also where the news of it came before the command', async () => {
    const issue = anIssue({ severity: 'high' });
    await change(issue, { severity: 'critical' });
    await eventually(async () => (await notifier.database.query('select 1 from notifier.heard_issues where issue_id = $1', [issue.id])).length === 1, PATIENCE);
    const id = await sent({ issues: [issue], source: BY_WORKFLOW, change: 'new' });
    expect(JSON.stringify(await read(id))).toContain('Critical');
    expect(await message(id)).toEqual(await read(id));
  });

  test('is its digest’s where it was folded', async () => {
    const [digest, member] = [await sent({ comment: 'the digest' }), await sent({ comment: 'alone' })];
    await notifier.database.query('update notifier.deliveries set digest_id = $1 where delivery_id = $2', [digest, member]);
    expect(await message(member)).toEqual(await message(digest));
  });

  test('is not there before its command has arrived, and is nobody else’s', async () => {
    notifier.peers.commands.set('on-its-way', { id: 'on-its-way', state: 'accepted', version: 0, organizationId: 'acme', createdAt: '2026-11-25T08:00:00.000Z' } as never);
    expect((await notifier.call('GET', '/v1/deliveries/on-its-way/message')).status).toBe(409);
    expect((await notifier.call('GET', '/v1/deliveries/unheard-of/message')).status).toBe(404);
    const id = await sent();
    expect((await notifier.call('GET', `/v1/deliveries/${id}/message`, { organization: 'globex' })).status).toBe(404);
  });
});

describe('the message of a delivery that was brought up to date', () => {
  test('is the one that stands in Slack now, beside the one that was posted', async () => {
    const issue = anIssue({ severity: 'high' });
    const id = await sent({ issues: [issue], source: BY_HAND, comment: 'Please look' });
    const first = await read(id);
    expect(await message(id)).toEqual(first);
    const critical = await change(issue, { severity: 'critical' });
    await told(id, 'brought_up_to_date');
    await change(critical, { status: 'resolved' }, 'resolved');
    const [, at = ''] = await told(id, 'brought_up_to_date', 2);
    const { inSlack: now, editedAt, ...posted } = await message(id);
    expect(now).toEqual(await read(id));
    expect(JSON.stringify(now)).toMatch(/Please look.*#2E7D32/);
    expect(posted).toEqual(first);
    expect(Math.abs(Date.parse(editedAt ?? '') - Date.parse(at))).toBeLessThan(1000);
  });

  test('mentions whom the edit mentioned, whoever owns the address by now', async () => {
    await notifier.database.query(`insert into notifier.people (connection_id, user_id, name, display_name, real_name, email, sought, sought_name, sought_display, sought_real) values ($1, 'U0ALICE001', 'alice', 'alice', 'Alice', 'alice@acme.test', 'alice', 'alice', 'alice', 'alice') on conflict do nothing`, [connection.id]);
    const issue = anIssue({ owners: ['alice@acme.test'] });
    const id = await sent({ issues: [issue], options: { thread: false, mention: { owner: true } } });
    await change(issue, { severity: 'low' });
    await told(id, 'brought_up_to_date');
    await notifier.database.query('delete from notifier.people where connection_id = $1', [connection.id]);
    const { inSlack: now } = await message(id);
    expect(JSON.stringify(now)).toContain('U0ALICE001');
    expect(now).toEqual(await read(id));
  });

  test('stays the one of the last edit while a newer one waits', async () => {
    const issue = anIssue({ severity: 'high' });
    const id = await sent({ issues: [issue] });
    await notifier.control('faults', { method: 'chat.update', status: 503 });
    const critical = await change(issue, { severity: 'critical' });
    const first = await untilBehind(id);
    expect(first).toEqual({ ...(await read(id)), behind: 'waits' });
    await notifier.control('faults', { reset: true });
    await told(id, 'brought_up_to_date');
    const edited = await read(id);
    await notifier.control('faults', { method: 'chat.update', status: 503 });
    await change(critical, { status: 'resolved' }, 'resolved');
    expect(await untilBehind(id)).toMatchObject({ behind: 'waits', inSlack: edited });
    await notifier.control('faults', { reset: true });
    await told(id, 'brought_up_to_date', 2);
    const now = await message(id);
    expect(now).not.toHaveProperty('behind');
    expect(now.inSlack).toEqual(await read(id));
    expect(now.inSlack).not.toEqual(edited);
  });

  test('is plain text where Slack refused the blocks of the edit, or of the post', async () => {
    const [formatted, plain] = [anIssue({ severity: 'high' }), anIssue({ severity: 'high' })];
    const formattedId = await sent({ issues: [formatted] });
    await notifier.control('faults', { method: 'chat.postMessage', error: 'invalid_blocks', times: 1 });
    const plainId = await sent({ issues: [plain] });
    await notifier.control('faults', { method: 'chat.update', error: 'invalid_blocks', times: 1 });
    for (const [id, issue] of [[formattedId, formatted], [plainId, plain]] as const) {
      await change(issue, { severity: 'low' });
      await told(id, 'brought_up_to_date');
      const now = await message(id);
      expect(now.inSlack).toEqual({ ...(await read(id)), plainText: true });
      expect(now.inSlack?.blocks).toEqual([]);
    }
    expect(await message(formattedId)).not.toHaveProperty('plainText');
    expect(await message(plainId)).toMatchObject({ plainText: true, text: expect.stringContaining('High') });
  });

  test.each([
    ['by Slack', {}, { method: 'chat.update', error: 'is_archived', times: 1 }],
    ['by the leak guard', { category: 'secret' as const }, undefined],
  ])('stays as it is where the edit is refused %s, and says so', async (_, to, fault) => {
    const issue = anIssue({ category: 'code', severity: 'high' });
    const id = await sent({ issues: [issue] });
    const critical = await change(issue, { severity: 'critical' });
    await told(id, 'brought_up_to_date');
    const edited = await read(id);
    if (fault) await notifier.control('faults', fault);
    await change(critical, { severity: 'low', ...to });
    await told(id, 'not_brought_up_to_date');
    expect(await message(id)).toMatchObject({ behind: 'left', inSlack: edited });
    expect(await read(id)).toEqual(edited);
  });

  test('that another one took the place of is still what the last edit wrote', async () => {
    const issue = anIssue({ severity: 'high' });
    const id = await sent({ issues: [issue] });
    const critical = await change(issue, { severity: 'critical' });
    await told(id, 'brought_up_to_date');
    const edited = await read(id);
    await notifier.control('faults', { method: 'chat.update', error: 'edit_window_closed', times: 1 });
    await change(critical, { severity: 'low' });
    await told(id, 'replaced');
    await eventually(async () => (await notifier.messages(CHANNEL)).some((one) => JSON.stringify(one).includes('takes the place') && JSON.stringify(one).includes(issue.id)), PATIENCE);
    expect(await message(id)).toMatchObject({ behind: 'replaced', inSlack: edited });
    expect(await read(id)).toEqual(edited);
  });

  test('that was deleted in Slack, and another one took the place of, is gone', async () => {
    const issue = anIssue({ severity: 'high' });
    const id = await sent({ issues: [issue] });
    const first = await read(id);
    const critical = await change(issue, { severity: 'critical' });
    const [at] = await told(id, 'brought_up_to_date');
    const body = JSON.stringify({ channel: CHANNEL, ts: (await notifier.delivery(id)).slack?.ts });
    await fetch(`${notifier.sandbox.url}/api/chat.delete`, { method: 'POST', headers: { authorization: 'Bearer xoxb-sandbox-acme', 'content-type': 'application/json' }, body });
    await change(critical, { severity: 'low' });
    await told(id, 'replaced');
    expect(await message(id)).toEqual({ ...first, editedAt: at, behind: 'gone' });
  });

  test('is told by its moment alone where what the edit wrote is not kept', async () => {
    const issue = anIssue();
    const id = await sent({ issues: [issue] });
    const first = await read(id);
    await change(issue, { severity: 'low' });
    const [at] = await told(id, 'brought_up_to_date');
    await notifier.database.query('delete from notifier.last_edits where delivery_id = $1', [id]);
    expect(await message(id)).toEqual({ ...first, editedAt: at });
  });

  test('and taken back is nowhere', async () => {
    const issue = anIssue();
    const id = await sent({ issues: [issue] });
    await change(issue, { severity: 'low' });
    await told(id, 'brought_up_to_date');
    expect((await notifier.call('POST', `/v1/deliveries/${id}/retract`, { body: {} })).status).toBe(200);
    const now = await message(id);
    expect(now.text).not.toBe('');
    for (const field of ['inSlack', 'editedAt', 'behind']) expect(now).not.toHaveProperty(field);
  });

  test('about several issues is never another one: it is not edited', async () => {
    const issues = [anIssue({ severity: 'high' }), anIssue({ severity: 'high' })];
    const id = await sent({ issues, source: BY_HAND });
    if (issues[0]) await change(issues[0], { status: 'resolved' }, 'resolved');
    await eventually(async () => (await notifier.database.query('select 1 from notifier.told_issues where delivery_id = $1 and wanted_revision = 2', [id])).length === 1, PATIENCE);
    expect(await message(id)).toEqual(await read(id));
  });
});

describe('the message of a delivery that is unconfirmed', () => {
  test('is what would have been posted, beside the one that a replay would post', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'after', times: 1 });
    const issue = anIssue({ severity: 'high' });
    const id = await sent({ issues: [issue], source: BY_HAND, comment: 'Please look' });
    expect(await notifier.delivery(id)).toMatchObject({ state: 'unconfirmed' });
    const { attempted, ...again } = await message(id);
    expect(attempted).toEqual(await read(id));
    expect(JSON.stringify(attempted)).not.toContain('may repeat');
    expect(JSON.stringify(again)).toMatch(/may repeat.*Please look/);
  });

  test('is plain text where the request that Slack did not answer was', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', error: 'invalid_blocks', times: 1 });
    await notifier.control('faults', { method: 'chat.postMessage', status: 503, lost: 'after', times: 1 });
    const id = await sent({ source: BY_HAND });
    expect(await notifier.delivery(id)).toMatchObject({ state: 'unconfirmed' });
    expect((await message(id)).attempted).toEqual({ ...(await read(id)), plainText: true });
    expect(await message(id)).not.toHaveProperty('plainText');
  });

  test('stays that when the issue changes', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', lost: 'after', times: 1 });
    const issue = anIssue({ severity: 'high' });
    const id = await sent({ issues: [issue], source: BY_HAND });
    await change(issue, { severity: 'critical' });
    await eventually(async () => JSON.stringify(await message(id)).includes('Critical'), PATIENCE);
    const { attempted } = await message(id);
    expect(attempted).toEqual(await read(id));
    expect(JSON.stringify(attempted)).not.toContain('Critical');
  });
});
