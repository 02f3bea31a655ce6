/**
 * Where the reading of Slack's lists stands: a row for each list of a connection, so that lists are read side by side. Whoever
 * takes a list holds it for one page, by a lease; its epoch fences off a holder whose lease ran out.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { NotifierConfig } from '../notifier.config.js';
import type { ListName, ListProgress, ListState } from './directory-progress.js';
import { afterCall, pacedAnew, UNKNOWN_PACE, type Pace } from './list-pace.js';

/** One list, held for one page. */
export interface HeldList {
  connectionId: string;
  list: ListName;
  epoch: string;
  cursor: string | null;
  page: number;
  restarts: number;
  failures: number;
  pace: Pace;
  /** By the database's clock: as it writes it, and in milliseconds since 1970. */
  askedAt: string;
  askedAtMs: number;
}

interface HeldRow {
  connection_id: string;
  list: ListName;
  epoch: string;
  cursor: string | null;
  page: number;
  restarts: number;
  failures: number;
  pace: Pace | null;
  began: boolean;
  asked_at: string;
  asked_at_ms: number;
}

/** What a pass without an end for a while does to its list. */
export interface Standstill {
  state: ListState;
  reason: string;
  /** How long nothing is asked. */
  seconds: number;
  pace: Pace;
  failures: number;
}

const LISTS: readonly ListName[] = ['member-channels', 'channels', 'people'];
const BEGIN = `state = 'syncing', reason = null, cursor = null, page = 0, read = 0, restarts = 0, failures = 0, epoch = l.epoch + 1, leased_until = '-infinity', run_at = clock_timestamp()`;

/** Of a workspace that can be asked; the first page of the channels that the app is in comes before everything else. */
const READY = `c.state in ('active', 'paused') and (d.list = 'member-channels' or not exists (
  select 1 from directory_lists m where m.connection_id = d.connection_id and m.list = 'member-channels' and m.state = 'syncing' and m.page = 0 and m.synced_at is null))`;

@Injectable()
export class DirectoryListRepository {
  constructor(
    private readonly database: DataSource,
    private readonly config: NotifierConfig,
  ) {}

  /** All lists are read from their beginning. */
  async beginAll(tx: EntityManager | DataSource, connectionId: string): Promise<void> {
    await tx.query(`insert into directory_lists as l (connection_id, list) select $1, unnest($2::text[]) order by 2 on conflict (connection_id, list) do update set ${BEGIN}`, [connectionId, LISTS]);
  }

  /** The channels that the app is in are read at once; a longer list that is under way goes on where it is, the others begin. */
  async refresh(tx: EntityManager | DataSource, connectionId: string): Promise<void> {
    await tx.query(
      `insert into directory_lists as l (connection_id, list) select $1, unnest($2::text[]) order by 2 on conflict (connection_id, list) do update set ${BEGIN}
       where l.state in ('idle', 'failed') or l.list = 'member-channels' and l.state = 'syncing'`,
      [connectionId, LISTS],
    );
    // What Slack asked to wait is waited for; what only could not be reached is tried.
    await tx.query(`update directory_lists set run_at = clock_timestamp() where connection_id = $1 and state = 'paused' and failures > 0`, [connectionId]);
  }

  /**
   * For use: what was read over an hour ago, or ten times as long ago as reading it takes, is read again.
   * @returns whether it is
   */
  async refreshIfOld(connectionId: string): Promise<boolean> {
    const [begun] = await this.database.query<[unknown[], number]>(
      `update directory_lists l set ${BEGIN} where connection_id = $1 and state = 'idle'
         and synced_at < clock_timestamp() - greatest(interval '1 hour', 10 * (synced_at - coalesce(synced_from, synced_at))) returning 1`,
      [connectionId],
    );
    return begun.length > 0;
  }

