import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { ConnectionChanged, Problem } from '@tocsin/contracts';
import { anIssue, eventually } from '@tocsin/testing';
import pg from 'pg';
import { v7 as uuid } from 'uuid';

import { EventReader } from '../../test/event-reader.js';
import { RunningNotifier } from '../../test/running-notifier.js';

jest.setTimeout(20_000);

let notifier: RunningNotifier;
let connection: ConnectionChanged;
const opened: EventReader[] = [];

beforeAll(async () => { notifier = await RunningNotifier.start(); }, 60_000);
afterAll(() => notifier.stop(), 30_000);

beforeEach(async () => {
  connection = await notifier.connect();
});

afterEach(() => {
  for (const reader of opened.splice(0)) reader.leave();
});

interface Listening {
  organization?: string;
  lastId?: string;
  expiresIn?: number;
}

async function listen(query = '', { organization = 'acme', lastId, expiresIn = 3600 }: Listening = {}): Promise<EventReader> {
  const token = await notifier.issuer.token({ user: 'noa@acme.test', organization, expiresIn });
  const reader = await EventReader.open(`${notifier.url}/v1/deliveries/stream${query}`, { authorization: `Bearer ${token}`, ...(lastId !== undefined && { 'last-event-id': lastId }) });
  opened.push(reader);
  return reader;
}

function send(overrides: Parameters<RunningNotifier['send']>[0] = {}): Promise<string> {
  return notifier.send({ connectionId: connection.id, destination: { id: 'C0GENERAL1' }, ...overrides });
}

/** A line of a timeline whose transaction ends when the caller says so. */
async function lateChange(deliveryId: string): Promise<{ commit: () => Promise<void>; takeBack: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: notifier.database.url });
  await client.connect();
  await client.query('begin');
  await client.query(`insert into notifier.timeline (organization_id, delivery_id, kind, text) values ('acme', $1, 'waiting', 'said late')`, [deliveryId]);
  await client.query(`update notifier.deliveries set version = version + 1, priority = 9 where organization_id = 'acme' and delivery_id = $1`, [deliveryId]);
  const end = (how: string) => async (): Promise<void> => {
    await client.query(how);
    await client.end();
  };
  return { commit: end('commit'), takeBack: end('rollback') };
}

describe('the stream', () => {
  test('is an event stream that is neither stored nor buffered on its way, and begins at once', async () => {
    const { response, comments } = await listen();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    await eventually(() => comments.length > 0);
  });

  test('tells each delivery as it changes, without its timeline, each version once', async () => {
    const reader = await listen();
    const id = await send();
    const posted = await reader.sees(id, 'posted');
    expect(posted).toMatchObject({ id, organizationId: 'acme', slack: { channel: 'C0GENERAL1' } });
    expect(posted).not.toHaveProperty('timeline');
    const versions = reader.deliveries.filter((delivery) => delivery.id === id).map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(reader.events.every((event) => event.id !== '')).toBe(true);
  });

  test('tells nothing that happened before it began', async () => {
    const before = await send();
    await notifier.settled(before);
    const reader = await listen();
    await reader.sees(await send(), 'posted');
    expect(reader.deliveries.map(({ id }) => id)).not.toContain(before);
  });

  test('is one organization’s alone', async () => {
    const theirs = await listen('', { organization: 'globex' });
    const ours = await listen();
    await ours.sees(await send(), 'posted');
    expect(theirs.events).toEqual([]);
  });

  test('tells what the list’s filters name', async () => {
    const issue = anIssue({ title: 'Log4Shell in the gateway' });
    const workflow = { kind: 'workflow', workflowId: 'w7', version: 1, stepId: 's' } as const;
    const [reference, ...readers] = await Promise.all([
      '', '?state=failed', '?state=posted,failed', '?source=workflow', '?workflowId=w7', `?issueId=${issue.id}`, '?destination=%23general', '?destination=C0GENERAL1', '?destination=nowhere',
      '?code=channel_not_found', '?q=LOG4shell', '?q=read%20this', `?connectionId=${connection.id}`, '?connectionId=other', '?before=2020-01-01T00:00:00Z', '?after=2020-01-01T00:00:00Z', '?digestId=none', '?replayOf=none',
      '?changedBefore=2020-01-01T00:00:00Z', '?changedBefore=2100-01-01T00:00:00Z', '?exceptIds=none',
    ].map(async (query) => ({ query, reader: await listen(query) })));
    const sent = [
      await send({ destination: { name: '#general' }, issues: [issue], comment: 'Please read this' }),
      await send({ destination: { name: '#nowhere' }, source: workflow }),
      await send({ destination: { id: 'U0BOB00001' }, issues: [issue] }),
    ];
    await reference?.reader.sees(sent[0] ?? '', 'posted');
    await reference?.reader.sees(sent[1] ?? '', 'failed');
    await reference?.reader.sees(sent[2] ?? '', 'posted');
    for (const { query, reader } of readers) {
      const { body } = await notifier.call<{ items: { id: string }[] }>('GET', `/v1/deliveries${query}`);
      const listed = body.items.map(({ id }) => id).filter((id) => sent.includes(id)).sort();
      await eventually(() => { expect({ query, ids: [...new Set(reader.deliveries.map(({ id }) => id))].sort() }).toEqual({ query, ids: listed }); return true; });
    }
  }, 30_000);

  test.each([['an unknown filter', '?colour=red'], ['a page of a list', '?limit=5'], ['a state that does not exist', '?state=lost']])('refuses %s', async (_, query) => {
    const { status } = await notifier.call<Problem>('GET', `/v1/deliveries/stream${query}`);
    expect(status).toBe(400);
  });
});

