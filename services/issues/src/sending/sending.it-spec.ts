import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { AuditEntry, Delivery, MessagePreview, Problem, SendToSlack } from '@tocsin/contracts';
import { createLogger, InternalClient, openDatabase } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';
import type { Issue } from '@tocsin/domain';

import { RunningIssues, type Caller } from '../../test/running-issues.js';
import { CommandRepository } from './command.repository.js';
import { RetirementJob } from './retirement.job.js';

interface Items<T> {
  items: T[];
}

const CONNECTION = 'connection-of-acme';

let issues: RunningIssues;
let noa: Caller;
let ids: string[];

beforeAll(async () => {
  issues = await RunningIssues.start();
  noa = await issues.as('noa@acme.test');
  await issues.bus.deliver('connection.changed.v1', 'acme', aConnection(CONNECTION, 'acme'));
  await issues.bus.deliver('connection.changed.v1', 'rival', aConnection('connection-of-rival', 'rival'));
  for (const fingerprint of ['a', 'b', 'c']) {
    await issues.bus.deliver('issue.reported.v1', 'acme', { title: `Issue ${fingerprint}`, severity: 'high', application: 'payments', fingerprint, description: 'é'.repeat(20_000) });
  }
  ids = (await noa.get<Items<Issue>>('/v1/issues?sort=title')).body.items.map(({ id }) => id);
}, 60_000);

afterAll(() => issues.stop(), 30_000);

function aConnection(id: string, organizationId: string, overrides: object = {}): object {
  const now = new Date().toISOString();
  return {
    id, organizationId, method: 'token', workspace: { id: 'T1', name: 'Acme', url: 'https://acme.slack.com' }, bot: { userId: 'U0BOT00000', name: 'tocsin' }, scopes: [], missingScopes: [],
    paused: false, version: 1, credentialVersion: 1, health: { state: 'connected', since: now }, token: { hint: 'acme', updatedAt: now }, createdAt: now, ...overrides,
  };
}

const order = { connectionId: CONNECTION, destination: { name: '#sec-alerts' } };

function send(id: string, body: object = order, headers?: Record<string, string>): ReturnType<typeof noa.post<{ deliveryId: string }>> {
  return noa.post(`/v1/issues/${id}/slack-messages`, body, headers);
}

/** The trace context of a command's message. */
async function traceOf(deliveryId: string): Promise<string | undefined> {
  return (await eventually(() => issues.bus.said.find(({ type, body }) => type === 'slack.send.v1' && body.includes(deliveryId)))).headers?.traceparent;
}

function commands(): SendToSlack[] {
  return issues.bus.dataOf<SendToSlack>('slack.send.v1');
}

async function commandOf(deliveryId: string): Promise<SendToSlack> {
  return eventually(() => commands().find(({ commandId }) => commandId === deliveryId));
}

function internal(): InternalClient {
  return new InternalClient('notifier', { connector: issues.url, issues: issues.url, workflows: issues.url, notifier: issues.url }, issues.serviceSecret);
}

