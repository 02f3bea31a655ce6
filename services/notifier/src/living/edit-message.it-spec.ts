import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed } from '../../test/opened-living.js';
import { RunningNotifier } from '../../test/running-notifier.js';

const SECONDS_EACH = 30;

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start({ SLACK_UPDATES_PER_MINUTE: String(60 / SECONDS_EACH), DIGEST_AFTER_SECONDS: '0' });
  connection = await notifier.connect();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.control('faults', { reset: true });
  await notifier.database.query(`delete from notifier.budgets where budget_key like '%/update'`);
});

/** A message whose issue is resolved. @returns its timeline's last line once it was edited, and how many edits its workspace's allowance was charged */
async function edited(): Promise<{ line: string | undefined; charged: number }> {
  const issue = anIssue();
  const { id } = await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' }, issues: [issue], source: BY_WORKFLOW, change: 'new', options: { thread: false } }));
  const { issue: now, changes } = changed(issue, { status: 'resolved' }, 'resolved');
  await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: 'resolved', changes, issue: now });
  const line = await eventually(async () => (await notifier.delivery(id)).timeline?.find(({ kind }) => kind.endsWith('brought_up_to_date')), { timeout: 15_000 });
  const [budget] = await notifier.database.query<{ seconds: number }>(`select extract(epoch from tat - clock_timestamp())::float8 as seconds from notifier.budgets where budget_key like '%/update'`);
  return { line: line.text, charged: Math.ceil((budget?.seconds ?? 0) / SECONDS_EACH) };
}

test('an edit is charged once', async () => {
  expect(await edited()).toEqual({ line: 'The issue had changed, and the message shows it as it is: resolved.', charged: 1 });
}, 30_000);

test.each([
  ['is taken then', 1, 'The issue had changed, and the message shows it as it is: resolved; as plain text, since Slack refused the formatted one.'],
  ['is refused as well', 2, expect.stringContaining('still shows it as it was')],
])('an edit that is repeated as plain text and %s is charged twice, since Slack counts both', async (_, times, line) => {
  await notifier.control('faults', { method: 'chat.update', error: 'invalid_blocks', times });
  expect(await edited()).toEqual({ line, charged: 2 });
}, 30_000);