describe('what commits late', () => {
  test('is told, though later lines were read before it', async () => {
    const id = await send();
    await notifier.settled(id);
    const reader = await listen();
    const late = await lateChange(id);
    await reader.sees(await send(), 'posted');
    expect(reader.deliveries.some((delivery) => delivery.id === id)).toBe(false);
    await late.commit();
    expect(await eventually(() => reader.deliveries.find((delivery) => delivery.id === id))).toMatchObject({ priority: 9 });
  });

  test('is told to a reader that joined while it was under way', async () => {
    const id = await send();
    await notifier.settled(id);
    const late = await lateChange(id);
    await notifier.settled(await send());
    const reader = await listen();
    await late.commit();
    expect(await eventually(() => reader.deliveries.find((delivery) => delivery.id === id))).toMatchObject({ priority: 9 });
  });

  test('and is taken back instead holds nothing up', async () => {
    const reader = await listen();
    const id = await send();
    await reader.sees(id, 'posted');
    await (await lateChange(id)).takeBack();
    await reader.sees(await send(), 'posted');
  });
});

describe('a reader that comes back', () => {
  test('is told what it missed, and goes on', async () => {
    const first = await listen();
    await first.sees(await send(), 'posted');
    first.leave();
    const missed = await send();
    await notifier.settled(missed);
    const second = await listen('', { lastId: first.lastId });
    await second.sees(missed, 'posted');
    await second.sees(await send(), 'posted');
    expect(second.events.map(({ event }) => event)).not.toContain('reset');
  });

  test('is told all that it missed, however much that is', async () => {
    const first = await listen('?state=posted');
    await first.sees(await send(), 'posted');
    first.leave();
    await notifier.database.query(
      `with commands as (
         insert into notifier.commands (organization_id, delivery_id, event, destination, issue_ids, created_at)
         select 'acme', 'missed-' || n, '{"data": {"source": {"kind": "test", "user": "x"}, "issues": []}}', '{}', '{}', now() from generate_series(1, 450) n
       ), deliveries as (
         insert into notifier.deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state)
         select 'acme', 'missed-' || n, (select min(lane_id) from notifier.lanes), 'none', 5, now(), now(), now(), 'posted' from generate_series(1, 450) n)
       insert into notifier.timeline (organization_id, delivery_id, kind, text) select 'acme', 'missed-' || n, 'posted', '' from generate_series(1, 450) n, generate_series(1, 2)`,
    );
    const second = await listen('?state=posted', { lastId: first.lastId });
    await eventually(() => new Set(second.deliveries.map(({ id }) => id)).size >= 450);
    expect(second.events.map(({ event }) => event)).not.toContain('reset');
  });

  test('misses nothing that was still uncommitted when it left', async () => {
    const id = await send();
    await notifier.settled(id);
    const first = await listen();
    const late = await lateChange(id);
    await first.sees(await send(), 'posted');
    first.leave();
    await late.commit();
    const second = await listen('', { lastId: first.lastId });
    expect(await eventually(() => second.deliveries.find((delivery) => delivery.id === id))).toMatchObject({ priority: 9 });
  });

  test('after too much has happened is told to look anew, and goes on', async () => {
    const first = await listen();
    await first.sees(await send(), 'posted');
    first.leave();
    await notifier.database.query(`insert into notifier.timeline (organization_id, delivery_id, kind, text) select 'acme', 'gone', 'waiting', '' from generate_series(1, 10001)`);
    const second = await listen('', { lastId: first.lastId });
    await eventually(() => second.events.some(({ event, data }) => event === 'reset' && data === '{}'));
    await second.sees(await send(), 'posted');
  });

  test.each(['made up', 'dDk5OTk5OTk5OTk5', Buffer.from('t1x').toString('base64url')])('with an id that we never said (%s) is told to look anew', async (lastId) => {
    const reader = await listen('', { lastId });
    await eventually(() => reader.events.some(({ event }) => event === 'reset'));
  });
});

