/** What Slack says to edits teaches the breakers, whoever makes them: where nothing is posted they find out alone that Slack is away, and that it is back. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';

import { BY_WORKFLOW, changed } from '../../test/opened-living.js';
import { RunningNotifier } from '../../test/running-notifier.js';

const CHANNELS = Array.from({ length: 14 }, (_, n) => `C1GEN${String(n + 1).padStart(6, '0')}`);
/** Edits in flight at once, of two replicas. */
const UNDER_WAY = 8;

interface BreakerState {
  breaker_key: string;
  is_open: boolean;
  probes: number;
  failures_in_a_row: number;
}

let notifier: RunningNotifier;
let replica: Awaited<ReturnType<RunningNotifier['replica']>>;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start({ SLACK_UPDATES_PER_MINUTE: '0', DIGEST_AFTER_SECONDS: '0' });
  replica = await notifier.replica();
  await notifier.control('directory', { workspace: 'acme', channels: CHANNELS.length, people: 0 });
}, 60_000);

afterAll(async () => {
  await replica.close();
  await notifier.stop();
}, 30_000);

beforeEach(async () => {
  await notifier.control('faults', { reset: true });
  // What runs may be about to touch the same rows in another order, and the database ends one of the two.
  for (const table of ['told_issues', 'deliveries', 'breakers']) await eventually(() => notifier.database.query(`delete from notifier.${table}`).then(() => true));
  connection = await notifier.connect();
});

async function requests(method: string): Promise<number> {
  const { items } = (await (await fetch(`${notifier.sandbox.url}/sandbox/requests`)).json()) as { items: { method: string }[] };
  return items.filter((request) => request.method === method).length;
}

async function breakers(): Promise<BreakerState[]> {
  return notifier.database.query<BreakerState>('select breaker_key, is_open, probes, failures_in_a_row from notifier.breakers order by breaker_key');
}

async function ownBreaker(): Promise<BreakerState | undefined> {
  return (await breakers()).find(({ breaker_key }) => breaker_key === connection.id);
}

async function openOnes(): Promise<string[]> {
  return (await breakers()).flatMap(({ breaker_key, is_open }) => (is_open ? [breaker_key] : []));
}

/** A message about an issue of its own in each of so many channels. */
async function tellMany(count: number): Promise<Issue[]> {
  const issues = Array.from({ length: count }, () => anIssue({ severity: 'high' }));
  const ids = await notifier.sendAll(issues.map((issue, n) => ({ connectionId: connection.id, destination: { id: CHANNELS[n] ?? '' }, issues: [issue], source: BY_WORKFLOW, change: 'new', options: { thread: false } })));
  for (const id of ids) expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
  return issues;
}

async function change(issues: readonly Issue[]): Promise<void> {
  for (const issue of issues) {
    const { issue: now, change: what, changes } = changed(issue, { severity: 'critical' });
    await notifier.publish('issue.changed.v1', 'acme', { organizationId: 'acme', change: what, changes, issue: now });
  }
}

/** How many messages do not show their issues as they are. */
async function outOfDate(): Promise<number> {
  return (await notifier.database.query('select 1 from notifier.told_issues where ts is not null and wanted_revision > shown_revision')).length;
}

/** @returns its id */
async function post(): Promise<string> {
  return notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, source: BY_WORKFLOW });
}

/** Slack takes no edits. @returns when the breaker of the workspace has opened and all that was under way has ended */
async function openByEdits(): Promise<{ asked: number }> {
  const before = await requests('chat.update');
  await change(await tellMany(CHANNELS.length));
  await eventually(async () => (await ownBreaker())?.is_open, { timeout: 15_000 });
  await eventually(async () => (await notifier.database.query(`select 1 from notifier.told_issues where leased_until > clock_timestamp()`)).length === 0);
  return { asked: (await requests('chat.update')) - before };
}