  /** Whether the list of channels was read to its end within the last `seconds`, and whether it is being read, or will be by itself; why it cannot be, where somebody has to do something about it. */
  async channelsWithin(connectionId: string, seconds: number): Promise<{ isWhole: boolean; isUnderWay: boolean; failure: string | null }> {
    const [row] = await this.database.query<{ isWhole: boolean; isUnderWay: boolean; failure: string | null }[]>(
      `select state = 'idle' and coalesce(synced_at > clock_timestamp() - make_interval(secs => $2), false) as "isWhole", state <> 'idle' as "isUnderWay", case when state = 'failed' then reason end as failure
       from directory_lists where connection_id = $1 and list = 'channels'`,
      [connectionId, seconds],
    );
    return row ?? { isWhole: false, isUnderWay: false, failure: null };
  }

  /** The list that has been due the longest, channels that apps are in first; a pass that is due begins. */
  async take(): Promise<HeldList | undefined> {
    const [[row]] = await this.database.query<[HeldRow[], number]>(
      `update directory_lists l set leased_until = clock_timestamp() + interval '30 seconds', epoch = l.epoch + 1, state = 'syncing',
         cursor = case when due.began then null else l.cursor end, page = case when due.began then 0 else l.page end, read = case when due.began then 0 else l.read end,
         restarts = case when due.began then 0 else l.restarts end, started_at = case when due.began or l.page = 0 then clock_timestamp() else l.started_at end
       from (select d.connection_id, d.list, d.state in ('idle', 'failed') as began from directory_lists d join connections c using (connection_id)
             where d.run_at <= clock_timestamp() and d.leased_until <= clock_timestamp() and ${READY}
             order by d.list <> 'member-channels', d.run_at limit 1 for update of d skip locked) due
       where l.connection_id = due.connection_id and l.list = due.list
       returning l.connection_id, l.list, l.epoch, l.cursor, l.page, l.restarts, l.failures, l.pace, l.page = 0 as began,
         clock_timestamp()::text as asked_at, (extract(epoch from clock_timestamp()) * 1000)::float8 as asked_at_ms`,
    );
    return row && held(row);
  }

  /** Milliseconds until a list is due; undefined when none will be within a minute. */
  async dueIn(): Promise<number | undefined> {
    const [row] = await this.database.query<{ ms: number | null }[]>(
      `select (extract(epoch from min(greatest(d.run_at, d.leased_until)) - clock_timestamp()) * 1000)::float8 as ms from directory_lists d join connections c using (connection_id)
       where ${READY} and d.run_at < clock_timestamp() + interval '1 minute'`,
    );
    return row?.ms ?? undefined;
  }

  /**
   * Saves a page and the place behind it in one transaction.
   * @param ids what the page holds and the copy keeps @param nextCursor undefined = the list is at its end
   * @param save writes the entries @returns false when somebody else holds the list by now, and nothing was saved
   */
  async savePage(list: HeldList, ids: readonly string[], nextCursor: string | undefined, save: (tx: EntityManager) => Promise<void>): Promise<boolean> {
    const pace = afterCall(list.pace, list.askedAtMs);
    return this.database.transaction(async (tx) => {
      if (!(await this.isStillOurs(tx, list))) return false;
      if (list.page === 0) await tx.query('delete from directory_seen where connection_id = $1 and list = $2', [list.connectionId, list.list]);
      await save(tx);
      if (ids.length > 0) await tx.query('insert into directory_seen (connection_id, list, page, ids) values ($1, $2, $3, $4)', [list.connectionId, list.list, list.page, ids]);
      await tx.query(
        `update directory_lists set state = 'syncing', reason = null, cursor = $3, page = page + 1, read = read + $4, pace = $5, failures = 0, leased_until = '-infinity', run_at = to_timestamp($6::float8 / 1000)
         where connection_id = $1 and list = $2`,
        [list.connectionId, list.list, nextCursor ?? null, ids.length, JSON.stringify(pace), pace.allowedAt],
      );
      if (nextCursor === undefined) await this.end(tx, list);
      return true;
    });
  }

