/** Messages that should be brought up to date while a breaker is open: only a probe asks Slack for anything. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import { createLogger } from '@tocsin/platform';
import { closeSlackConnections } from '@tocsin/slack';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { RunningNotifier, type PostedInSandbox } from '../../test/running-notifier.js';
import type { PostingJob } from '../deliveries/posting.job.js';
import { SweepJob } from '../deliveries/sweep.job.js';

const OTHER_WORKSPACE = { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' };
const RESOLVED_COLOUR = '#2E7D32';

const issue = anIssue({ id: 'i1', severity: 'high' });
const raised = changed(issue, { severity: 'critical' });
const resolved = changed(raised.issue, { status: 'resolved' }, 'resolved');

describe('while a breaker is open', () => {
  let living: OpenedLiving;

  beforeAll(async () => {
    living = await OpenedLiving.open();
  }, 30_000);

  afterAll(async () => {
    await living.opened.close();
  });

  beforeEach(async () => {
    await living.opened.clear();
    await living.opened.connect();
    await living.opened.connect({ id: 'other', workspace: OTHER_WORKSPACE });
  });

  async function openBreaker(key: string): Promise<void> {
    await living.opened.source.query(`insert into breakers (breaker_key, is_open, opened_at, probe_at) values ($1, true, clock_timestamp(), clock_timestamp() + interval '5 seconds')`, [key]);
  }

  async function tellInBothWorkspaces(): Promise<void> {
    await living.tell({ issues: [issue] });
    await living.tell({ issues: [issue], connectionId: 'other', destination: { id: 'C0GLOBEX01' } });
    await living.hear(raised);
  }

  test('for all of Slack, no edit is made, also not when a probe is due', async () => {
    await tellInBothWorkspaces();
    await openBreaker('slack');
    expect(await living.edits.claim(10)).toEqual([]);
    await living.opened.passTime(6);
    expect(await living.edits.claim(10)).toEqual([]);
  });

  test('for one connection, the edits of the others are made', async () => {
    await tellInBothWorkspaces();
    await openBreaker('connection-1');
    expect((await living.edits.claim(10)).map(({ connection_id }) => connection_id)).toEqual(['other']);
  });

  test('what changes again and again comes to one edit, which shows the newest once Slack has answered', async () => {
    await living.tell({ issues: [issue] });
    await openBreaker('connection-1');
    await living.hear(raised);
    await living.hear(resolved);
    expect(await living.edits.claim(10)).toEqual([]);
    await living.opened.accept({ destination: { id: 'C0GENERAL1' } });
    await living.opened.passTime(6);
    const probe = await living.opened.claimOne();
    expect(probe).toMatchObject({ isProbe: true });
    expect(await living.edits.claim(10)).toEqual([]);
    await living.opened.finish(probe);
    expect(await living.edits.claim(10)).toMatchObject([{ wanted: { status: 'resolved' }, wanted_revision: 3 }]);
  });
});

test('a message is brought up to date after an outage also when nothing waits that could be a probe', async () => {
  const living = await OpenedLiving.open();
  const sweep = new SweepJob(living.opened.source, living.opened.outbox, living.opened.waiting, { wake: () => undefined } as unknown as PostingJob, createLogger('test', 'silent'));
  await living.opened.connect();
  await living.tell({ issues: [issue], options: { thread: false } });
  await living.hear(raised);
  await living.opened.source.query(`insert into breakers (breaker_key, is_open, opened_at, probe_at) values ('slack', true, clock_timestamp(), clock_timestamp())`);
  await living.opened.passTime(61);
  expect(await living.opened.claim(10)).toEqual([]);
  expect(await living.edits.claim(10)).toEqual([]);
  await sweep.sweep();
  expect(await living.edits.claim(10)).toHaveLength(1);
  await living.opened.close();
}, 30_000);

test('single failures stop no edits', async () => {
  const living = await OpenedLiving.open();
  await living.opened.connect();
  await living.tell({ issues: [issue] });
  await living.hear(raised);
  await living.opened.source.query(`insert into breakers (breaker_key, is_open, failures_in_a_row) values ('slack', false, 3), ('connection-1', false, 3)`);
  expect(await living.edits.claim(10)).toHaveLength(1);
  await living.opened.close();
}, 30_000);

describe('an outage', () => {
  const CHANNEL = 'C0SECALERT';
  const CHANNELS = Array.from({ length: 12 }, (_, n) => `C1GEN${String(n + 1).padStart(6, '0')}`);
  let notifier: RunningNotifier;
  /** So many that no one of them fails often enough to be in trouble of its own. */
  let connections: ConnectionChanged[];

  beforeAll(async () => {
    notifier = await RunningNotifier.start({ SLACK_UPDATES_PER_MINUTE: '0' });
    await notifier.control('limits', { channelRate: 0, tiers: false });
    await notifier.control('directory', { workspace: 'acme', channels: CHANNELS.length, people: 0 });
    connections = await Promise.all(Array.from({ length: 4 }, () => notifier.connect()));
  }, 60_000);

  afterAll(async () => {
    await notifier.stop();
    await closeSlackConnections();
  }, 30_000);

  async function requests(method: string): Promise<{ at: number; status?: number }[]> {
    const response = await fetch(`${notifier.sandbox.url}/sandbox/requests`);
    const { items } = (await response.json()) as { items: { method: string; at: string; status?: number }[] };
    return items.filter((request) => request.method === method).map(({ at, ...request }) => ({ ...request, at: Date.parse(at) }));
  }

  async function slackBreaker(): Promise<{ is_open: boolean; probes: number } | undefined> {
    return (await notifier.database.query<{ is_open: boolean; probes: number }>(`select is_open, probes from notifier.breakers where breaker_key = 'slack'`))[0];
  }

  async function hear({ issue: now, change, changes }: typeof raised): Promise<void> {
    await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change, changes, issue: now });
    await eventually(async () => (await notifier.database.query('select 1 from notifier.told_issues where issue_id = $1 and wanted_revision = $2', [now.id, now.revision])).length === 1);
  }

  test('asks for no edits, and after it a message is edited once, to how its issue is by then', async () => {
    const first = await notifier.settled(await notifier.send({ connectionId: connections[0]?.id ?? '', destination: { id: CHANNEL }, issues: [issue], source: BY_WORKFLOW, change: 'new', options: { thread: false } }));
    for (const method of ['chat.postMessage', 'chat.update']) await notifier.control('faults', { method, status: 503 });
    const others = await notifier.sendAll(CHANNELS.map((id, n) => ({ connectionId: connections[n % connections.length]?.id ?? '', destination: { id }, source: BY_WORKFLOW })));
    await eventually(async () => (await slackBreaker())?.is_open);
    await hear(raised);
    await hear(resolved);
    await eventually(async () => ((await slackBreaker())?.probes ?? 0) > 0, { timeout: 30_000 });
    expect(await requests('chat.update')).toEqual([]);

    await notifier.control('faults', { reset: true });
    const wellAt = Date.now();
    await notifier.database.query(`update notifier.breakers set probe_at = clock_timestamp()`);
    const message = await eventually(async () => (await notifier.messages(CHANNEL)).find((one: PostedInSandbox) => one.ts === first.slack?.ts && JSON.stringify(one.attachments).includes(RESOLVED_COLOUR)), { timeout: 30_000 });
    expect(message).toMatchObject({ updates: 1 });
    const [edit, ...more] = await requests('chat.update');
    expect(more).toEqual([]);
    const probe = (await requests('chat.postMessage')).find(({ at, status }) => at >= wellAt && status === 200);
    expect(edit?.at).toBeGreaterThanOrEqual(probe?.at ?? Infinity);

    await notifier.database.query(`update notifier.deliveries set not_before = '-infinity' where state = 'waiting'`);
    await notifier.database.query(`update notifier.lanes set next_at = '-infinity', active = true where leased_until < clock_timestamp()`);
    for (const id of others) expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  }, 90_000);
});
