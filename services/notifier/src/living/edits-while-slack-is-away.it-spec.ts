/** Messages that should be brought up to date while a breaker is open: only a probe asks Slack for anything, an edit where no message waits. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import { createLogger } from '@tocsin/platform';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed, OpenedLiving } from '../../test/opened-living.js';
import { RunningNotifier, type PostedInSandbox } from '../../test/running-notifier.js';
import type { PostingJob } from '../deliveries/posting.job.js';
import { SweepJob } from '../deliveries/sweep.job.js';
import { EditRepository, type Edit } from './edit.repository.js';

const OTHER_WORKSPACE = { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' };
const RESOLVED_COLOUR = '#2E7D32';

const issue = anIssue({ id: 'i1', severity: 'high' });
const raised = changed(issue, { severity: 'critical' });
const resolved = changed(raised.issue, { status: 'resolved' }, 'resolved');

describe('while a breaker is open', () => {
  let living: OpenedLiving;

  beforeAll(async () => { living = await OpenedLiving.open(); }, 30_000);
  afterAll(() => living.opened.close());

  beforeEach(async () => {
    await living.opened.clear();
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

  test('for all of Slack, no edit is made, also not when a probe is due for which a message waits', async () => {
    await tellInBothWorkspaces();
    await living.opened.accept({});
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

describe('while a breaker is open and no message waits', () => {
  let living: OpenedLiving;
  let replica: EditRepository;

  beforeAll(async () => {
    living = await OpenedLiving.open();
    replica = new EditRepository(living.opened.source, living.opened.config);
  }, 30_000);

  afterAll(() => living.opened.close());

  beforeEach(async () => {
    await living.opened.clear();
    await living.opened.connect({ id: 'other', workspace: OTHER_WORKSPACE });
    for (let n = 0; n < 4; n += 1) await living.tell({ issues: [issue], destination: { id: `C0CHANNEL${n}` }, options: { thread: false } });
    for (let n = 0; n < 4; n += 1) await living.tell({ issues: [issue], connectionId: 'other', destination: { id: `C0GLOBEX0${n}` }, options: { thread: false } });
    await living.hear(raised);
    await living.opened.passTime(61);
    expect(await living.opened.claim(10)).toEqual([]); // their lanes go to sleep
  });

  /** By edits: a message may find out at once, an edit in five seconds. */
  async function openBreakers(...keys: readonly string[]): Promise<void> {
    await living.opened.source.query(
      `insert into breakers (breaker_key, is_open, opened_at, probe_at, edit_probe_at) select key, true, clock_timestamp(), clock_timestamp(), clock_timestamp() + interval '5 seconds' from unnest($1::text[]) key`, [keys]);
  }

  async function claimByAll(): Promise<Edit[]> {
    return (await Promise.all([living.edits.claim(4), replica.claim(4), living.edits.claim(4), replica.claim(4)])).flat();
  }

  async function learn(edit: Edit | undefined, failed: boolean): Promise<void> {
    await living.opened.breakers.learn([{ connection: edit?.connection_id ?? '', failed, isProbe: edit?.is_probe ?? false, isEdit: true }], edit?.is_probe ?? false);
  }

  test('one edit finds out whether Slack answers again, when its time has come, however many replicas ask', async () => {
    await openBreakers('slack');
    await living.opened.passTime(4);
    expect(await claimByAll()).toEqual([]);
    await living.opened.passTime(1);
    expect(await claimByAll()).toMatchObject([{ is_probe: true }]);
    await living.opened.passTime(6); // its answer is still out
    expect(await claimByAll()).toEqual([]);
  });

  test('one edit finds out for one connection, and those of others are made as ever', async () => {
    await openBreakers('connection-1');
    await living.opened.passTime(5);
    const edits = await living.edits.claim(10);
    expect(edits.map(({ connection_id, is_probe }) => `${connection_id} ${is_probe}`).sort()).toEqual(['connection-1 true', ...Array.from({ length: 4 }, () => 'other false')]);
    expect(await claimByAll()).toEqual([]);
  });

  test('it is one also while another replica is just about to be it', async () => {
    await openBreakers('slack', 'connection-1', 'other');
    await living.opened.passTime(5);
    const runner = living.opened.source.createQueryRunner();
    for (const key of ['slack', 'connection-1']) {
      await runner.startTransaction();
      await runner.query('select 1 from breakers where breaker_key = $1 for update', [key]);
      expect((await claimByAll()).filter(({ connection_id }) => key === 'slack' || connection_id === key)).toEqual([]);
      await runner.rollbackTransaction();
      await living.opened.passTime(31);
    }
    await runner.release();
  });

  test('an edit that Slack takes opens the way for all', async () => {
    await openBreakers('slack', 'connection-1');
    await living.opened.passTime(5);
    const [probe] = await living.edits.claim(4);
    await learn(probe, false);
    await living.opened.source.query(`delete from breakers where breaker_key = 'connection-1'`); // it may have been one of the other workspace
    expect(await living.edits.claim(10)).toHaveLength(7);
  });

  test('one that fails is followed by another ten seconds later, and by a message at once; it is not held against it', async () => {
    await openBreakers('slack');
    await living.opened.passTime(5);
    const [probe] = await living.edits.claim(4);
    await living.opened.outbox.transaction(async (tx) => { if (probe) await living.edits.later(tx, probe, 1000); });
    await learn(probe, true);
    expect(await living.opened.source.query('select distinct fails from told_issues')).toEqual([{ fails: 0 }]);
    await living.opened.passTime(9);
    expect(await claimByAll()).toEqual([]);
    await living.opened.accept({ destination: { id: 'C0GENERAL1' } });
    expect(await living.opened.claim(4)).toMatchObject([{ isProbe: true }]);
  });

  test('one that ended before Slack was asked is followed by another at once', async () => {
    await openBreakers('slack');
    await living.opened.passTime(5);
    const [probe] = await living.edits.claim(4);
    await living.opened.breakers.giveBackEdit(probe?.lease_id ?? '');
    expect(await claimByAll()).toMatchObject([{ is_probe: true }]);
  });

  test('one whose holder dies is followed by another after its lease', async () => {
    await openBreakers('slack');
    await living.opened.passTime(5);
    expect(await living.edits.claim(4)).toHaveLength(1);
    await living.opened.passTime(29);
    expect(await claimByAll()).toEqual([]);
    await living.opened.passTime(2);
    expect(await claimByAll()).toHaveLength(1);
  });

  test('an edit leaves it to a message that will go within a minute, and to no other', async () => {
    await openBreakers('slack', 'connection-1');
    await living.opened.passTime(5);
    await living.opened.accept({ destination: { id: 'C0GENERAL1' } });
    await living.opened.source.query(`update lanes set next_at = clock_timestamp() + interval '50 seconds' where active`);
    expect(await claimByAll()).toEqual([]);
    await living.opened.source.query(`update lanes set next_at = clock_timestamp() + interval '70 seconds' where active`);
    expect(await claimByAll()).toHaveLength(1);
  });

  test('the sweep closes it if no edit waits either', async () => {
    const sweep = new SweepJob(living.opened.source, living.opened.outbox, living.opened.waiting, { wake: () => undefined } as unknown as PostingJob, createLogger('test', 'silent'));
    await living.opened.source.query('update told_issues set shown_revision = wanted_revision');
    await openBreakers('slack');
    await living.opened.passTime(66);
    expect(await living.edits.claim(10)).toEqual([]);
    await sweep.pass();
    expect(await living.opened.source.query('select 1 from breakers')).toEqual([]);
  });
});

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
    await notifier.control('directory', { workspace: 'acme', channels: CHANNELS.length, people: 0 });
    connections = await Promise.all(Array.from({ length: 4 }, () => notifier.connect()));
  }, 60_000);

  afterAll(() => notifier.stop(), 30_000);

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
