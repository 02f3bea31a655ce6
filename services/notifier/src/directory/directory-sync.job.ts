/**
 * Fills the directory page by page. Channels that the app is in, all channels and people are lists of their own: Slack limits
 * each method by itself, so none waits for another, and one that fails stops none. Where each is stands in the database, so a
 * restart goes on.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, Outbox, PeerUnavailable, type Logger } from '@tocsin/platform';
import type { SlackAnswer, SlackChannel, SlackDoor, SlackPage, SlackPerson } from '@tocsin/slack';

import { ConnectionHolds } from '../connections/connection-holds.js';
import { ConnectionRepository } from '../connections/connection.repository.js';
import { SlackDoors } from '../connections/slack-doors.js';
import { afterFailure, pageUnread, notConnected, type AfterFailure } from './after-failure.js';
import { DirectoryListRepository, type HeldList } from './directory-list.repository.js';
import { DirectoryRepository, isOffered } from './directory.repository.js';

/** Pages in work at most, per replica, so that lists leave room for messages. */
const AT_ONCE = 4;
const IDLE_MS = 1000;
const CHANNEL_TYPES = 'public_channel,private_channel';
/** What Slack gives at most, and what it advises for people. */
const CHANNELS_A_PAGE = 999;
const PEOPLE_A_PAGE = 200;
/** After a page that could not be read: it may have been too much to answer in time. */
const CAUTIOUS_PAGE = 100;
/** A list that is longer goes round in circles. */
const MOST_PAGES = 20_000;
/** Statistics of a table that grew a thousandfold within a minute would come too late for the picker. */
const ANALYZED_AFTER_PAGES = [2, 10];

interface OpenDoor {
  door: SlackDoor;
  credentialVersion: number;
}

@Injectable()
export class DirectorySyncJob extends Job {
  private readonly working = new Set<Promise<void>>();

  constructor(
    private readonly database: DataSource,
    private readonly directory: DirectoryRepository,
    private readonly lists: DirectoryListRepository,
    private readonly doors: SlackDoors,
    private readonly connections: ConnectionRepository,
    private readonly holds: ConnectionHolds,
    private readonly outbox: Outbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('directory sync', IDLE_MS, logger);
  }

  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    await Promise.all(this.working);
  }

  async pass(): Promise<boolean> {
    if (this.working.size >= AT_ONCE) return false;
    const list = await this.lists.take();
    if (!list) {
      this.wakeIn(await this.lists.dueIn()); // once a second is too seldom between two pages
      return false;
    }
    const work = this.workOn(list).finally(() => {
      this.working.delete(work);
      this.wake();
    });
    this.working.add(work);
    return true;
  }

  /** Never rejects: whatever happens to a page, its list is tried again. */
  private async workOn(list: HeldList): Promise<void> {
    try {
      await this.page(list);
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) this.logger.warn({ err: error, connectionId: list.connectionId, list: list.list }, 'a page of the directory could not be synced');
      await this.apply(list, pageUnread(list)).catch((cause: unknown) => { this.logger.warn({ err: cause, connectionId: list.connectionId }, 'a list of the directory waits for its lease to end'); });
    }
  }

  private async page(list: HeldList): Promise<void> {
    const opened = await this.doors.openVersioned(list.connectionId);
    if (!opened) await this.apply(list, notConnected(list));
    else if (list.list === 'people') await this.peoplePage(list, opened);
    else await this.channelPage(list, opened);
  }

  private async channelPage(list: HeldList, opened: OpenDoor): Promise<void> {
    const [cursor, limit] = [list.cursor ?? undefined, list.failures > 0 ? CAUTIOUS_PAGE : CHANNELS_A_PAGE];
    const answer = await (list.list === 'channels' ? opened.door.listChannels(cursor, CHANNEL_TYPES, limit) : opened.door.listMemberChannels(cursor, CHANNEL_TYPES, limit));
    await this.take(list, opened, answer, (channels: SlackChannel[]) => channels, (channels, options) => this.directory.saveChannels(list.connectionId, channels, options));
  }

  private async peoplePage(list: HeldList, opened: OpenDoor): Promise<void> {
    const answer = await opened.door.listPeople(list.cursor ?? undefined, list.failures > 0 ? CAUTIOUS_PAGE : PEOPLE_A_PAGE);
    await this.take(list, opened, answer, (people: SlackPerson[]) => people.filter(isOffered), (people, options) => this.directory.savePeople(list.connectionId, people, options));
  }

  private async take<T extends { id: string }>(
    list: HeldList, opened: OpenDoor, answer: SlackAnswer<SlackPage<T>>, kept: (items: T[]) => T[], save: (items: T[], options: Parameters<DirectoryRepository['saveChannels']>[2]) => Promise<void>,
  ): Promise<void> {
    if (!answer.ok) {
      await this.apply(list, afterFailure(list, answer.failure, await this.now()), { opened, code: answer.failure.code });
      return;
    }
    const { items, nextCursor } = answer.value;
    if (nextCursor !== undefined && (nextCursor === list.cursor || list.page >= MOST_PAGES)) {
      await this.apply(list, afterFailure(list, 'same cursor again', list.askedAtMs));
      return;
    }
    const ids = [...new Set(kept(items).map(({ id }) => id))];
    await this.lists.savePage(list, ids, nextCursor, (tx) => save(items, { tx, askedAt: list.askedAt }));
    if (nextCursor === undefined ? list.page > 0 : ANALYZED_AFTER_PAGES.includes(list.page)) await this.database.query(`analyze (skip_locked) ${list.list === 'people' ? 'people' : 'channels'}`);
  }

  private async apply(list: HeldList, { restartAfterSeconds, standstill, isRevoked }: AfterFailure, refused?: { opened: OpenDoor; code: string }): Promise<void> {
    const owner = isRevoked && refused ? await this.connections.organizationOf(list.connectionId) : undefined;
    await this.outbox.transaction(async (tx) => {
      // The connection before its lists, as where connector's news comes in.
      if (standstill && refused && owner !== undefined) {
        await this.holds.hold(tx, owner, { connectionId: list.connectionId, credentialVersion: refused.opened.credentialVersion, slackError: refused.code, reason: standstill.reason });
      }
      if (restartAfterSeconds !== undefined) await this.lists.restart(tx, list, restartAfterSeconds);
      if (standstill) await this.lists.standStill(tx, list, standstill);
    });
  }

  private async now(): Promise<number> {
    const [row] = await this.database.query<{ ms: number }[]>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms');
    return row?.ms ?? 0;
  }
}
