/** What only SQL decides: which list is taken by whom, what a pass changes and drops, and how the picker's search finds. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createLogger } from '@tocsin/platform';
import type { SlackChannel, SlackPerson } from '@tocsin/slack';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { DirectoryListRepository, type HeldList } from './directory-list.repository.js';
import { DirectoryRepository } from './directory.repository.js';
import { DirectorySearch } from './directory-search.js';
import { DirectorySweepJob } from './directory-sweep.job.js';
import type { ListName, ListProgress } from './directory-progress.js';
import { RecentDestinations } from './recent-destinations.js';
import { searchTerm, type Kind } from './search-term.js';

const CONNECTION = 'connection-1';

let opened: OpenedLanes;
let lists: DirectoryListRepository;
let directory: DirectoryRepository;

const channel = (id: string, name: string, over: Partial<SlackChannel> = {}): SlackChannel => ({ id, name, isPrivate: false, isShared: false, isArchived: false, isMember: false, ...over });
const person = (id: string, name: string, over: Partial<SlackPerson> = {}): SlackPerson => ({ id, name, displayName: name, realName: name, isDeactivated: false, isBot: false, isGuest: false, ...over });

beforeAll(async () => {
  opened = await OpenedLanes.open();
  lists = new DirectoryListRepository(opened.source, opened.config);
  directory = new DirectoryRepository(opened.source, lists);
}, 60_000);

afterAll(() => opened.close(), 30_000);

async function emptied(): Promise<void> {
  await opened.source.query(['channels', 'people', 'directory_lists', 'directory_seen', 'directory_sizes', 'connections'].map((table) => `delete from ${table}`).join(';'));
  await opened.connect();
}

async function progress(list: ListName): Promise<ListProgress | undefined> {
  return (await lists.progress(CONNECTION)).find((one) => one.list === list);
}

/** Takes this list, whichever are due. */
async function hold(list: ListName): Promise<HeldList> {
  await opened.source.query(`update directory_lists set run_at = case when list = $1 then clock_timestamp() else clock_timestamp() + interval '1 hour' end`, [list]);
  const held = await lists.take();
  if (held?.list !== list) throw new Error(`${list} was not taken`);
  return held;
}

async function page(held: HeldList, channels: readonly SlackChannel[], next?: string): Promise<boolean> {
  return lists.savePage(held, channels.map(({ id }) => id), next, (tx) => directory.saveChannels(CONNECTION, channels, { tx, askedAt: held.askedAt }));
}

/** A whole pass over a list of channels, in pages. */
async function pass(list: 'channels' | 'member-channels', ...pages: (readonly SlackChannel[])[]): Promise<void> {
  for (const [index, channels] of pages.entries()) await page(await hold(list), channels, index < pages.length - 1 ? `cursor-${index}` : undefined);
}

async function channelIds(): Promise<string[]> {
  const rows = await opened.source.query<{ channel_id: string }[]>('select channel_id from channels order by channel_id');
  return rows.map((row) => row.channel_id);
}