describe('send to Slack, by hand', () => {
  test('is answered at once and goes over the bus as a command with the issue, the comment and who said so', async () => {
    const { status, body } = await send(ids[0] ?? '', { ...order, comment: 'Please look.' });
    expect(status).toBe(202);
    expect(await commandOf(body.deliveryId)).toMatchObject({
      organizationId: 'acme', connectionId: CONNECTION, destination: { name: '#sec-alerts' }, comment: 'Please look.', priority: 0,
      source: { kind: 'manual', user: 'noa@acme.test' }, issues: [{ id: ids[0], title: 'Issue a' }],
    });
    const audit = (await noa.get<Items<AuditEntry>>('/v1/audit')).body.items;
    expect(audit).toContainEqual(expect.objectContaining({ action: 'issue.sent', actor: { kind: 'user', id: 'noa@acme.test' }, target: { kind: 'delivery', id: body.deliveryId } }));
  });

  test('sends several issues as one command, in the order that was picked', async () => {
    const { body } = await noa.post<{ deliveryId: string }>('/v1/slack-messages', { ...order, issueIds: [ids[2], ids[0]] });
    expect((await commandOf(body.deliveryId)).issues.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
  });

  test('carries an issue as a snapshot of at most 8 kB, however long its texts are', async () => {
    const { body } = await send(ids[1] ?? '');
    const [snapshot] = (await commandOf(body.deliveryId)).issues;
    expect(Buffer.byteLength(JSON.stringify(snapshot))).toBeLessThanOrEqual(8000);
    expect(snapshot?.description).toMatch(/^é+…$/);
  });

  test('more than one message can carry is refused, not accepted and lost', async () => {
    const odd = '\u0001'; // six bytes in JSON
    for (let n = 0; n < 50; n += 1) await issues.bus.deliver('issue.reported.v1', 'acme', { title: odd.repeat(1000), severity: 'low', application: odd.repeat(190), fingerprint: `${odd.repeat(500)}${n}`, rule: odd.repeat(500), location: { path: odd.repeat(2000) } });
    const found = (await noa.get<Items<Issue>>(`/v1/issues?limit=50&application=${encodeURIComponent(odd.repeat(190))}`)).body.items;
    const answer = await noa.post<Problem>('/v1/slack-messages', { ...order, issueIds: found.map(({ id }) => id) });
    expect([found.length, answer.status, answer.body]).toMatchObject([50, 422, { errors: [{ pointer: '/issueIds', code: 'too_much' }] }]);
    expect((await noa.post('/v1/slack-messages', { ...order, issueIds: found.slice(0, 20).map(({ id }) => id) })).status).toBe(202);
  });

  test('goes on with the trace of the request', async () => {
    const { body } = await send(ids[0] ?? '', order, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    expect(await traceOf(body.deliveryId)).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
  });

  test('a double click, and any retry, sends once', async () => {
    const headers = { 'idempotency-key': 'one-dialog' };
    const answers = await Promise.all([1, 2, 3].map(() => send(ids[0] ?? '', { ...order, comment: 'once' }, headers)));
    const [first] = answers;
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.deliveryId)).size).toBe(1);
    expect(answers.filter(({ headers: answered }) => answered.get('idempotency-replayed') === 'true')).toHaveLength(2);
    await commandOf(first?.body.deliveryId ?? '');
    expect(commands().filter(({ comment }) => comment === 'once')).toHaveLength(1);
    expect((await send(ids[0] ?? '', { ...order, comment: 'another' }, headers)).status).toBe(409);
  });

  test('leaves neither command nor message when its transaction fails', async () => {
    await issues.database.query(`alter table issues.audit add constraint refuse_sends check (action <> 'issue.sent') not valid`);
    try {
      const before = await issues.database.query('select id from issues.commands');
      expect((await send(ids[0] ?? '', { ...order, comment: 'never' })).status).toBe(500);
      expect(await issues.database.query('select id from issues.commands')).toEqual(before);
      expect(await issues.database.query(`select 1 from issues.outbox where type = 'slack.send.v1'`)).toEqual([]);
    } finally {
      await issues.database.query('alter table issues.audit drop constraint refuse_sends');
    }
    const { body } = await send(ids[0] ?? '');
    await commandOf(body.deliveryId);
    expect(commands().filter(({ comment }) => comment === 'never')).toEqual([]);
  });

  test.each([
    ['an unknown field', { colour: 'red' }, '/colour'],
    ['a comment that is too long', { comment: 'x'.repeat(2001) }, '/comment'],
    ['a destination of no known form', { destination: { channel: 'C1' } }, '/destination'],
    ['no connection', { connectionId: undefined }, '/connectionId'],
    ['an option that is none', { options: { loud: true } }, '/options/loud'],
  ])('with %s is refused with its place', async (_, change, pointer) => {
    const { status, body } = (await send(ids[0] ?? '', { ...order, ...change })) as unknown as { status: number; body: Problem };
    expect(status).toBe(400);
    expect(body.errors?.map((place) => place.pointer)).toContain(pointer);
  });

  test.each([
    ['an issue that is not there', (): Promise<{ status: number; body: unknown }> => send('0198f000-0000-7000-8000-000000000000'), 404],
    ['an issue twice', (): Promise<{ status: number; body: unknown }> => noa.post('/v1/slack-messages', { ...order, issueIds: [ids[0], ids[0]] }), 400],
    ['one of several that is not there', (): Promise<{ status: number; body: unknown }> => noa.post('/v1/slack-messages', { ...order, issueIds: [ids[0], 'nope'] }), 404],
  ])('of %s is refused', async (_, attempt, status) => {
    expect((await attempt()).status).toBe(status);
  });

  test('through a connection that is not ours is refused, whether it exists or not', async () => {
    for (const connectionId of ['connection-of-rival', 'no-such-connection', '.', '..', '\0', 'a\ud800']) {
      const { status, body } = (await send(ids[0] ?? '', { ...order, connectionId })) as unknown as { status: number; body: Problem };
      expect([status, body.errors?.[0]?.pointer, body.detail]).toEqual([404, '/connectionId', `There is no connection "${connectionId}" in your organization.`]);
    }
  });

  test('through a connection that we have not heard of asks connector', async () => {
    issues.connector.connections.set('connection-just-made', aConnection('connection-just-made', 'acme'));
    expect((await send(ids[0] ?? '', { ...order, connectionId: 'connection-just-made' })).status).toBe(202);
  });

  test('through a workspace that was disconnected is refused with the way out', async () => {
    await issues.bus.deliver('connection.changed.v1', 'acme', aConnection('connection-gone', 'acme', { disconnected: true, version: 2 }));
    await issues.bus.deliver('connection.changed.v1', 'acme', aConnection('connection-gone', 'acme', { version: 1 }));
    expect((await send(ids[0] ?? '', { ...order, connectionId: 'connection-gone' })).status).toBe(409);
  });

  test('is answered as the first time, whatever has happened to the workspace since', async () => {
    await issues.bus.deliver('connection.changed.v1', 'acme', aConnection('connection-going', 'acme'));
    const again = () => send(ids[0] ?? '', { ...order, connectionId: 'connection-going' }, { 'idempotency-key': 'before-it-went' });
    const first = await again();
    await issues.bus.deliver('connection.changed.v1', 'acme', aConnection('connection-going', 'acme', { disconnected: true, version: 2 }));
    const second = await again();
    expect([second.status, second.body, second.headers.get('idempotency-replayed')]).toEqual([202, first.body, 'true']);
  });

  test('another organization cannot send our issues', async () => {
    const eve = await issues.as('eve@rival.test', { organization: 'rival' });
    expect((await eve.post(`/v1/issues/${ids[0] ?? ''}/slack-messages`, { ...order, connectionId: 'connection-of-rival' })).status).toBe(404);
  });

  test('the preview is the message, and sends nothing', async () => {
    const before = commands().length;
    const { status, body } = await noa.post<MessagePreview>('/v1/slack-messages/preview', { ...order, issueIds: [ids[0]], comment: 'Please look.' });
    expect(status).toBe(200);
    expect(body.text).toContain('Issue a');
    expect(JSON.stringify(body.blocks) + JSON.stringify(body.attachments)).toContain('Please look.');
    expect(await issues.database.query(`select 1 from issues.outbox where type = 'slack.send.v1'`)).toEqual([]);
    expect(commands()).toHaveLength(before);
  });
});

