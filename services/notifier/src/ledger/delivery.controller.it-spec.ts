import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { AcceptedReplay, AuditEntry, ConnectionChanged, Delivery, DeliverySummary, Problem } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

interface Items<T> {
  items: T[];
  nextCursor: string | null;
}

let notifier: RunningNotifier;
let connection: ConnectionChanged;

beforeAll(async () => { notifier = await RunningNotifier.start(); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  await notifier.clear();
  notifier.peers.connections.clear();
  notifier.peers.commands.clear();
  connection = await notifier.connect();
});

/** A message that waits until its connection is resumed. */
async function waiting(): Promise<string> {
  const paused = await notifier.connect({ paused: true });
  const id = await notifier.send({ connectionId: paused.id, destination: { id: 'C0SECALERT' } });
  await eventually(async () => (await notifier.delivery(id)).state === 'waiting');
  return id;
}

async function summary(organization = 'acme'): Promise<DeliverySummary> {
  return (await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary', { organization })).body;
}

async function ids(query: string): Promise<string[]> {
  const { status, body } = await notifier.call<Items<Delivery>>('GET', `/v1/deliveries?${query}`);
  expect(status).toBe(200);
  return body.items.map(({ id }) => id).sort();
}

describe('a delivery', () => {
  test('is there from the moment that its command was accepted, before it has arrived', async () => {
    const accepted: Partial<Delivery> = { id: 'on-its-way', state: 'accepted', version: 0, organizationId: 'acme', createdAt: '2026-11-25T08:00:00.000Z' };
    notifier.peers.commands.set('on-its-way', accepted as Delivery);
    const { status, body } = await notifier.call<Delivery>('GET', '/v1/deliveries/on-its-way');
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'accepted', timeline: [{ kind: 'accepted' }] });
    for (const action of ['cancel', 'replay', 'retract']) {
      expect(await notifier.call('POST', `/v1/deliveries/on-its-way/${action}`, { body: {} })).toMatchObject({ status: 409, body: { detail: 'The command has not arrived yet.' } });
    }
  });

  test('is listed by any number of ids, and never by a time that there is not', async () => {
    const id = await waiting();
    expect(await ids(['unheard-of', id, ...Array.from({ length: 40 }, (_, index) => `other-${index}`)].map((one) => `id=${one}`).join('&'))).toEqual([id]);
    for (const query of ['after=2026-02-30', 'after=2026-11', 'before=2026-W48', `cursor=${Buffer.from('["2026-02-31 00:00:00+00","x"]').toString('base64url')}`]) {
      expect((await notifier.call('GET', `/v1/deliveries?${query}`)).status).toBe(400);
    }
  });

  test('that nobody knows is a 404, and so is that of another organization', async () => {
    const id = await waiting();
    expect((await notifier.call('GET', '/v1/deliveries/unheard-of')).status).toBe(404);
    for (const [method, path] of [['GET', id], ['POST', `${id}/cancel`], ['POST', `${id}/replay`]] as const) {
      expect((await notifier.call(method, `/v1/deliveries/${path}`, { organization: 'globex', ...(method === 'POST' && { body: {} }) })).status).toBe(404);
    }
  });

  test('is not said to be unknown while issues cannot be asked', async () => {
    notifier.peers.away = true;
    const { status } = await notifier.call('GET', '/v1/deliveries/on-its-way');
    notifier.peers.away = false;
    expect(status).toBe(503);
  });
});

