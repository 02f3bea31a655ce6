import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { ConnectionChanged, TimelineEntry } from '@tocsin/contracts';
import { eventually } from '@tocsin/testing';

import { aConnection, OpenedLanes } from '../../test/opened-lanes.js';
import { RunningNotifier } from '../../test/running-notifier.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { ToldHolds } from './told-holds.repository.js';

jest.setTimeout(30_000);

const REVOKED: Partial<ConnectionChanged> = { health: { state: 'revoked', reason: 'The token was revoked.', since: new Date().toISOString() } };

describe('the timeline of a message whose connection cannot send', () => {
  let notifier: RunningNotifier;
  let connection: ConnectionChanged;

  beforeAll(async () => { notifier = await RunningNotifier.start({ DIGEST_AFTER_SECONDS: '0' }); }, 60_000);
  afterAll(() => notifier.stop(), 30_000);

  beforeEach(async () => {
    connection = await notifier.connect();
  });

  afterEach(async () => {
    await notifier.control('faults', { reset: true });
  });

  async function becomes(change: Partial<ConnectionChanged>): Promise<void> {
    connection = await notifier.connect({ ...change, id: connection.id, version: connection.version + 1 });
  }

  async function stateOf(id: string): Promise<string | undefined> {
    const [row] = await notifier.database.query<{ state: string }>('select state from notifier.connections where connection_id = $1', [id]);
    return row?.state;
  }

  async function send(): Promise<string> {
    const id = await notifier.send({ connectionId: connection.id, destination: { id: 'C0SECALERT' } });
    await eventually(async () => (await notifier.delivery(id)).state !== 'accepted');
    return id;
  }

  /** Kinds and words, without how it was accepted. */
  async function linesOf(id: string): Promise<string[]> {
    const { timeline = [] } = await notifier.delivery(id);
    return timeline.filter(({ kind }) => kind !== 'accepted').map(({ kind, text }: TimelineEntry) => (kind === 'posted' ? kind : `${kind}: ${text}`));
  }

  test.each<[string, Partial<ConnectionChanged>]>([
    ['is paused', { paused: true }],
    ['is disconnected', { disconnected: true }],
    ['has lost its token', REVOKED],
  ])('says once that it %s, in the words of what it waits for, and that it goes on before it is posted', async (_, held) => {
    await becomes(held);
    await eventually(async () => ['paused', 'disconnected', 'revoked'].includes((await stateOf(connection.id)) ?? ''));
    const id = await send();
    await eventually(async () => (await linesOf(id)).length > 0);
    const { waitingFor } = await notifier.delivery(id);
    const told = `waiting: It waits: ${waitingFor?.reason ?? ''}`;
    const later = await send();
    await eventually(async () => (await linesOf(later)).length > 0); // somebody looked again
    expect(await linesOf(id)).toEqual([told]);
    await becomes({});
    await notifier.settled(id);
    expect(await linesOf(id)).toEqual([told, 'resumed: Sending goes on', 'posted']);
  });

  test('says so of what waited already, and what became of the connection since', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', status: 429, retryAfter: 2, times: 1 });
    const id = await send();
    await eventually(async () => (await linesOf(id)).some((line) => line.startsWith('attempt')));
    await becomes({ paused: true });
    await eventually(async () => (await linesOf(id)).at(-1) === 'waiting: It waits: sending is paused for this connection');
    await becomes({ disconnected: true });
    await eventually(async () => (await linesOf(id)).at(-1)?.includes('the workspace is disconnected'));
    await becomes({});
    await notifier.settled(id);
    expect((await linesOf(id)).slice(1)).toEqual([expect.stringContaining('paused'), expect.stringContaining('disconnected'), 'resumed: Sending goes on', 'posted']);
  });

  test('says so when Slack refuses the token of another message', async () => {
    await notifier.control('faults', { method: 'chat.postMessage', error: 'token_revoked', times: 1 });
    const refused = await send();
    await eventually(async () => (await stateOf(connection.id)) === 'revoked');
    await eventually(async () => (await linesOf(refused)).some((line) => line.startsWith('waiting: It waits: Slack no longer accepts the credentials')));
  });

  test('is silent while nothing is held', async () => {
    const id = await send();
    await notifier.settled(id);
    await becomes({ paused: true });
    await eventually(async () => (await stateOf(connection.id)) === 'paused');
    await becomes({});
    await eventually(async () => (await stateOf(connection.id)) === 'active');
    expect(await linesOf(id)).toEqual(['posted']);
  });
});