describe('the preview of a message that mentions the owner', () => {
  const OWNED = { alice: 'U0ALICE001', bob: 'U0BOB00001' };
  let owned: string;

  beforeAll(async () => {
    await issues.bus.deliver('issue.reported.v1', 'acme', { title: 'Issue with owners', severity: 'high', application: 'owned', fingerprint: 'o', owners: ['alice@acme.test', 'bob@acme.test', 'left@acme.test'] });
    owned = (await noa.get<Items<Issue>>('/v1/issues?application=owned')).body.items[0]?.id ?? '';
    for (const [name, id] of Object.entries(OWNED)) issues.connector.people.set(`${name}@acme.test`, id);
  });

  beforeEach(() => {
    issues.connector.notifierIsAway = false;
    issues.connector.askedFor.length = 0;
  });

  async function preview(issueIds: readonly (string | undefined)[], mention: object = { owner: true }): Promise<MessagePreview> {
    const { status, body } = await noa.post<MessagePreview>('/v1/slack-messages/preview', { ...order, issueIds, options: { mention } });
    expect(status).toBe(200);
    return body;
  }

  const mentioned = ({ blocks }: MessagePreview): string[] => [...JSON.stringify(blocks).matchAll(/"user_id":"(\w+)"/g)].map(([, id]) => id ?? '');

  test('shows whom the workspace knows, and warns of nothing', async () => {
    const message = await preview([owned]);
    expect([mentioned(message), message.warnings]).toEqual([Object.values(OWNED), []]);
  });

  test('asks for the owners of these issues in this workspace, and for nobody when none is to be mentioned', async () => {
    await preview([owned, ids[0]]);
    expect(issues.connector.askedFor).toEqual([{ organizationId: 'acme', connectionId: CONNECTION, emails: ['alice@acme.test', 'bob@acme.test', 'left@acme.test'] }]);
    await preview([ids[0]]);
    await preview([owned], { people: ['U0NOA00001'] });
    expect(issues.connector.askedFor).toHaveLength(1);
  });

  test('warns when none is known', async () => {
    const message = await preview([ids[0]]);
    expect([mentioned(message), message.warnings]).toEqual([[], [expect.objectContaining({ code: 'owner_not_mentioned' })]]);
  });

  test('says that it cannot be found out while notifier is away, and shows the rest', async () => {
    issues.connector.notifierIsAway = true;
    const message = await preview([owned], { owner: true, people: ['U0NOA00001'] });
    expect([mentioned(message), message.warnings]).toEqual([['U0NOA00001'], [{ code: 'owner_not_found_out', message: expect.stringContaining('cannot be found out at the moment') }]]);
  });

  test('asks for nobody on behalf of another organization', async () => {
    const eve = await issues.as('eve@rival.test', { organization: 'rival' });
    for (const [connectionId, issueId] of [['connection-of-rival', owned], [CONNECTION, owned]]) {
      expect((await eve.post('/v1/slack-messages/preview', { ...order, connectionId, issueIds: [issueId], options: { mention: { owner: true } } })).status).toBe(404);
    }
    expect(issues.connector.askedFor).toEqual([]);
  });
});

