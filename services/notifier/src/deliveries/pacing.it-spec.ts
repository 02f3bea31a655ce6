import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

const BY_WORKFLOW = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;

beforeAll(async () => {
  notifier = await RunningNotifier.start({ SLACK_CHANNEL_INTERVAL_MS: '1000', SLACK_WORKSPACE_RATE: '5' });
  connection = await notifier.connect();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

describe('pacing', () => {
  test('one destination gets a message a second, uses its second, and is never told to slow down; another one does not wait for it', async () => {
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' } })); // the first request of a process is on its way for long
    const [first, ...rest] = await Promise.all(Array.from({ length: 5 }, () => notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } })));
    expect((await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }))).state).toBe('posted');
    const [other] = await notifier.messages('C0GENERAL1');
    for (const id of [first ?? '', ...rest]) expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 1 });
    const times = (await notifier.messages('C0SECALERT')).map((message) => Date.parse(message.receivedAt)).sort((a, b) => a - b);
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(gaps).toHaveLength(4);
    expect(Math.min(...gaps)).toBeGreaterThan(850); // nine tenths of a second from request to request; a busy machine adds to either on the way
    expect((times[4] ?? Infinity) - (times[0] ?? 0)).toBeLessThan(5500);
    expect(Date.parse(other?.receivedAt ?? '')).toBeLessThan(times[2] ?? 0);
  }, 20_000);

  test('what goes again as plain text takes a turn for each of its two requests', async () => {
    const destination = { id: 'C0SECINTER' };
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination }));
    await sleep(1000);
    await notifier.control('faults', { method: 'chat.postMessage', channel: destination.id, error: 'invalid_blocks', latencyMs: 500, times: 1 });
    const startedAt = Date.now();
    const ids = [await notifier.send({ connectionId: connection.id, destination }), await notifier.send({ connectionId: connection.id, destination })];
    for (const id of ids) expect(await notifier.settled(id)).toMatchObject({ state: 'posted' });
    const times = (await notifier.messages(destination.id)).map((message) => Date.parse(message.receivedAt)).sort((a, b) => a - b).slice(-2);
    expect((times[0] ?? 0) - startedAt).toBeGreaterThan(1000);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(850);
  }, 20_000);

  test('what goes again as plain text is charged to the allowance of its workspace for each of its two requests, another message once', async () => {
    const destination = { id: 'C0GENERAL1' };
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination }));
    const budget = 'budget_key = (select budget_key from notifier.connections where connection_id = $1)';
    const spent = async (): Promise<number> => {
      const [row] = await notifier.database.query<{ tat: number }>(`select extract(epoch from tat)::float8 as tat from notifier.budgets where ${budget}`, [connection.id]);
      return row?.tat ?? 0;
    };
    const costOf = async (): Promise<number> => {
      await notifier.database.query(`update notifier.budgets set tat = clock_timestamp() + interval '3.6 seconds' where ${budget}`, [connection.id]); // what was spent is added to
      const before = await spent();
      expect(await notifier.settled(await notifier.send({ connectionId: connection.id, destination }))).toMatchObject({ state: 'posted' });
      return (await spent()) - before;
    };
    expect(await costOf()).toBeCloseTo(1 / 5, 3);
    await notifier.control('faults', { method: 'chat.postMessage', channel: destination.id, error: 'invalid_blocks', times: 1 });
    expect(await costOf()).toBeCloseTo(2 / 5, 3);
  }, 20_000);

  test('two names of one place are one line', async () => {
    const sends = [{ id: 'U0BOB00001' }, { email: 'bob@acme.test' }, { email: 'BOB@acme.test' }, { id: 'U0BOB00001' }].map((destination) => notifier.send({ connectionId: connection.id, destination }));
    const deliveries = await Promise.all((await Promise.all(sends)).map((id) => notifier.settled(id)));
    const times = (await notifier.messages(deliveries[0]?.slack?.channel ?? '')).map((message) => Date.parse(message.receivedAt)).sort((a, b) => a - b);
    expect(times).toHaveLength(4);
    expect(Math.min(...times.slice(1).map((at, n) => at - (times[n] ?? 0)))).toBeGreaterThan(850);
  }, 20_000);
});

describe('metrics', () => {
  test('count what became of deliveries and of requests, without names of people or channels', async () => {
    const { body } = await notifier.call<string>('GET', '/metrics');
    expect(body).toMatch(/tocsin_deliveries_total\{kind="manual",outcome="posted",reason="ok"\} \d+/);
    expect(body).toMatch(/tocsin_slack_requests_total\{method="chat.postMessage",status="ok"\} \d+/);
    expect(body).toMatch(/tocsin_delivery_duration_seconds_bucket\{le="0.5",kind="manual"\} \d+/);
    expect(body).toMatch(/tocsin_lanes_overdue \d+/);
    expect(body).toMatch(/tocsin_breakers_open 0/);
    expect(body).not.toContain('C0SECALERT');
  });
});

describe('a stop', () => {
  test('lets what is in flight end and be recorded, and a start goes on with what waits', async () => {
    await notifier.control('limits', { channelRate: 0 });
    await notifier.control('faults', { method: 'chat.postMessage', latencyMs: 700, times: 1 });
    const inFlight = await notifier.send({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' }, source: BY_WORKFLOW });
    await eventually(async () => (await notifier.delivery(inFlight)).state === 'posting');
    const waiting = await notifier.send({ connectionId: connection.id, destination: { id: 'C0PAYMENTS' }, source: BY_WORKFLOW });
    await eventually(async () => (await notifier.delivery(waiting)).state === 'waiting');
    await notifier.close();
    await expect(notifier.database.query('select state, ambiguous from notifier.deliveries where delivery_id = $1', [inFlight])).resolves.toEqual([{ state: 'posted', ambiguous: 0 }]);
    await notifier.open();
    expect(await notifier.settled(waiting)).toMatchObject({ state: 'posted' });
    expect([await notifier.posts(inFlight, 'C0PAYMENTS'), await notifier.posts(waiting, 'C0PAYMENTS')]).toEqual([1, 1]);
  }, 30_000);

  test('does not lose a message when every connection to the database is cut while it is posted', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', latencyMs: 500, times: 1 });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECINTER' }, source: BY_WORKFLOW });
    await eventually(async () => (await notifier.delivery(id)).state === 'posting');
    await notifier.database.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'tocsin-notifier'`);
    expect(await notifier.settled(id)).toMatchObject({ state: 'posted', attempts: 1 });
    expect(await notifier.posts(id, 'C0SECINTER')).toBe(1);
  }, 30_000);
});