describe('a list of Slack’s', () => {
  beforeEach(async () => {
    await emptied();
    await directory.requestSync(opened.source, CONNECTION);
    await opened.source.query(`update directory_lists set synced_at = clock_timestamp() where list = 'member-channels'`);
  });

  test('waits for the first page of the channels that the app is in, the first time', async () => {
    await opened.source.query('update directory_lists set synced_at = null');
    const first = await lists.take();
    expect([first?.list, await lists.take()]).toEqual(['member-channels', undefined]);
    if (first) await page(first, [channel('C1', 'one', { isMember: true })], 'a');
    expect((await lists.take())?.list).toBe('member-channels');
    expect([(await lists.take())?.list, (await lists.take())?.list].sort()).toEqual(['channels', 'people']);
  });

  test('is read page by page, short and empty ones too, and is whole only at its end', async () => {
    await page(await hold('channels'), [channel('C1', 'one')], 'a');
    await page(await hold('channels'), [], 'b');
    expect(await progress('channels')).toMatchObject({ state: 'syncing', read: 1, have: 1, syncedAt: null });
    const held = await hold('channels');
    expect(held).toMatchObject({ cursor: 'b', page: 2 });
    await page(held, [channel('C2', 'two'), channel('C2', 'two')]);
    expect(await progress('channels')).toMatchObject({ state: 'idle', total: 3, have: 2, syncedAt: expect.any(Date) });
    expect(await opened.source.query('select 1 from directory_seen')).toEqual([]);
  });

  test('is read by one holder at a time; one whose lease ran out saves nothing', async () => {
    const late = await hold('channels');
    expect(await lists.take()).toBeUndefined();
    await opened.source.query(`update directory_lists set leased_until = '-infinity'`);
    const next = await hold('channels');
    expect(await page(late, [channel('C9', 'late')], 'z')).toBe(false);
    expect(await page(next, [channel('C1', 'one')], 'a')).toBe(true);
    expect([await channelIds(), (await hold('channels')).cursor]).toEqual([['C1'], 'a']);
  });

  test('waits while the workspace is not connected and goes on where it was', async () => {
    await page(await hold('channels'), [channel('C1', 'one')], 'a');
    await opened.source.query(`update connections set state = 'revoked'`);
    await opened.source.query('update directory_lists set run_at = clock_timestamp()');
    expect(await lists.take()).toBeUndefined();
    await opened.connect({ version: 2 });
    expect(await hold('channels')).toMatchObject({ cursor: 'a', page: 1 });
  });

  test('drops what a whole pass did not see, and keeps what was learnt meanwhile', async () => {
    await pass('channels', [channel('C1', 'one'), channel('C2', 'two')], [channel('C3', 'three')]);
    await directory.refresh(opened.source, CONNECTION);
    const held = await hold('channels');
    await directory.saveChannels(CONNECTION, [channel('C4', 'made just now'), channel('C1', 'named just now')]);
    await page(held, [channel('C1', 'one')], 'a');
    await page(await hold('channels'), [channel('C3', 'three')]);
    expect(await channelIds()).toEqual(['C1', 'C3', 'C4']);
    expect([(await directory.channel(CONNECTION, 'C1'))?.name, (await progress('channels'))?.have]).toEqual(['named just now', 3]);
  });

  test('that begins again for an expired cursor forgets what it saw before, and nothing of the copy', async () => {
    await page(await hold('channels'), [channel('C1', 'one'), channel('C2', 'two')], 'a');
    const held = await hold('channels');
    await opened.source.transaction((tx) => lists.restart(tx, held, 0));
    expect([await channelIds(), await progress('channels')]).toMatchObject([['C1', 'C2'], { read: 0 }]);
    await pass('channels', [channel('C2', 'two')]);
    expect(await channelIds()).toEqual(['C2']);
  });

  test('writes only rows that changed', async () => {
    await pass('channels', [channel('C1', 'one'), channel('C2', 'two')]);
    const versions = async (): Promise<unknown[]> => opened.source.query('select channel_id, xmin::text from channels order by 1');
    const [one, two] = await versions();
    await directory.refresh(opened.source, CONNECTION);
    await pass('channels', [channel('C1', 'one'), channel('C2', 'renamed')]);
    const [sameOne, otherTwo] = await versions();
    expect(sameOne).toEqual(one);
    expect(otherTwo).not.toEqual(two);
    expect(await directory.channelKnownWithin(CONNECTION, 'C1', 60)).toMatchObject({ name: 'one' });
  });

  test('of the channels that the app is in tells which it has left: private ones are gone, public ones have lost a member', async () => {
    await pass('member-channels', [channel('C1', 'public', { isMember: true }), channel('C2', 'private', { isMember: true, isPrivate: true }), channel('C3', 'kept', { isMember: true })]);
    await directory.refresh(opened.source, CONNECTION);
    await pass('member-channels', [channel('C3', 'kept', { isMember: true })]);
    expect(await channelIds()).toEqual(['C1', 'C3']);
    expect([(await directory.channel(CONNECTION, 'C1'))?.is_member, (await directory.channel(CONNECTION, 'C3'))?.is_member]).toEqual([false, true]);
  });

  test('asked for again while it is under way goes on; the channels of the app are read at once', async () => {
    await page(await hold('channels'), [channel('C1', 'one')], 'a');
    await page(await hold('member-channels'), [channel('C1', 'one')], 'm');
    await directory.refresh(opened.source, CONNECTION);
    expect(await hold('channels')).toMatchObject({ cursor: 'a' });
    expect(await hold('member-channels')).toMatchObject({ cursor: null, page: 0 });
  });

  test('is read again by itself, and for use when it is old, but not more than a tenth of the time', async () => {
    await pass('channels', [channel('C1', 'one')]);
    const runAt = (await progress('channels'))?.runAt?.getTime() ?? 0;
    expect(Math.abs(runAt - Date.now() - 12 * 3_600_000)).toBeLessThan(1.3 * 3_600_000);
    const aged = async (age: string, took: string): Promise<boolean> => {
      await opened.source.query(`update directory_lists set synced_at = clock_timestamp() - $1::interval, synced_from = clock_timestamp() - $1::interval - $2::interval where list = 'channels'`, [age, took]);
      return lists.refreshIfOld(CONNECTION);
    };
    expect([await aged('50 minutes', '1 minute'), await aged('70 minutes', '12 minutes'), await aged('70 minutes', '1 minute')]).toEqual([false, false, true]);
  });

  test('asked for again is tried at once where Slack could not be reached, and waits where Slack said so', async () => {
    const pausedFor = async (list: ListName, failures: number): Promise<void> => {
      const held = await hold(list);
      await opened.source.transaction((tx) => lists.standStill(tx, held, { state: 'paused', reason: 'x', seconds: 600, pace: held.pace, failures }));
    };
    await pausedFor('channels', 0);
    await pausedFor('people', 2);
    await opened.source.query(`update directory_lists set run_at = clock_timestamp() + interval '1 hour'`);
    await directory.refresh(opened.source, CONNECTION);
    expect([(await lists.take())?.list, (await lists.take())?.list, await lists.take()]).toEqual(['member-channels', 'people', undefined]);
  });

  test('of a workspace that was disconnected a week ago is dropped with all that it held, others stay', async () => {
    await opened.connect({ id: 'connection-2' });
    await directory.requestSync(opened.source, 'connection-2');
    for (const id of [CONNECTION, 'connection-2']) await directory.saveChannels(id, [channel('C1', 'one')]);
    const sweep = new DirectorySweepJob(opened.source, createLogger('test', 'silent'));
    await opened.connect({ version: 2, disconnected: true });
    expect(await sweep.pass()).toBe(false);
    await opened.source.query(`update connections set held_since = held_since - interval '8 days' where connection_id = $1`, [CONNECTION]);
    while (await sweep.pass());
    expect(await opened.source.query('select distinct connection_id from (select connection_id from channels union all select connection_id from directory_lists union all select connection_id from directory_sizes) t')).toEqual([{ connection_id: 'connection-2' }]);
  });

  test('people who are deactivated or bots are dropped and not counted', async () => {
    const held = await hold('people');
    await lists.savePage(held, ['U1'], undefined, (tx) => directory.savePeople(CONNECTION, [person('U1', 'ada'), person('U2', 'bot', { isBot: true })], { tx, askedAt: held.askedAt }));
    await directory.savePeople(CONNECTION, [person('U3', 'bob')]);
    await directory.savePeople(CONNECTION, [person('U3', 'bob', { isDeactivated: true })]);
    expect(await progress('people')).toMatchObject({ have: 1, total: 1 });
  });
});