describe('holds of connections are told', () => {
  let opened: OpenedLanes;
  let told: ToldHolds;

  beforeAll(async () => {
    opened = await OpenedLanes.open();
    told = new ToldHolds(opened.source, opened.outbox, new DeliveryLog(opened.outbox));
  }, 30_000);

  afterAll(() => opened.close());
  beforeEach(() => opened.clear());

  async function takeNews(version: number): Promise<void> {
    await opened.source.transaction(async (tx) => {
      await opened.connections.apply(tx, aConnection({ version }));
      await told.releaseFirst(tx, 'connection-1');
    });
  }

  /** How many lines of each kind there are. */
  async function lines(): Promise<Record<string, number>> {
    const rows = await opened.source.query<{ kind: string; count: number }[]>(`select kind, count(*)::int from timeline where kind <> 'accepted' group by kind`);
    return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
  }

  test('of thousands in batches, each once, whoever looks; the news of the connection waits for one of them at most', async () => {
    await opened.acceptMany(1200);
    await opened.connect({ version: 2, paused: true });
    expect(await told.tellSome()).toBe(true);
    expect(await lines()).toEqual({ waiting: 500 });
    await Promise.all([told.tellSome(), told.tellSome(), told.tellSome()]);
    while (await told.tellSome());
    expect(await lines()).toEqual({ waiting: 1200 });
    await takeNews(3);
    expect(await lines()).toEqual({ waiting: 1200, resumed: 500 });
    await Promise.all([told.releaseSome(), told.releaseSome()]);
    while (await told.releaseSome());
    expect([await lines(), await told.areAny()]).toEqual([{ waiting: 1200, resumed: 1200 }, false]);
  });

  test('not of what people paused or what ended meanwhile, which says so itself', async () => {
    const [paused = '', cancelled = ''] = await opened.accept({}, {});
    await opened.source.query('update deliveries set held_since = clock_timestamp() where delivery_id = $1', [paused]);
    await opened.connect({ version: 2, paused: true });
    expect(await told.tellSome()).toBe(false);
    expect(await lines()).toEqual({ waiting: 1 });
    await opened.outbox.transaction((tx) => opened.waiting.end(tx, { state: 'suppressed', error: { code: 'cancelled', message: 'Cancelled', remedy: 'Replay it.' } }, { condition: 'd.delivery_id = $1', parameters: [cancelled] }));
    await takeNews(3);
    expect([await lines(), await told.areAny()]).toEqual([{ waiting: 1, suppressed: 1 }, false]);
  });

  test('of a workspace that stays away, and forgotten with what waited for it', async () => {
    const [id = ''] = await opened.accept({});
    await opened.connect({ version: 2, disconnected: true });
    await told.tellSome();
    await told.forgetEnded();
    expect(await opened.source.query('select state from told_holds')).toEqual([{ state: 'disconnected' }]);
    await opened.outbox.transaction((tx) => opened.waiting.end(tx, { state: 'suppressed', error: { code: 'disconnected', message: 'Disconnected', remedy: 'Replay it.' } }, { condition: 'd.delivery_id = $1', parameters: [id] }));
    await told.forgetEnded();
    expect(await opened.source.query('select state from told_holds')).toEqual([]);
  });

  test('not of a connection of another organization', async () => {
    await opened.accept({ connectionId: 'connection-9' });
    await opened.connect({ id: 'connection-9', organizationId: 'globex', paused: true });
    expect([await told.tellSome(), await lines()]).toEqual([false, {}]);
  });
});
