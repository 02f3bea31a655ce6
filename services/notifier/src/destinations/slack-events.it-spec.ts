import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import type { ChannelReported, ConnectionChanged, Delivery, DestinationList, UsedDestinationView } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => {
  notifier = await RunningNotifier.start();
  connection = await notifier.connect();
  await eventually(async () => (await found('noa')).length > 0);
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

async function report(news: ChannelReported['news'], channel: ChannelReported['channel'], more: Partial<ChannelReported> = {}): Promise<void> {
  await notifier.publish('channel.reported.v1', connection.organizationId, { organizationId: 'acme', connectionId: connection.id, channel, news, at: new Date().toISOString(), ...more });
}

async function used(query = ''): Promise<UsedDestinationView[]> {
  const { status, body } = await notifier.call<{ items: UsedDestinationView[] }>('GET', `/v1/connections/${connection.id}/used-destinations${query}`, { roles: ['responder'] });
  expect(status).toBe(200);
  return body.items;
}

/** A destination once it is in this state. */
async function once(id: string, state: 'healthy' | 'needs_attention'): Promise<UsedDestinationView> {
  return eventually(async () => {
    const one = (await used()).find((destination) => destination.id === id);
    return one?.health.state === state && one;
  });
}

async function found(q: string): Promise<DestinationList['items']> {
  return (await notifier.call<DestinationList>('GET', `/v1/connections/${connection.id}/destinations?q=${encodeURIComponent(q)}`)).body.items;
}

async function send(destination: { id: string } | { name: string } | { email: string }, more = {}): Promise<string> {
  return notifier.send({ connectionId: connection.id, destination, ...more });
}

async function lanes(): Promise<{ destination_key: string; provisional: boolean; waiting: number }[]> {
  return notifier.database.query(`select destination_key, provisional, (select count(*)::int from notifier.deliveries d where d.lane_id = l.lane_id and d.state = 'waiting') as waiting from notifier.lanes l where connection_id = $1`, [connection.id]);
}

describe('a channel that messages go to', () => {
  test('needs attention while it is archived: what fails says what to do, what comes after it is unarchived goes', async () => {
    await notifier.settled(await send({ id: 'C0PAYMENTS' }));
    expect(await once('C0PAYMENTS', 'healthy')).toMatchObject({ kind: 'channel', name: '#payments', lastPostedAt: expect.any(String), waiting: 0 });
    await notifier.control('channels', { id: 'C0PAYMENTS', archived: true });
    await report('archived', { id: 'C0PAYMENTS' }, { at: new Date(Date.now() + 3_600_000).toISOString() }); // a clock that runs ahead is not believed
    expect(await once('C0PAYMENTS', 'needs_attention')).toMatchObject({ health: { reason: expect.stringContaining('archived'), remedy: expect.stringContaining('Unarchive'), since: expect.any(String) } });
    expect((await found('payments'))[0]).toMatchObject({ isArchived: true, canPost: false });
    expect(await notifier.settled(await send({ id: 'C0PAYMENTS' }))).toMatchObject({ state: 'failed', error: { code: 'is_archived', remedy: expect.stringMatching(/unarchive/i) } });
    await notifier.control('channels', { id: 'C0PAYMENTS', archived: false });
    await report('unarchived', { id: 'C0PAYMENTS' });
    await once('C0PAYMENTS', 'healthy');
    expect(await notifier.settled(await send({ id: 'C0PAYMENTS' }))).toMatchObject({ state: 'posted' });
  }, 30_000);

  test('that nobody told us about is known from Slack’s answer, and healthy again with the next message that arrives', async () => {
    await notifier.settled(await send({ id: 'C0GENERAL1' }));
    await notifier.control('faults', { method: 'chat.postMessage', channel: 'C0GENERAL1', error: 'restricted_action', times: 1 });
    await notifier.settled(await send({ id: 'C0GENERAL1' }));
    expect(await once('C0GENERAL1', 'needs_attention')).toMatchObject({ health: { remedy: expect.stringContaining('administrator') } });
    expect((await used('?state=needs_attention')).map(({ id }) => id)).toEqual(['C0GENERAL1']);
    expect((await used()).at(0)?.id).toBe('C0GENERAL1');
    await notifier.settled(await send({ id: 'C0GENERAL1' }));
    await once('C0GENERAL1', 'healthy');
  }, 30_000);

  test('has its new name everywhere at once, and goes on; commands by the new name find it', async () => {
    await notifier.control('channels', { id: 'C0PAYMENTS', rename: 'payments-new' });
    await report('renamed', { id: 'C0PAYMENTS', name: 'payments-new' });
    await eventually(async () => (await used()).find(({ id }) => id === 'C0PAYMENTS')?.name === '#payments-new');
    expect((await found('#payments-new')).map(({ id }) => id)).toEqual(['C0PAYMENTS']);
    for (const destination of [{ id: 'C0PAYMENTS' }, { name: '#payments-new' }]) {
      expect(await notifier.settled(await send(destination))).toMatchObject({ state: 'posted', destination: { id: 'C0PAYMENTS', name: '#payments-new' } });
    }
    expect(await notifier.settled(await send({ name: '#payments' }))).toMatchObject({ state: 'failed', error: { code: 'channel_not_found', remedy: expect.stringContaining('Check the name') } });
  }, 30_000);

  test('is lost when our app is removed from it and may not post from outside, and found again when the app joins', async () => {
    await notifier.settled(await send({ id: 'C0SECINTER' }));
    await notifier.control('channels', { id: 'C0SECINTER', member: false });
    await report('left', { id: 'C0SECINTER' });
    expect(await once('C0SECINTER', 'needs_attention')).toMatchObject({ name: '#sec-internal', health: { remedy: expect.stringContaining('/invite') } });
    expect(await found('sec-internal')).toEqual([]);
    await notifier.control('channels', { id: 'C0SECINTER', member: true });
    await report('joined', { id: 'C0SECINTER' });
    await once('C0SECINTER', 'healthy');
    await eventually(async () => (await found('sec-internal')).length === 1);
  }, 30_000);

  test('that becomes shared keeps secrets out at once; one that is shared no more lets them in when Slack says so', async () => {
    const secret = () => send({ id: 'C0SECINTER' }, { issues: [anIssue({ category: 'secret' })] });
    expect(await notifier.settled(await secret())).toMatchObject({ state: 'posted' });
    await report('shared', { id: 'C0SECINTER' });
    await eventually(async () => (await found('sec-internal'))[0]?.isShared === true);
    await notifier.control('faults', { method: 'conversations.info', error: 'internal_error' });
    expect(await notifier.settled(await secret())).toMatchObject({ state: 'suppressed', error: { code: expect.stringContaining('leak') } });
    await report('unshared', { id: 'C0SECINTER' });
    expect(await notifier.settled(await secret())).toMatchObject({ state: 'suppressed' });
    await notifier.control('faults', { reset: true });
    await report('unshared', { id: 'C0SECINTER' });
    await eventually(async () => (await found('sec-internal'))[0]?.isShared === false);
    expect(await notifier.settled(await secret())).toMatchObject({ state: 'posted' });
  }, 30_000);

  test('that gets another id is followed: commands to the old id go to the new one, and what Slack refused meanwhile goes again', async () => {
    await notifier.settled(await send({ id: 'C0EXTPARTN' }));
    const changedAt = new Date().toISOString();
    await notifier.control('faults', { method: 'chat.postMessage', channel: 'C0EXTPARTN', error: 'channel_not_found' });
    const refused = await notifier.settled(await send({ id: 'C0EXTPARTN' }));
    expect(refused).toMatchObject({ state: 'failed', error: { code: 'channel_not_found' } });
    await report('id_changed', { id: 'C0EXTPARTN' }, { newId: 'C0SECALERT', at: changedAt });
    await eventually(async () => !(await used()).some(({ id }) => id === 'C0EXTPARTN'));
    expect(await notifier.settled(await send({ id: 'C0EXTPARTN' }))).toMatchObject({ state: 'posted', destination: { id: 'C0SECALERT' }, slack: { channel: 'C0SECALERT' } });
    const again = await eventually(async () => (await notifier.call<{ items: Delivery[] }>('GET', `/v1/deliveries?replayOf=${refused.id}`)).body.items[0]);
    expect(await notifier.settled(again.id)).toMatchObject({ state: 'posted', slack: { channel: 'C0SECALERT' } });
    await report('id_changed', { id: 'C0EXTPARTN' }, { newId: 'C0SECALERT', at: changedAt });
    await notifier.control('faults', { reset: true });
  }, 30_000);

  test('is lost for good when it is deleted', async () => {
    await report('deleted', { id: 'C0PAYMENTS' });
    expect(await once('C0PAYMENTS', 'needs_attention')).toMatchObject({ name: '#payments-new', health: { reason: expect.stringContaining('deleted') } });
    expect(await found('payments-new')).toEqual([]);
  });
});

describe('the workspace', () => {
  test('a new channel can be picked at once', async () => {
    await report('created', { id: 'C0BRANDNEW', name: 'brand-new' });
    await eventually(async () => (await found('brand-new')).length === 1);
  });

  test('a person who leaves is offered no more, and who messages went to is known', async () => {
    const bob = { id: 'U0BOB00001', name: 'bob', displayName: 'Bob', realName: 'Bob Baker', email: 'bob@acme.test', isBot: false, isDeactivated: false };
    const tell = (change: object) => notifier.publish('person.reported.v1', 'acme', { organizationId: 'acme', connectionId: connection.id, person: { ...bob, ...change }, at: new Date().toISOString() });
    await notifier.settled(await send({ email: 'bob@acme.test' }));
    await tell({ displayName: 'Bobby' });
    await eventually(async () => (await used()).find(({ id }) => id === bob.id)?.name === '@Bobby');
    await tell({ isDeactivated: true });
    expect(await once(bob.id, 'needs_attention')).toMatchObject({ name: '@Bobby', health: { reason: expect.stringContaining('deactivated') } });
    expect(await found('bobby')).toEqual([]);
    await tell({});
    await once(bob.id, 'healthy');
  }, 20_000);

  test('what a sync of the directory finds archived, back or gone is known as well', async () => {
    const sync = () => notifier.call('POST', `/v1/connections/${connection.id}/directory/sync`);
    await notifier.control('channels', { id: 'C0GENERAL1', archived: true });
    await notifier.control('channels', { id: 'C0SECINTER', member: false });
    await sync();
    expect(await once('C0GENERAL1', 'needs_attention')).toMatchObject({ health: { reason: expect.stringContaining('archived') } });
    await once('C0SECINTER', 'needs_attention');
    await notifier.control('channels', { id: 'C0GENERAL1', archived: false });
    await notifier.control('channels', { id: 'C0SECINTER', member: true });
    await sync();
    await once('C0GENERAL1', 'healthy');
    await once('C0SECINTER', 'healthy');
  }, 60_000);

  test('of one organization is not told about by another: that is a dead letter', async () => {
    await notifier.publish('channel.reported.v1', 'globex', { organizationId: 'globex', connectionId: connection.id, channel: { id: 'C0SECALERT' }, news: 'archived', at: new Date().toISOString() });
    await eventually(async () => (await notifier.database.query(`select 1 from notifier.dead_letters where reason = 'foreign_connection'`)).length === 1);
    expect((await used()).find(({ id }) => id === 'C0SECALERT')?.health.state).toBe('healthy');
  });
});

describe('the destinations in use', () => {
  test('come in pages, each once', async () => {
    const all = (await used()).map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: { items: UsedDestinationView[]; nextCursor: string | null } } = await notifier.call('GET', `/v1/connections/${connection.id}/used-destinations?limit=2${cursor && `&cursor=${cursor}`}`);
      paged.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect([paged, new Set(all).size]).toEqual([all, all.length]);
  });

  test.each([
    ['another organization', '', { organization: 'globex' }, 404],
    ['who may not see connections', '', { roles: ['viewer'] }, 403],
    ['an unknown state', '?state=sick', {}, 400],
    ['a cursor that is not ours', '?cursor=abc', {}, 400],
  ])('are refused for %s', async (_, query, as, status) => {
    expect((await notifier.call('GET', `/v1/connections/${connection.id}/used-destinations${query}`, as)).status).toBe(status);
  });
});