  /** The end of a whole pass: what it did not see, and nobody saved meanwhile, is gone. The next one comes by itself, not all of them at one moment. */
  private async end(tx: EntityManager, { connectionId, list }: HeldList): Promise<void> {
    // What was seen is as long as the list, which the planner cannot know; and compiling would take longer than the work.
    await tx.query('set local enable_nestloop = off; set local jit = off');
    await tx.query(DROP_UNSEEN[list], [connectionId]);
    await tx.query('delete from directory_seen where connection_id = $1 and list = $2', [connectionId, list]);
    await tx.query(
      `update directory_lists set state = 'idle', synced_from = started_at, synced_at = clock_timestamp(), total = read,
         run_at = case when $3::float8 = 0 then 'infinity' else clock_timestamp() + make_interval(secs => $3::float8 * 3600 * (0.9 + random() * 0.2)) end
       where connection_id = $1 and list = $2`,
      [connectionId, list, this.config.DIRECTORY_REFRESH_HOURS],
    );
  }

  async standStill(tx: EntityManager, list: HeldList, { state, reason, seconds, pace, failures }: Standstill): Promise<void> {
    if (!(await this.isStillOurs(tx, list))) return;
    await tx.query(
      `update directory_lists set state = $3, reason = $4, run_at = clock_timestamp() + make_interval(secs => $5), pace = $6, failures = $7, leased_until = '-infinity' where connection_id = $1 and list = $2`,
      [list.connectionId, list.list, state, reason, seconds, JSON.stringify(pace), failures],
    );
  }

  /** The cursor is not taken any more: the list is read from its beginning, and what the copy holds stays meanwhile. */
  async restart(tx: EntityManager, list: HeldList, seconds: number): Promise<void> {
    if (!(await this.isStillOurs(tx, list))) return;
    await tx.query(
      `update directory_lists set cursor = null, page = 0, read = 0, restarts = restarts + 1, leased_until = '-infinity', run_at = clock_timestamp() + make_interval(secs => $3) where connection_id = $1 and list = $2`,
      [list.connectionId, list.list, seconds],
    );
  }

  private async isStillOurs(tx: EntityManager, { connectionId, list, epoch }: HeldList): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select 1 from directory_lists where connection_id = $1 and list = $2 and epoch = $3 for update', [connectionId, list, epoch]);
    return rows.length > 0;
  }

  /** The lists of a connection; those that were never asked for are missing. */
  async progress(connectionId: string): Promise<ListProgress[]> {
    return this.database.query<ListProgress[]>(
      `select l.list, l.state, l.reason, nullif(l.run_at, 'infinity') as "runAt", l.read, l.total, l.synced_at as "syncedAt", coalesce(s.have, 0) as have
       from directory_lists l left join directory_sizes s on s.connection_id = l.connection_id and s.kind = case when l.list = 'people' then 'people' else 'channels' end
       where l.connection_id = $1 order by l.list`,
      [connectionId],
    );
  }
}

const SEEN = (list: ListName): string => `with seen as materialized (select unnest(ids) as id from directory_seen where connection_id = $1 and list = '${list}')`;
const UNSEEN = (list: ListName, id: string): string => `connection_id = $1 and seen_at < (select started_at from directory_lists where connection_id = $1 and list = '${list}') and not exists (select 1 from seen where seen.id = ${id})`;

const DROP_UNSEEN: Readonly<Record<ListName, string>> = {
  // A channel that the app is not in any more: a private one cannot be seen any more, a public one has lost a member.
  'member-channels': `${SEEN('member-channels')}, lost as (select channel_id, is_private from channels where is_member and ${UNSEEN('member-channels', 'channel_id')}),
    gone as (delete from channels c using lost where c.connection_id = $1 and c.channel_id = lost.channel_id and lost.is_private)
    update channels c set is_member = false from lost where c.connection_id = $1 and c.channel_id = lost.channel_id and not lost.is_private`,
  channels: `${SEEN('channels')} delete from channels where ${UNSEEN('channels', 'channel_id')}`,
  people: `${SEEN('people')} delete from people where ${UNSEEN('people', 'user_id')}`,
};

function held(row: HeldRow): HeldList {
  const pace = row.pace ?? UNKNOWN_PACE;
  return {
    connectionId: row.connection_id, list: row.list, epoch: row.epoch, cursor: row.cursor, page: row.page, restarts: row.restarts, failures: row.failures,
    pace: row.began ? pacedAnew(pace) : pace, askedAt: row.asked_at, askedAtMs: row.asked_at_ms,
  };
}