describe('where nothing is posted', () => {
  test('ten edits in a row that fail open the breaker of their workspace; of two replicas one edit at a time finds out, and once Slack takes one, all are made', async () => {
    await notifier.control('faults', { method: 'chat.update', status: 503 });
    const { asked } = await openByEdits();
    expect(await openOnes()).toEqual([connection.id]);
    expect(asked).toBeGreaterThanOrEqual(10);
    expect(asked).toBeLessThan(10 + UNDER_WAY);

    const opened = await requests('chat.update');
    await eventually(async () => ((await ownBreaker())?.probes ?? 0) > 0, { timeout: 15_000 });
    for (let probes = 1; probes < 4; probes += 1) {
      expect(await ownBreaker()).toMatchObject({ is_open: true, probes });
      expect(await requests('chat.update')).toBe(opened + probes);
      await notifier.database.query('update notifier.breakers set edit_probe_at = clock_timestamp()');
      await eventually(async () => ((await ownBreaker())?.probes ?? 0) > probes, { timeout: 15_000 });
    }

    await notifier.control('faults', { reset: true });
    await notifier.database.query('update notifier.breakers set edit_probe_at = clock_timestamp()');
    await eventually(async () => (await outOfDate()) === 0, { timeout: 30_000 });
    expect(await openOnes()).toEqual([]);
  }, 90_000);

  test.each(['cant_update_message', 'is_archived'])('a refusal is an answer: %s opens nothing', async (error) => {
    await notifier.control('faults', { method: 'chat.update', error });
    const before = await requests('chat.update');
    await change(await tellMany(12));
    await eventually(async () => (await requests('chat.update')) - before >= 12 && (await outOfDate()) === 0, { timeout: 15_000 });
    expect(await breakers()).toEqual([]);
  }, 60_000);
});

describe('where messages are posted as well', () => {
  test('one that comes while edits fail finds out at once, and does not wait for them', async () => {
    await notifier.control('faults', { method: 'chat.update', status: 503 });
    await openByEdits();
    await notifier.database.query(`update notifier.breakers set probes = 4, edit_probe_at = clock_timestamp() + interval '1 minute'`);
    expect(await notifier.settled(await post())).toMatchObject({ state: 'posted' });
    await eventually(async () => (await ownBreaker())?.probes !== 4); // closed, until edits have failed ten times again
  }, 60_000);

  test('and nothing is answered, one message finds out for all, edits too, until one is', async () => {
    await notifier.control('faults', { method: 'chat.update', status: 503 });
    await openByEdits();
    await notifier.control('faults', { method: 'chat.postMessage', status: 503 });
    const [posts, edits] = [await requests('chat.postMessage'), await requests('chat.update')];
    const ids = await Promise.all(Array.from({ length: 5 }, () => post()));
    await eventually(async () => ((await ownBreaker())?.probes ?? 0) > 0, { timeout: 15_000 });
    expect(await requests('chat.postMessage')).toBe(posts + 1);
    await notifier.control('faults', { reset: true });
    await notifier.database.query('update notifier.breakers set probe_at = clock_timestamp(), edit_probe_at = clock_timestamp()');
    await notifier.database.query(`update notifier.lanes set next_at = '-infinity' where active and leased_until < clock_timestamp()`);
    for (const id of ids) expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
    await eventually(async () => (await outOfDate()) === 0, { timeout: 30_000 });
    expect(await requests('chat.update')).toBeGreaterThan(edits);
  }, 90_000);
});

test('an answer to a deletion that is lost counts as well', async () => {
  const delivery = await notifier.settled(await post());
  const retract = (): ReturnType<typeof notifier.call> => notifier.call('POST', `/v1/deliveries/${delivery.id}/retract`, { body: {} });
  await notifier.control('faults', { method: 'chat.delete', status: 503, times: 1 });
  expect((await retract()).status).toBe(503);
  expect(await breakers()).toMatchObject([{ breaker_key: connection.id, failures_in_a_row: 1 }, { breaker_key: 'slack', failures_in_a_row: 1 }]);
  await notifier.control('faults', { method: 'chat.delete', error: 'message_not_found', times: 1 });
  expect((await retract()).status).toBe(200);
  expect(await breakers()).toMatchObject([{ failures_in_a_row: 0 }, { failures_in_a_row: 0 }]);
}, 30_000);
