import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { ConnectionChanged, DeliverySettings, SendToSlack } from '@tocsin/contracts';
import { CATEGORIES, type Severity } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

const BY_WORKFLOW = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;
const SEVERITIES: readonly Severity[] = ['low', 'medium', 'low', 'high', 'low', 'info', 'medium', 'low', 'low', 'critical'];

beforeAll(async () => {
  notifier = await RunningNotifier.start({ SLACK_CHANNEL_INTERVAL_MS: '1000', SLACK_WORKSPACE_RATE: '5' });
  connection = await notifier.connect();
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.control('faults', { reset: true });
});

function burst(count: number, destination: string, of: (n: number) => Partial<SendToSlack> = () => ({})): Partial<SendToSlack>[] {
  return Array.from({ length: count }, (_, n) => ({
    connectionId: connection.id, destination: { id: destination }, source: BY_WORKFLOW, change: 'new',
    issues: [anIssue({ id: `${destination}-${n}`, title: `Issue ${n} <!channel>`, severity: SEVERITIES[n % 10] ?? 'low' })], ...of(n),
  }));
}

async function states(destination: string): Promise<Record<string, number>> {
  const rows = await notifier.database.query<{ state: string; count: number }>(`select state, count(*)::int as count from notifier.ledger where destination_id = $1 group by 1`, [destination]);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

async function messagesTo(destination: string): Promise<{ delivery_id: string; state: string; digest_id: string | null; created_at: Date }[]> {
  return notifier.database.query(`select delivery_id, state, digest_id, created_at from notifier.ledger where destination_id = $1 and kind = 'message'`, [destination]);
}

async function isAllSettled(destination: string, atLeast: number): Promise<boolean> {
  const { waiting = 0, posting = 0, ...settled } = await states(destination);
  return waiting + posting === 0 && Object.values(settled).reduce((sum, count) => sum + count, 0) >= atLeast;
}

describe('a burst', () => {
  test('of 10,000 issues to one channel at a message a second is told within a minute, in few messages; what a person sends meanwhile goes first', async () => {
    const ids = await notifier.sendAll(burst(10_000, 'C0SECALERT'));
    await eventually(async () => (await messagesTo('C0SECALERT')).length === 10_000, { timeout: 300_000 });
    const manual = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' }, source: { kind: 'manual', user: 'ada@acme.test' } });
    await eventually(() => isAllSettled('C0SECALERT', 10_001), { timeout: 120_000 });
    const messages = await notifier.messages('C0SECALERT');
    const receivedAt = new Map(messages.map((message) => [message.metadata?.event_payload?.delivery_id, Date.parse(message.receivedAt)]));
    expect(messages.length).toBeLessThan(receivedAt.size + 1); // none twice

    const rows = await messagesTo('C0SECALERT');
    expect(rows.filter(({ state }) => state !== 'posted')).toEqual([]);
    expect(new Set(rows.map(({ delivery_id }) => delivery_id))).toEqual(new Set([...ids, manual]));
    const waits = rows.map(({ delivery_id, digest_id, created_at }) => (receivedAt.get(digest_id ?? delivery_id) ?? Infinity) - created_at.getTime());
    expect(Math.max(...waits)).toBeLessThan(60_000);
    const arrivedAt = rows.map(({ created_at }) => created_at.getTime());
    expect(messages.length).toBeLessThan(60 + (Math.max(...arrivedAt) - Math.min(...arrivedAt)) / 1000);
    const { body } = await notifier.call<{ balanced: boolean; accepted: number }>('GET', '/v1/deliveries/summary');
    expect(body).toMatchObject({ balanced: true, accepted: rows.length + (await notifier.database.query(`select 1 from notifier.ledger where kind = 'digest'`)).length });
    await eventually(() => new Set(notifier.heard.map(({ subject }) => subject)).size >= body.accepted, { timeout: 60_000 });
  }, 500_000);

  test('names the worst, counts the rest, links to them, and nothing in an issue is markup', async () => {
    await notifier.sendAll(burst(60, 'C0GENERAL1'));
    await eventually(() => isAllSettled('C0GENERAL1', 61), { timeout: 60_000 });
    const digest = (await notifier.messages('C0GENERAL1')).find(({ text }) => /^\d+ issues/.test(text));
    expect(digest?.text).toMatch(/critical.*http:\/\/localhost:3000\/deliveries\?digestId=/);
    expect(JSON.stringify(digest?.blocks)).toContain('Critical (');
    expect(digest?.text).not.toContain('<!channel>');
    const [member] = await notifier.database.query<{ delivery_id: string; digest_id: string }>(`select delivery_id, digest_id from notifier.ledger where destination_id = 'C0GENERAL1' and digest_id is not null limit 1`);
    const delivery = await notifier.delivery(member?.delivery_id ?? '');
    expect(delivery).toMatchObject({ state: 'posted', digestId: member?.digest_id, slack: { ts: digest?.ts, permalink: expect.stringContaining('acme.slack.com') } });
    expect(delivery.timeline?.map(({ kind }) => kind)).toEqual(['accepted', 'folded', 'posted']);
  }, 90_000);
});

describe('a digest', () => {
  test('that Slack refuses for what it holds is split until all but the refused are told', async () => {
    await notifier.control('faults', { channel: 'C0PAYMENTS', method: 'chat.postMessage', error: 'invalid_blocks', times: 2 });
    await notifier.control('faults', { channel: 'C0PAYMENTS', method: 'chat.postMessage', error: 'msg_too_long', times: 2 });
    await notifier.sendAll(burst(40, 'C0PAYMENTS', () => ({ comment: 'of one kind' })));
    await eventually(() => isAllSettled('C0PAYMENTS', 41), { timeout: 60_000 });
    const { failed = 0, posted = 0, suppressed = 0 } = await states('C0PAYMENTS');
    const split = await notifier.database.query(`select 1 from notifier.ledger where destination_id = 'C0PAYMENTS' and error->>'code' = 'split'`);
    expect(split.length).toBeGreaterThanOrEqual(1);
    expect(suppressed).toBe(split.length);
    expect(failed).toBeLessThanOrEqual(1);
    expect(posted).toBeGreaterThanOrEqual(39);
    expect((await notifier.call<{ balanced: boolean }>('GET', '/v1/deliveries/summary')).body).toMatchObject({ balanced: true });
  }, 90_000);

  describe('that only counts what may not be told there any more, since the leak guard grew stricter,', () => {
    async function guarded(categories: readonly string[]): Promise<void> {
      const { unconfirmed, retentionDays, leakGuard: { shared, public: { severities } } } = (await notifier.call<DeliverySettings>('GET', '/v1/settings/delivery')).body;
      await notifier.call('PUT', '/v1/settings/delivery', { body: { unconfirmed, retentionDays, leakGuard: { shared, public: { severities, categories } } } });
    }

    /** @returns the ids of a digest that names no secret, and of the secrets that it counts, once it is in this state */
    async function counted(comment: string, state: string): Promise<{ digest: string; secrets: string[] }> {
      await guarded(CATEGORIES);
      const of = (n: number): Partial<SendToSlack> => ({ comment, issues: [anIssue({ id: `${comment}-${n}`, severity: 'low', category: n < 50 ? 'code' : 'secret', cvss: n < 50 ? 5 : 1 })] });
      const secrets = (await notifier.sendAll(burst(60, 'C0SECALERT', of))).slice(50);
      const digest = await eventually(async () => {
        const [row] = await notifier.database.query<{ delivery_id: string; named: string }>(`select delivery_id, command->'digest'->>'sections' as named from notifier.ledger where command->>'comment' = $1 and kind = 'digest' and state = $2 and attempt > 0`, [comment, state]);
        return row;
      }, { timeout: 60_000 });
      expect(digest.named).not.toContain('"secret"');
      await guarded(CATEGORIES.filter((category) => category !== 'secret'));
      return { digest: digest.delivery_id, secrets };
    }

    test('is not posted: what may be told there is told without the rest', async () => {
      await notifier.control('faults', { channel: 'C0SECALERT', method: 'chat.postMessage', error: 'ratelimited', status: 429, retryAfter: 4, times: 50 });
      const { secrets } = await counted('not yet posted', 'waiting');
      await notifier.control('faults', { reset: true });
      for (const id of secrets) expect(await notifier.settled(id, 60_000)).toMatchObject({ state: 'suppressed', error: { code: 'leak_guard' } });
      await eventually(async () => ((await states('C0SECALERT')).waiting ?? 0) === 0, { timeout: 60_000 });
    }, 150_000);

    test('is not sent again', async () => {
      const { digest } = await counted('posted', 'posted');
      const { body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/deliveries/${digest}/replay`, { body: { force: true } });
      expect(await notifier.settled(body.deliveryId, 60_000)).toMatchObject({ state: 'suppressed', error: { code: 'leak_guard' } });
    }, 150_000);
  });

  test('that waits lets one of its messages be cancelled alone; cancelled itself, it takes the others with it', async () => {
    await notifier.control('faults', { channel: 'C0SECINTER', method: 'chat.postMessage', error: 'ratelimited', status: 429, retryAfter: 30, times: 50 });
    await notifier.sendAll(burst(60, 'C0SECINTER'));
    const digest = await eventually(async () => {
      const [row] = await notifier.database.query<{ delivery_id: string }>(`select delivery_id from notifier.ledger where destination_id = 'C0SECINTER' and kind = 'digest' and state = 'waiting' and attempt > 0`); // Slack was asked, and wants it later
      return row?.delivery_id ?? false;
    }, { timeout: 60_000 });
    const [one, other] = await notifier.database.query<{ delivery_id: string }>(`select delivery_id from notifier.ledger where digest_id = $1 limit 2`, [digest]);
    expect(await notifier.call('POST', `/v1/deliveries/${one?.delivery_id ?? ''}/cancel`)).toMatchObject({ status: 200, body: { state: 'suppressed', error: { code: 'cancelled' } } });
    expect(await notifier.call('POST', `/v1/deliveries/${one?.delivery_id ?? ''}/replay`)).toMatchObject({ status: 202 });
    expect(await notifier.call('POST', `/v1/deliveries/${digest}/cancel`)).toMatchObject({ status: 200 });
    expect(await notifier.settled(other?.delivery_id ?? '')).toMatchObject({ state: 'suppressed', digestId: digest, error: { code: 'cancelled' } });
  }, 90_000);

  test('of several workflows is stopped workflow by workflow: cancelled or paused ones are not told, and counts agree', async () => {
    await notifier.control('faults', { channel: 'C0PAYMENTS', method: 'chat.postMessage', error: 'ratelimited', status: 429, retryAfter: 8, times: 50 });
    await notifier.sendAll(burst(60, 'C0PAYMENTS', (n) => ({ comment: 'of three workflows', source: { ...BY_WORKFLOW, workflowId: ['a', 'b', 'c'][n % 3] ?? '' } })));
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.ledger where destination_id = 'C0PAYMENTS' and kind = 'digest' and state = 'waiting' and attempt > 0`)).length > 0, { timeout: 60_000 });
    const waiting = async (workflowId: string): Promise<number> => (await notifier.call<{ byState: Record<string, number> }>('GET', `/v1/deliveries/counts?workflowId=${workflowId}`)).body.byState['waiting'] ?? 0;
    const told = await waiting('b');
    const { body: { cancelled } } = await notifier.call<{ cancelled: number }>('POST', '/v1/deliveries/cancel', { body: { filter: { workflowId: ['b'] } } });
    expect([cancelled > 0, cancelled]).toEqual([true, told]);
    expect(await waiting('b')).toBe(0);
    const { body: paused } = await notifier.call<{ waiting: number }>('POST', '/v1/deliveries/pause', { body: { workflowId: 'c' } });
    expect(paused.waiting).toBe(await waiting('c'));
    await notifier.control('faults', { reset: true });
    await eventually(async () => (await waiting('a')) === 0, { timeout: 60_000 });
    expect(await waiting('c')).toBe(paused.waiting);
    expect((await notifier.call<{ balanced: boolean }>('GET', '/v1/deliveries/summary')).body).toMatchObject({ balanced: true });
    await notifier.call('POST', '/v1/deliveries/resume', { body: { workflowId: 'c' } });
    await eventually(async () => (await waiting('c')) === 0, { timeout: 60_000 });
  }, 150_000);
});
