/**
 * Fills the directory page by page: channels that the app is in first, then all channels, then people. Where it is
 * stands in the database, so a restart goes on, and one replica works on a connection at a time.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { LOGGER, Loop, PeerUnavailable, type Logger } from '@tocsin/platform';
import type { SlackAnswer, SlackPage } from '@tocsin/slack';

import { SlackDoors } from '../connections/slack-doors.js';
import { DirectoryRepository } from './directory.repository.js';

type Step = 'member-channels' | 'channels' | 'people';

interface SyncRow {
  connection_id: string;
  step: Step;
  cursor: string | null;
  page: number;
  started_at: Date;
}

const NEXT_STEP: Record<Step, Step | null> = { 'member-channels': 'channels', channels: 'people', people: null };
/** Slack's Tier 2 allows a little more than 20 calls of a method a minute, and bursts: a short list comes at once, a long one at this pace. */
const PAGES_AT_ONCE = 10;
const PAGE_PAUSE_MS = 4000;
const RETRY_SECONDS = 30;

@Injectable()
export class DirectorySyncJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Loop;

  constructor(
    private readonly database: DataSource,
    private readonly directory: DirectoryRepository,
    private readonly doors: SlackDoors,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.loop = new Loop('directory sync', 1000, () => this.syncOnePage(), logger);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }

  private async syncOnePage(): Promise<boolean> {
    const row = await this.take();
    if (!row) return false;
    try {
      await this.page(row);
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) this.logger.warn({ err: error, connectionId: row.connection_id }, 'a page of the directory could not be synced');
      await this.pause(row, RETRY_SECONDS, 'the last page could not be read');
    }
    return true;
  }

  private async take(): Promise<SyncRow | undefined> {
    const taken = await this.database.query<[SyncRow[], number]>(
      `update directory_syncs set leased_until = clock_timestamp() + interval '30 seconds' where connection_id =
         (select connection_id from directory_syncs where state in ('syncing', 'paused') and run_at <= clock_timestamp() and leased_until <= clock_timestamp()
          order by run_at limit 1 for update skip locked)
       returning connection_id, step, cursor, page, started_at`,
    );
    return taken[0][0];
  }

  private async page(row: SyncRow): Promise<void> {
    const door = await this.doors.open(row.connection_id);
    if (!door) {
      await this.fail(row, 'the workspace is not connected');
      return;
    }
    const cursor = row.cursor ?? undefined;
    if (row.step === 'people') {
      const answer = await door.listPeople(cursor);
      if (answer.ok) await this.directory.savePeople(row.connection_id, answer.value.items);
      await this.advance(row, answer);
    } else {
      const answer = row.step === 'channels' ? await door.listChannels(cursor) : await door.listMemberChannels(cursor);
      if (answer.ok) await this.directory.saveChannels(row.connection_id, answer.value.items);
      await this.advance(row, answer);
    }
  }

  private async advance(row: SyncRow, answer: SlackAnswer<SlackPage<unknown>>): Promise<void> {
    if (!answer.ok) {
      await this.refused(row, answer);
      return;
    }
    if (answer.value.nextCursor !== undefined) await this.goOn(row, row.step, answer.value.nextCursor);
    else await this.endStep(row);
  }

  private async refused(row: SyncRow, { failure }: Extract<SlackAnswer<unknown>, { ok: false }>): Promise<void> {
    if (failure.code === 'invalid_cursor') await this.goOn(row, row.step, null);
    else if (failure.family === 'busy') await this.pause(row, failure.retryAfterSeconds, 'Slack asked us to slow down');
    else if (failure.family === 'refused') await this.fail(row, failure.message);
    else await this.pause(row, RETRY_SECONDS, failure.message);
  }

  private async endStep(row: SyncRow): Promise<void> {
    if (row.step === 'channels') await this.directory.dropUnseen('channels', row.connection_id, row.started_at);
    if (row.step === 'people') await this.directory.dropUnseen('people', row.connection_id, row.started_at);
    if (row.step !== 'member-channels') {
      const column = row.step === 'channels' ? 'channels_synced_at' : 'people_synced_at';
      await this.database.query(`update directory_syncs set ${column} = clock_timestamp() where connection_id = $1 and started_at = $2`, [row.connection_id, row.started_at]);
    }
    const next = NEXT_STEP[row.step];
    if (next) await this.goOn(row, next, null);
    else await this.settle(row, 'idle', null);
  }

  private async goOn(row: SyncRow, step: Step, cursor: string | null): Promise<void> {
    const page = cursor === null ? 0 : row.page + 1;
    const pauseMs = page < PAGES_AT_ONCE ? 0 : PAGE_PAUSE_MS;
    await this.database.query(
      `update directory_syncs set state = 'syncing', step = $3, cursor = $4, page = $6, run_at = clock_timestamp() + make_interval(secs => $5::int / 1000), leased_until = '-infinity', reason = null
       where connection_id = $1 and started_at = $2`,
      [row.connection_id, row.started_at, step, cursor, pauseMs, page],
    );
  }

  private async pause(row: SyncRow, seconds: number, reason: string): Promise<void> {
    await this.database.query(
      `update directory_syncs set state = 'paused', reason = $3, run_at = clock_timestamp() + make_interval(secs => $4), leased_until = '-infinity' where connection_id = $1 and started_at = $2`,
      [row.connection_id, row.started_at, reason, seconds],
    );
  }

  private async fail(row: SyncRow, reason: string): Promise<void> {
    await this.settle(row, 'failed', reason);
  }

  private async settle(row: SyncRow, state: 'idle' | 'failed', reason: string | null): Promise<void> {
    await this.database.query(`update directory_syncs set state = $3, reason = $4, leased_until = '-infinity' where connection_id = $1 and started_at = $2`, [row.connection_id, row.started_at, state, reason]);
  }
}