describe('a command that notifier asks for', () => {
  test('is accepted from the moment of the answer, and another organization has none of that id', async () => {
    const { body } = await send(ids[0] ?? '');
    const delivery = await internal().get<Delivery>('issues', `/internal/commands/acme/${body.deliveryId}`);
    expect(delivery).toMatchObject({ id: body.deliveryId, state: 'accepted', version: 0, issueIds: [ids[0]], issueCount: 1, priority: 0, source: { kind: 'manual', user: 'noa@acme.test' }, destination: { name: '#sec-alerts' } });
    expect(await internal().get('issues', `/internal/commands/rival/${body.deliveryId}`)).toBeUndefined();
    expect(await internal().get('issues', '/internal/commands/acme/no-such-id')).toBeUndefined();
  });

  test('keeps the newest end that was heard', async () => {
    const { body } = await send(ids[0] ?? '');
    const settled = (state: string, version: number): object => ({
      id: body.deliveryId, state, version, organizationId: 'acme', connectionId: CONNECTION, destination: {}, issueIds: [], issueCount: 1, priority: 0, attempts: 1,
      source: { kind: 'manual', user: 'noa@acme.test' }, createdAt: new Date().toISOString(), settledAt: new Date().toISOString(),
    });
    await issues.bus.deliver('delivery.settled.v1', 'acme', settled('posted', 7));
    await issues.bus.deliver('delivery.settled.v1', 'acme', settled('unconfirmed', 5));
    expect(await internal().get<Delivery>('issues', `/internal/commands/acme/${body.deliveryId}`)).toMatchObject({ state: 'posted', version: 7 });
  });

  test('is found by its id, however many there are', async () => {
    await issues.database.query(
      `insert into issues.commands (organization_id, id, connection_id, destination, issue_ids, source, priority)
       select 'crowded', gen_random_uuid(), 'c', '{"id": "C1"}', '[]', '{"kind": "manual", "user": "u"}', 0 from generate_series(1, 5000)`);
    const [{ id } = { id: '' }] = await issues.database.query<{ id: string }>(`select id from issues.commands where organization_id = 'crowded' limit 1`);
    const read = async (): Promise<number> => {
      const [counted] = await issues.database.query<{ rows: number }>(
        `select (select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where schemaname = 'issues' and relname = 'commands')::float8 as rows`);
      return counted?.rows ?? 0;
    };
    await eventually(async () => (await read()) >= 1);
    const before = await read();
    await issues.bus.deliver('delivery.settled.v1', 'crowded', {
      id, state: 'posted', version: 1, organizationId: 'crowded', connectionId: 'c', destination: {}, issueIds: [], issueCount: 1, priority: 0, attempts: 1,
      source: { kind: 'manual', user: 'u' }, createdAt: new Date().toISOString(), settledAt: new Date().toISOString(),
    });
    await internal().get('issues', `/internal/commands/crowded/${id}`);
    const after = await eventually(async () => { const now = await read(); return now > before ? now : undefined; });
    expect(after - before).toBeLessThan(1000);
  });

  test('is not kept for longer than a day after its end; until then it is', async () => {
    const [ended, lately, open] = [await send(ids[0] ?? ''), await send(ids[0] ?? ''), await send(ids[0] ?? '')].map(({ body }) => body.deliveryId);
    await issues.database.query(`update issues.commands set state = 'posted', settled_at = now() - interval '25 hours' where id = $1`, [ended]);
    await issues.database.query(`update issues.commands set state = 'posted', settled_at = now() - interval '23 hours' where id = $1`, [lately]);
    await issues.database.query(`update issues.commands set created_at = now() - interval '100 days' where id = $1`, [open]);
    const source = await openDatabase({ url: issues.database.url, schema: 'issues', migrations: [] });
    expect(await new RetirementJob(new CommandRepository(source), createLogger('issues', 'silent')).pass()).toBe(false);
    await source.destroy();
    const isKept = async (id: string | undefined): Promise<boolean> => (await internal().get('issues', `/internal/commands/acme/${id ?? ''}`)) !== undefined;
    expect(await Promise.all([ended, lately, open].map(isKept))).toEqual([false, true, true]);
  });

  test('counts as in transit until it is on the bus', async () => {
    await issues.database.query(`insert into issues.outbox (type, exchange, message_id, body, organization_id, next_at) values ('slack.send.v1', 'tocsin.commands', 'm', '{}', 'counted', 'infinity')`);
    expect(await internal().get('issues', '/internal/commands/in-transit?organizationId=counted')).toEqual({ count: 1 });
    expect(await internal().get('issues', '/internal/commands/in-transit?organizationId=other')).toEqual({ count: 0 });
  });

  test('counts as in transit also while it is a dead letter since nobody took it: it was accepted', async () => {
    await issues.database.query(`insert into issues.outbox_dead (id, type, exchange, message_id, body, organization_id, created_at, failures, reason) values (0, 'slack.send.v1', 'tocsin.commands', 'm', '{}', 'aside', now(), 10, 'unroutable')`);
    expect(await internal().get('issues', '/internal/commands/in-transit?organizationId=aside')).toEqual({ count: 1 });
  });
});