describe('a stream ends', () => {
  test('when the token of its caller does', async () => {
    const reader = await listen('', { expiresIn: 2 });
    await eventually(() => reader.ended, { timeout: 5000 });
    expect(reader.response.status).toBe(200);
  });

  test.each([
    ['when the API key of its caller does', 2, 2],
    ['a minute after the API key of its caller was looked at, since that may be deleted: it is shown again, and nothing is missed', 3600, 60],
  ])('%s', async (_, expiresIn, lifeSeconds) => {
    const expiresAt = new Date(Date.now() + expiresIn * 1000).toISOString();
    notifier.peers.apiKey = { id: 'k1', name: 'wall screen', organizationId: 'acme', permissions: ['deliveries:read'], expiresAt };
    const headers = { authorization: `Bearer tocsin_${uuid()}` };
    const lives = jest.spyOn(globalThis, 'setTimeout');
    const reader = await EventReader.open(`${notifier.url}/v1/deliveries/stream`, headers);
    opened.push(reader);
    await reader.sees(await send(), 'posted');
    const asked = lives.mock.calls.map(([, milliseconds = 0]) => milliseconds).filter((milliseconds) => milliseconds <= lifeSeconds * 1000 && milliseconds > lifeSeconds * 1000 - 1000);
    lives.mockRestore();
    expect(asked).not.toEqual([]);
    if (expiresIn < 60) await eventually(() => reader.ended, { timeout: 5000 });
    notifier.peers.apiKey = undefined;
  });

  test('for its reader alone when that leaves, and the database is looked at no more when nobody is left', async () => {
    const [one, other] = [await listen(), await listen()];
    one.leave();
    await other.sees(await send(), 'posted');
    other.leave();
    await eventually(async () => {
      const [row] = await notifier.database.query<{ ears: number }>(`select count(*)::int as ears from pg_stat_activity where application_name = 'tocsin-notifier-stream' and datname = current_database()`);
      return row?.ears === 0;
    });
  });

  test('there are no more than 100 of one organization', async () => {
    const token = await notifier.issuer.token({ user: 'noa@acme.test', organization: 'crowd' });
    const open = (): Promise<EventReader> => EventReader.open(`${notifier.url}/v1/deliveries/stream`, { authorization: `Bearer ${token}` });
    const asked = await Promise.all(Array.from({ length: 105 }, open));
    opened.push(...asked);
    expect(asked.filter(({ response }) => response.status === 200)).toHaveLength(100);
    const refused = await open();
    expect(refused.response.status).toBe(429);
    expect(refused.response.headers.get('retry-after')).toBe('30');
    expect((await listen()).response.status).toBe(200);
  });
});

describe('over replicas', () => {
  test('a reader of any of them is told what all of them do, each version once, and may go on at another', async () => {
    const other = await notifier.replica();
    try {
      const token = await notifier.issuer.token({ user: 'noa@acme.test' });
      const readers = [await listen(), await EventReader.open(`${other.url}/v1/deliveries/stream`, { authorization: `Bearer ${token}` })];
      opened.push(...readers);
      const ids: string[] = [];
      for (let n = 0; n < 20; n += 1) ids.push(await send({ destination: { id: n % 2 === 0 ? 'C0GENERAL1' : 'C0SECALERT' } }));
      for (const reader of readers) {
        for (const id of ids) await eventually(() => reader.deliveries.some((delivery) => delivery.id === id && delivery.state !== 'waiting' && delivery.state !== 'posting'));
        const told = reader.deliveries.map(({ id, version }) => `${id} ${version}`);
        expect(told).toEqual([...new Set(told)]);
      }
      const [first] = readers;
      first?.leave();
      const missed = await send();
      await notifier.settled(missed);
      const again = await EventReader.open(`${other.url}/v1/deliveries/stream`, { authorization: `Bearer ${token}`, 'last-event-id': first?.lastId ?? '' });
      opened.push(again);
      await again.sees(missed, 'posted');
    } finally {
      await other.close();
    }
  }, 40_000);
});

describe('the bell', () => {
  test('wakes readers of another process, which hears of a change long before it would look by itself', async () => {
    const reader = await listen();
    const id = uuid();
    await eventually(async () => {
      const [row] = await notifier.database.query<{ ears: number }>(`select count(*)::int as ears from pg_stat_activity where application_name = 'tocsin-notifier-stream' and datname = current_database() and query ilike 'listen%'`);
      return row?.ears === 1;
    });
    const waits: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const startedAt = performance.now();
      await notifier.database.query(
        `with line as (insert into notifier.timeline (organization_id, delivery_id, kind, text) values ('acme', $1, 'waiting', 'elsewhere')), command as (
           insert into notifier.commands (organization_id, delivery_id, event, destination, issue_ids, created_at)
           values ('acme', $1, '{"data": {"source": {"kind": "test", "user": "x"}, "issues": []}}', '{}', '{}', now()))
         insert into notifier.deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, created_at, state)
         select 'acme', $1, (select min(lane_id) from notifier.lanes), 'none', 5, now(), now(), now(), 'posted'`,
        [`${id}-${n}`],
      );
      await notifier.database.query(`select pg_notify('tocsin_deliveries', '')`);
      await eventually(() => reader.deliveries.some((delivery) => delivery.id === `${id}-${n}`));
      waits.push(performance.now() - startedAt);
    }
    expect(waits.sort((a, b) => a - b)[5]).toBeLessThan(250);
  });
});

test('a service that stops ends its streams at once; their readers go on when it is back', async () => {
  const reader = await listen();
  const startedAt = performance.now();
  const closed = notifier.close();
  await eventually(() => reader.ended);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  await closed;
  await notifier.open();
  const again = await listen('', { lastId: reader.lastId });
  await again.sees(await send(), 'posted');
}, 20_000);