describe('the list', () => {
  test('shows what the filters name, alone and together', async () => {
    const [one, other] = [anIssue({ title: 'Log4Shell in "the" gateway \\ proxy' }), anIssue()];
    const posted = await notifier.send({ connectionId: connection.id, destination: { name: '#general' }, issues: [one], comment: 'Please read' });
    const failed = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' }, issues: [other], source: { kind: 'workflow', workflowId: 'w7', version: 1, stepId: 's' } });
    const late = await notifier.send({ connectionId: connection.id, destination: { id: 'U0BOB00001' }, issues: [one, other], source: { kind: 'test', user: 'ada' } });
    for (const id of [posted, failed, late]) await notifier.settled(id);
    const all = [posted, failed, late].sort();
    for (const [query, expected] of [
      ['', all],
      ['state=posted', [posted, late]],
      ['state=posted,failed', all],
      ['state=failed&state=posted', all],
      [`connectionId=${connection.id}`, all],
      ['connectionId=another', []],
      ['destination=C0GENERAL1', [posted]],
      ['destination=%23general', [posted]],
      ['destination=%23nowhere', [failed]],
      [`issueId=${one.id}`, [posted, late]],
      [`issueId=${one.id}&state=posted&destination=general`, [posted]],
      ['workflowId=w7', [failed]],
      ['source=test,workflow', [failed, late]],
      ['q=log4shell', [posted, late]],
      [`q=${encodeURIComponent('"The" gateway \\')}`, [posted, late]],
      ['q=please%20READ', [posted]],
      ['q=read%22%2C%20%22sql', []],
      ['destination=bob', [late]],
      ['destination=@BOB,nowhere', [failed, late]],
      [`q=${failed}`, [failed]],
      ['after=2020-01-01T00:00:00Z', all],
      ['before=2020-01-01T00:00:00Z', []],
      ['changedBefore=2020-01-01T00:00:00Z', []],
      ['changedBefore=2100-01-01T00:00:00Z', all],
      [`exceptIds=${posted},${late}`, [failed]],
    ] as const) {
      expect({ query, ids: await ids(query) }).toEqual({ query, ids: [...expected].sort() });
    }
    expect((await notifier.call<Items<Delivery>>('GET', '/v1/deliveries', { organization: 'globex' })).body.items).toEqual([]);
  }, 30_000);

  test('of what was accepted after or before a time that a delivery tells leaves that delivery out', async () => {
    const send = (): Promise<string> => notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } });
    const [earlier, named, later] = [await send(), await send(), await send()];
    for (const [id, at] of [[earlier, '10:00:00.122999'], [named, '10:00:00.123456'], [later, '10:00:00.124']] as const) {
      await notifier.settled(id);
      await notifier.database.query(`update notifier.commands set created_at = $2::timestamptz where delivery_id = $1`, [id, `2026-11-24T${at}Z`]);
    }
    const { createdAt } = await notifier.delivery(named);
    expect([createdAt, await ids(`after=${createdAt}`), await ids(`before=${createdAt}`)]).toEqual(['2026-11-24T10:00:00.123Z', [later], [earlier]]);
  });

  test('comes in pages, newest first, each delivery once', async () => {
    const sent: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      sent.unshift(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }));
      await notifier.settled(sent[0] ?? '');
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: Items<Delivery> } = await notifier.call('GET', `/v1/deliveries?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(sent);
  }, 20_000);

  test.each([
    ['an unknown filter', 'colour=red', 'colour'],
    ['a state that does not exist', 'state=lost', 'state'],
    ['a broken cursor', 'cursor=x', 'cursor'],
    ['a cursor that was made up', `cursor=${Buffer.from('["x","y"]').toString('base64url')}`, 'cursor'],
    ['a time that is none', 'after=yesterday', 'after'],
    ['a limit beyond 200', 'limit=201', 'limit'],
  ])('refuses %s', async (_, query, parameter) => {
    const { status, body } = await notifier.call<Problem>('GET', `/v1/deliveries?${query}`);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.parameter).toBe(parameter);
  });
});

test.each(['id', 'connectionId', 'destination', 'issueId', 'workflowId', 'code', 'digestId', 'replayOf', 'exceptIds', 'q'])('the list and the stream refuse alike a %s that no text may be', async (parameter) => {
  for (const path of ['/v1/deliveries', '/v1/deliveries/stream']) {
    const { status, body } = await notifier.call<Problem>('GET', `${path}?${parameter}=a%00`);
    expect([path, status, body.errors]).toEqual([path, 400, [expect.objectContaining({ code: 'unstorable_text' })]]);
  }
});

describe('the summary', () => {
  test('of all organizations together is for operators, who belong to none; each look is audited', async () => {
    const rival = await notifier.connect({ organizationId: 'globex' });
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } });
    await notifier.send({ connectionId: rival.id, organizationId: 'globex', destination: { id: 'C0SECALERT' } });
    await notifier.settled(id);
    notifier.peers.inTransit = 3;
    const all = await eventually(async () => {
      const { status, body } = await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary', { organization: '', roles: ['operator'] });
      return status === 200 && body.byState.posted === 2 && body;
    });
    notifier.peers.inTransit = 0;
    expect(all).toMatchObject({ accepted: 5, inTransit: 3, balanced: true });
    expect((await summary()).accepted).toBe(1);
    expect(await notifier.database.query(`select distinct organization_id, actor, target from notifier.audit where action = 'deliveries.counted'`)).toEqual([
      { organization_id: '', actor: { kind: 'user', id: 'noa@acme.test' }, target: { kind: 'deliveries', id: 'all' } },
    ]);
  });

  test('is nobody’s who belongs to no organization and is no operator', async () => {
    expect(await notifier.call('GET', '/v1/deliveries/summary', { organization: '' })).toMatchObject({ status: 403, body: { type: 'urn:tocsin:problem:organization_missing' } });
  });

  test('balances: what was accepted is the sum over the states, and what is in transit counts as accepted', async () => {
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }));
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' } }));
    await waiting();
    notifier.peers.inTransit = 4;
    const { byState, ...counts } = await summary();
    notifier.peers.inTransit = 0;
    expect(counts).toEqual({ accepted: 7, inTransit: 4, balanced: true });
    expect(byState).toEqual({ accepted: 4, waiting: 1, posting: 0, posted: 1, failed: 1, dead: 0, suppressed: 0, unconfirmed: 0 });
    expect(await summary('globex')).toMatchObject({ accepted: 0, balanced: true });
  });

  test('does not balance when a delivery is gone', async () => {
    await notifier.settled(await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } }));
    await notifier.database.query('delete from notifier.deliveries');
    expect(await summary()).toMatchObject({ accepted: 1, balanced: false });
  });

  test('says what it could not count while issues is away', async () => {
    notifier.peers.away = true;
    expect(await summary()).toMatchObject({ balanced: true, incomplete: expect.stringContaining('issues') });
    notifier.peers.away = false;
  });
});

describe('cancelling', () => {
  test('ends a delivery that waits as suppressed, and is in the audit log', async () => {
    const id = await waiting();
    const { status, body } = await notifier.call<Delivery>('POST', `/v1/deliveries/${id}/cancel`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, state: 'suppressed', error: { code: 'cancelled' }, settledAt: expect.any(String) });
    const { body: audit } = await notifier.call<Items<AuditEntry>>('GET', '/v1/audit');
    expect(audit.items).toMatchObject([{ action: 'delivery.cancelled', actor: { kind: 'user', id: 'noa@acme.test' }, target: { kind: 'delivery', id } }]);
    expect((await notifier.call('POST', `/v1/deliveries/${id}/cancel`)).status).toBe(409);
  });

  test('of what was posted is a conflict', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } });
    await notifier.settled(id);
    const { status, body } = await notifier.call<Problem>('POST', `/v1/deliveries/${id}/cancel`);
    expect(status).toBe(409);
    expect(body.detail).toContain('posted');
  });

  test('of what is told by a digest that does not wait any more is a conflict that names the digest', async () => {
    const [id, digest] = [await waiting(), await waiting()];
    await notifier.database.query('update notifier.deliveries set digest_id = $1 where delivery_id = $2', [digest, id]);
    await notifier.database.query(`update notifier.deliveries set state = 'posted' where delivery_id = $1`, [digest]);
    const { status, body } = await notifier.call<Problem>('POST', `/v1/deliveries/${id}/cancel`);
    expect([status, body.detail]).toEqual([409, expect.stringContaining(digest)]);
    expect((await notifier.delivery(id)).state).toBe('waiting');
  });

  test('needs the permission', async () => {
    expect((await notifier.call('POST', '/v1/deliveries/any/cancel', { roles: ['viewer'] })).status).toBe(403);
  });
});

describe('replaying', () => {
  test('sends a failed message again, elsewhere if told so, and links the two', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' }, comment: 'second try' });
    await notifier.settled(id);
    const { status, body } = await notifier.call<AcceptedReplay>('POST', `/v1/deliveries/${id}/replay`, { body: { destination: { id: 'C0GENERAL1' }, reason: 'wrong channel' } });
    expect(status).toBe(202);
    expect(body).toEqual({ deliveryId: expect.any(String), replayOf: id });
    expect((await notifier.delivery(id)).timeline?.at(-1)).toMatchObject({ kind: 'replayed', text: `Replayed by noa@acme.test as ${body.deliveryId}: wrong channel` });
    const again = await notifier.settled(body.deliveryId);
    expect(again).toMatchObject({ state: 'posted', replayOf: id, slack: { channel: 'C0GENERAL1' } });
    expect(JSON.stringify(await notifier.messages('C0GENERAL1'))).toContain('second try');
    expect(await summary()).toMatchObject({ accepted: 2, balanced: true });
    const { body: audit } = await notifier.call<Items<AuditEntry>>('GET', '/v1/audit');
    expect(audit.items).toMatchObject([{ action: 'delivery.replayed', target: { id }, after: { deliveryId: body.deliveryId, reason: 'wrong channel' } }]);
  });

  test('leaves a trace by which the repetition is found, and what was dealt with is told from what was not', async () => {
    const send = () => notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' } });
    const [dealtWith, left] = [await send(), await send()];
    await notifier.settled(dealtWith);
    await notifier.settled(left);
    const { body } = await notifier.call<AcceptedReplay>('POST', `/v1/deliveries/${dealtWith}/replay`, { body: { destination: { id: 'C0GENERAL1' } } });
    const both = `id=${dealtWith},${left}`;
    expect(await ids(`replayOf=${dealtWith},${left}`)).toEqual([body.deliveryId]);
    expect(await ids(`${both}&replayed=true`)).toEqual([dealtWith]);
    expect(await ids(`${both}&replayed=false`)).toEqual([left]);
  });

  test('of what was posted needs force', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' } });
    await notifier.settled(id);
    expect((await notifier.call('POST', `/v1/deliveries/${id}/replay`, { body: {} })).status).toBe(409);
    const { status, body } = await notifier.call<AcceptedReplay>('POST', `/v1/deliveries/${id}/replay`, { body: { force: true } });
    expect(status).toBe(202);
    expect(await notifier.settled(body.deliveryId)).toMatchObject({ state: 'posted' });
  });

  test('of what is under way is a conflict', async () => {
    expect((await notifier.call('POST', `/v1/deliveries/${await waiting()}/replay`, { body: { force: true } })).status).toBe(409);
  });

  test('of what a replay posted already needs force, and names that', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' } });
    await notifier.settled(id);
    const again = (body: object) => notifier.call<AcceptedReplay & Problem>('POST', `/v1/deliveries/${id}/replay`, { body: { destination: { id: 'C0GENERAL1' }, ...body } });
    const first = (await again({})).body.deliveryId;
    await notifier.settled(first);
    const { status, body } = await again({});
    expect([status, body]).toEqual([409, expect.objectContaining({ type: 'urn:tocsin:problem:sent_already', deliveryId: first, detail: expect.stringContaining(first) })]);
    expect((await again({ force: true })).status).toBe(202);
  });

  test('with one Idempotency-Key sends once', async () => {
    const id = await notifier.send({ connectionId: connection.id, destination: { name: '#nowhere' } });
    await notifier.settled(id);
    const replay = () => notifier.call<AcceptedReplay>('POST', `/v1/deliveries/${id}/replay`, { body: { destination: { id: 'C0GENERAL1' } }, headers: { 'idempotency-key': 'k1' } });
    const [first, second] = await Promise.all([replay(), replay()]);
    expect(second.body).toEqual(first.body);
    expect(await summary()).toMatchObject({ accepted: 2 });
  });
});

describe('a test message', () => {
  test('goes the real way and names who asked for it', async () => {
    const { status, body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/connections/${connection.id}/test-messages`, { body: { destination: { name: '#sec-alerts' } } });
    expect(status).toBe(202);
    const delivery = await notifier.settled(body.deliveryId);
    expect(delivery).toMatchObject({ state: 'posted', source: { kind: 'test', user: 'noa@acme.test' }, issueCount: 0, priority: 0 });
    const message = (await notifier.messages('C0SECALERT')).find(({ ts }) => ts === delivery.slack?.ts);
    expect(message?.text).toContain('Test message');
    expect((await notifier.call<Items<AuditEntry>>('GET', '/v1/audit')).body.items).toMatchObject([{ action: 'test-message.sent', target: { kind: 'connection', id: connection.id } }]);
  });

  test('goes to oneself, by the address of one’s account', async () => {
    const { body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/connections/${connection.id}/test-messages`, { body: { destination: { email: 'noa@acme.test' } } });
    const delivery = await notifier.settled(body.deliveryId);
    expect(delivery).toMatchObject({ state: 'posted', destination: { id: 'U0NOA00001', kind: 'user' }, source: { kind: 'test', user: 'noa@acme.test' }, slack: { channel: expect.stringMatching(/^D/) } });
    expect(await notifier.posts(delivery.id, delivery.slack?.channel ?? '')).toBe(1);
  });

  test.each([
    ['a channel that nobody has', { name: '#no-such-channel' }, 'channel_not_found'],
    ['a channel that is archived', { id: 'C0OLDTEAM1' }, 'is_archived'],
    ['an address of nobody', { email: 'nobody@acme.test' }, 'users_not_found'],
  ])('to %s fails and says what to do', async (_, destination, code) => {
    const { status, body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/connections/${connection.id}/test-messages`, { body: { destination } });
    expect(status).toBe(202);
    expect(await notifier.settled(body.deliveryId)).toMatchObject({ state: 'failed', error: { code, message: expect.any(String), remedy: expect.stringMatching(/[a-z]/) } });
  }, 20_000);

  test('of a paused connection waits, says why, and goes when it is resumed', async () => {
    const paused = await notifier.connect({ paused: true });
    await eventually(async () => (await notifier.call('GET', `/v1/connections/${paused.id}/directory`)).status === 200);
    const { body } = await notifier.call<{ deliveryId: string }>('POST', `/v1/connections/${paused.id}/test-messages`, { body: { destination: { id: 'C0SECALERT' } } });
    expect(await notifier.delivery(body.deliveryId)).toMatchObject({ state: 'waiting', waitingFor: { reason: expect.stringContaining('paused') } });
    await notifier.connect({ id: paused.id, version: 2 });
    expect(await notifier.settled(body.deliveryId)).toMatchObject({ state: 'posted', attempts: 1 });
  });

  test('with one Idempotency-Key is sent once', async () => {
    const headers = { 'idempotency-key': `test-${connection.id}` };
    const send = (id: string) => notifier.call<{ deliveryId: string }>('POST', `/v1/connections/${connection.id}/test-messages`, { headers, body: { destination: { id } } });
    const twice = await Promise.all([send('C0SECALERT'), send('C0SECALERT')]);
    const again = await send('C0SECALERT');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(new Set([...twice, again].filter(({ status }) => status === 202).map(({ body }) => body.deliveryId)).size).toBe(1);
    expect((await send('C0GENERAL1')).status).toBe(409);
    await notifier.settled(again.body.deliveryId);
    expect([await summary(), await notifier.posts(again.body.deliveryId, 'C0SECALERT')]).toMatchObject([{ accepted: 1 }, 1]);
  });

  test.each([
    ['a connection of another organization', 'globex', ['admin'], { destination: { id: 'C0GENERAL1' } }, 404],
    ['a caller who may only send issues', 'acme', ['responder'], { destination: { id: 'C0GENERAL1' } }, 403],
    ['a destination of no known form', 'acme', ['admin'], { destination: { id: 'general' } }, 400],
    ['an unknown field', 'acme', ['admin'], { destination: { id: 'C0GENERAL1' }, text: 'hi' }, 400],
  ])('is refused for %s', async (_, organization, roles, body, expected) => {
    const { status } = await notifier.call('POST', `/v1/connections/${connection.id}/test-messages`, { organization, roles, body });
    expect(status).toBe(expected);
    expect(await summary()).toMatchObject({ accepted: 0 });
  });
});