describe('the search', () => {
  const connection = { connectionId: CONNECTION, organizationId: 'acme', credentialVersion: 1, state: 'active' as const, workspace: { id: 'T1', name: 'Acme', url: '' }, bot: { userId: 'U0', name: 'tocsin' }, scopes: [] };

  async function find(typed: string, { kinds = ['channel', 'user'], limit = 50 }: { kinds?: Kind[]; limit?: number } = {}): Promise<string[]> {
    const found = await new DirectorySearch(opened.source, new RecentDestinations(opened.source)).search(connection, { term: searchTerm(typed), kinds, limit });
    return found.map(({ name }) => name);
  }

  beforeAll(async () => {
    await emptied();
    await directory.saveChannels(CONNECTION, [
      channel('C1', 'sec-alerts', { isMember: true }), channel('C2', 'sec-old', { isArchived: true }), channel('C3', 'team_sec'), channel('C4', 'bisect'), channel('C5', 'payments-emea'),
      channel('C6', 'café-ops'), channel('C7', 'платежи'), channel('C8', '障害対応'), channel('C9', '🎉party'), channel('C10', '100%-done'), channel('C11', 'nul\0l\ud800'),
    ]);
    await directory.savePeople(CONNECTION, [
      person('U1', 'ada', { realName: 'Ada Lovelace', displayName: 'Countess', email: 'Ada.L@acme.test' }), person('U2', 'bob', { realName: 'Sébastien Noël' }), person('U3', 'zoe', { realName: 'Зоя Петрова' }),
    ]);
  });

  test.each<[string, string, string[]]>([
    ['beginning, beginning of a word, inside, archived last', 'sec', ['sec-alerts', 'team_sec', 'bisect', 'sec-old']],
    ['one character: channels that the app is in, people, the rest', 's', ['sec-alerts', 'bob', 'sec-old']],
    ['two characters, at the beginning of a word too', 'op', ['café-ops']],
    ['marks between words that differ', 'sec alerts', ['sec-alerts']],
    ['upper case', 'SEC_ALERTS', ['sec-alerts']],
    ['a transposition', 'paymnets', ['payments-emea']],
    ['no mistake in a number', 'payments-101', []],
    ['no accents', 'cafe', ['café-ops']],
    ['accents that are not there', 'sec-álerts', ['sec-alerts']],
    ['a first name with an accent, without it', 'sebast', ['bob']],
    ['a last name', 'lovel', ['Countess']],
    ['a display name', 'countess', ['Countess']],
    ['an e-mail address, whatever its case', 'ADA.L@acme.test', ['Countess']],
    ['a part of one', 'ada.l@', ['Countess']],
    ['Cyrillic', 'плат', ['платежи']],
    ['Cyrillic of a person', 'петр', ['zoe']],
    ['Japanese', '障害', ['障害対応']],
    ['Japanese inside', '害対応', ['障害対応']],
    ['an emoji', '🎉', ['🎉party']],
    ['a percent sign as itself', '100%', ['100%-done']],
    ['nothing by wildcards', '%_%', []],
    ['nothing by quotes', `'; drop table channels; --`, []],
    ['300 characters', 'é'.repeat(300), []],
    ['NUL and half characters', '\0nul\ud800', ['null']],
    ['a person only, by @', '@s', ['bob']],
    ['a channel only, by #', '#s', ['sec-alerts', 'sec-old']],
  ])('finds by %s', async (_, typed, expected) => {
    expect(await find(typed)).toEqual(expected);
  });

  test('what this organization sent to lately comes first, of nothing typed too; another organization’s does not', async () => {
    await opened.accept({ destination: { id: 'C4' } }, { destination: { id: 'C3' } });
    await opened.source.query(`update lanes set due_since = due_since - interval '1 minute' where destination_key = 'C4'`);
    expect((await find('')).slice(0, 3)).toEqual(['team_sec', 'bisect', 'sec-alerts']);
    expect(await find('sec')).toEqual(['team_sec', 'bisect', 'sec-alerts', 'sec-old']);
    await opened.source.query(`update lanes set organization_id = 'globex'`);
    expect((await find('sec'))[0]).toBe('sec-alerts');
  });

  test('keeps workspaces apart', async () => {
    await directory.saveChannels('connection-2', [channel('C1', 'sec-alerts of others')]);
    expect(await find('sec-alerts')).toEqual(['sec-alerts']);
    expect(await find('of others')).toEqual([]);
  });

  /** Rows that one search has read, by scans of the whole table and by indexes. */
  async function reading(typed: string): Promise<{ relname: string; scans: number; rows: number }[]> {
    return opened.source.transaction(async (tx) => {
      const within = Object.assign(Object.create(opened.source) as typeof opened.source, { query: tx.query.bind(tx) });
      await new DirectorySearch(within, new RecentDestinations(opened.source)).search(connection, { term: searchTerm(typed), kinds: ['channel', 'user'], limit: 50 });
      return tx.query(`select relname, seq_scan::int as scans, (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables where relname in ('channels', 'people')`);
    });
  }

  async function grow(count: number, of = CONNECTION): Promise<void> {
    await opened.source.query(`insert into channels (connection_id, channel_id, name, sought, is_private, is_shared, is_archived, is_member) select $1, 'CX' || n, 'team-' || n, 'team ' || n, false, false, n % 10 = 0, n % 20 = 1 from generate_series(1, $2) n`, [of, count]);
    await opened.source.query(`insert into people (connection_id, user_id, name, display_name, real_name, sought, sought_name, sought_display, sought_real) select $1, 'UX' || n, 'p' || n, '', '', 'person ' || n, 'p' || n, '', '' from generate_series(1, $2) n`, [of, count]);
  }

  test('reads neither a table from one end to the other nor a large workspace among small ones, whatever is typed', async () => {
    for (let other = 0; other < 300; other += 1) await grow(10, `small-${other}`);
    await opened.source.query('analyze channels, people');
    await grow(5000);
    for (const typed of ['', 't', 'te', 'team', 'eam', 'taem', 'team-4321', 'persno-4321', 'C0SECALERT', 'ada.l@acme.test', '%%%', '障害対応']) {
      const read = await reading(typed);
      expect([typed, read.filter(({ scans, rows }) => scans > 0 || rows > 1000)]).toEqual([typed, []]);
    }
  });
});