describe('one place by several addresses', () => {
  test('is one line, in the order in which it was said, also with two replicas that resolve', async () => {
    const other = await notifier.replica();
    try {
      const posted = await notifier.settled(await send({ id: 'U0ALICE001' }));
      const direct = posted.slack?.channel ?? '';
      const ids = [];
      for (const destination of [{ email: 'alice@acme.test' }, { id: 'U0ALICE001' }, { email: 'Alice@Acme.test ' }, { id: direct }, { id: 'U0ALICE001' }]) ids.push(await send(destination));
      const settled = await Promise.all(ids.map((id) => notifier.settled(id)));
      expect(settled.map(({ state, destination, slack }) => [state, destination.id, slack?.channel])).toEqual(ids.map(() => ['posted', 'U0ALICE001', direct]));
      expect((await lanes()).filter(({ destination_key, provisional }) => !provisional && [direct, 'U0ALICE001'].includes(destination_key))).toHaveLength(1);
    } finally {
      await other.close();
    }
  }, 30_000);

  test('a direct-message channel that was not known to be a person’s joins the person’s line as soon as it is', async () => {
    const direct = (await notifier.settled(await send({ id: 'U0NOA00001' }))).slack?.channel ?? '';
    await notifier.database.query('delete from notifier.direct_messages where channel_id = $1', [direct]);
    expect(await notifier.settled(await send({ id: direct }))).toMatchObject({ state: 'posted', destination: { id: direct } });
    await notifier.settled(await send({ id: 'U0NOA00001' }));
    await eventually(async () => (await lanes()).find(({ destination_key }) => destination_key === direct)?.provisional);
    const { body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/connections/${connection.id}/test-messages`, { body: { destination: { id: direct } }, headers: { 'idempotency-key': uuid() } });
    expect(await notifier.settled(body.deliveryId)).toMatchObject({ state: 'posted', destination: { id: 'U0NOA00001' }, slack: { channel: direct } });
    expect((await used()).some(({ id }) => id === direct)).toBe(false);
  }, 30_000);
});
