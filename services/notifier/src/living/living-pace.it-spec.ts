import { afterAll, beforeAll, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed } from '../../test/opened-living.js';
import { RunningNotifier, type PostedInSandbox } from '../../test/running-notifier.js';

const UPDATES_PER_SECOND = 10;
const BURST = 5;
const CHANNELS = ['C0SECALERT', 'C0GENERAL1', 'C0PAYMENTS'];

interface SandboxRequest {
  method: string;
  at: string;
}

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start({ SLACK_UPDATES_PER_MINUTE: String(UPDATES_PER_SECOND * 60), DIGEST_AFTER_SECONDS: '0' });
  connection = await notifier.connect();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

async function green(): Promise<number> {
  const all = await Promise.all(CHANNELS.map((channel) => notifier.messages(channel)));
  return all.flat().filter((message: PostedInSandbox) => JSON.stringify(message.attachments ?? []).includes('#2E7D32')).length;
}

async function updates(): Promise<number[]> {
  const response = await fetch(`${notifier.sandbox.url}/sandbox/requests`);
  const { items } = (await response.json()) as { items: SandboxRequest[] };
  return items.filter(({ method }) => method === 'chat.update').map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
}

test('300 issues that are resolved at once turn green as fast as is allowed and no faster, and a new message does not wait for them', async () => {
  const issues = Array.from({ length: 300 }, () => anIssue());
  const ids = await notifier.sendAll(issues.map((issue, index) => ({ connectionId: connection.id, destination: { id: CHANNELS[index % CHANNELS.length] ?? '' }, issues: [issue], source: BY_WORKFLOW, change: 'new' as const, options: { thread: false } })));
  await eventually(async () => (await notifier.database.query<{ posted: number }>(`select count(*)::int as posted from notifier.told_issues where ts is not null`))[0]?.posted === ids.length, { timeout: 60_000 });

  const beganAt = Date.now();
  await Promise.all(issues.map(async (issue) => {
    const { issue: now, changes } = changed(issue, { status: 'resolved' }, 'resolved');
    await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: 'resolved', changes, issue: now, scanId: 'scan-1' });
  }));
  await eventually(async () => (await green()) > 50, { timeout: 30_000 });
  const sentAt = Date.now();
  await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: CHANNELS[0] ?? '' }, source: { kind: 'manual', user: 'noa@acme.test' } }));
  expect(Date.now() - sentAt).toBeLessThan(2000);
  expect(await green()).toBeLessThan(300);

  await eventually(async () => (await green()) === 300, { timeout: 60_000 });
  const ideal = (300 - BURST) / UPDATES_PER_SECOND;
  expect((Date.now() - beganAt) / 1000).toBeLessThan(ideal * 1.3 + 3);
  const times = await updates();
  expect(times).toHaveLength(300);
  for (const [index, at] of times.entries()) {
    const inSecond = times.slice(index).filter((other) => other < at + 1000).length;
    expect(inSecond).toBeLessThanOrEqual(UPDATES_PER_SECOND + BURST + 4);
  }
}, 180_000);
