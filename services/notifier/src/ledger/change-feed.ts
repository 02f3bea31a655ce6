/**
 * Tells readers what changed, as it changes: one look at the feed for all of them, only while there are any. A bell wakes
 * it; the clock is the net. Nothing that commits after a reader was let in is missed, in whatever order it commits.
 */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { DeliveryCriteria } from '@tocsin/contracts';
import { LOGGER, Loop, type Logger } from '@tocsin/platform';

import { deliveryView } from '../deliveries/delivery-view.js';
import { ChangeBell } from './change-bell.js';
import { isWanted } from './delivery-match.js';
import type { EventStream } from './event-stream.js';
import { FeedIds } from './feed-ids.js';
import { FeedPosition } from './feed-position.js';
import { FeedRepository, type ChangedDelivery, type ChangedRow } from './feed.repository.js';

export interface Reader {
  organizationId: string;
  criteria: DeliveryCriteria;
  stream: EventStream;
}

const POLL_MS = 500;
const BATCH = 500;
/** A line that was passed over appears within this, or its transaction was taken back. */
const PATIENCE_MS = 10_000;
/** More lines than this since it left, and a reader looks anew. */
const CATCH_UP = 10_000;
/** Deliveries that are read at a time of those that a reader missed: of each the whole command is in memory meanwhile. */
const MISSED_AT_ONCE = 200;
const REMEMBERED_VERSIONS = 50_000;

@Injectable()
export class ChangeFeed implements OnModuleDestroy {
  private readonly loop: Loop;
  private readonly readers = new Set<Reader>();
  /** They wait for their turn to be let in. */
  private readonly arriving = new Set<Reader>();
  private readonly told = new LRUCache<string, number>({ max: REMEMBERED_VERSIONS });
  private position: FeedPosition | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly feed: FeedRepository,
    private readonly bell: ChangeBell,
    private readonly ids: FeedIds,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.loop = new Loop('changes of deliveries', POLL_MS, () => this.inTurn(() => this.look()), logger);
  }

  async onModuleDestroy(): Promise<void> {
    for (const { stream } of this.readers) stream.end();
    await this.loop.stop();
  }

  /** From where a reader that has everything so far goes on; opaque to it. */
  get here(): string {
    return this.ids.of(this.position?.safe ?? 0);
  }

  /**
   * Lets a reader in, with what it missed since `lastId`, or the word that it must look anew.
   * @param begin begins the answer; what commits afterwards is told
   */
  async join(reader: Reader, lastId: string | undefined, begin: () => void): Promise<void> {
    this.arriving.add(reader);
    await this.inTurn(async () => {
      const position = (this.position ??= await this.beginning());
      this.readers.add(reader);
      try {
        const missed = lastId === undefined ? [] : await this.missed(reader.organizationId, lastId, position);
        begin();
        if (missed) await this.catchUp(reader, missed, lastId ?? this.here);
        else reader.stream.reset();
      } catch (error) {
        this.readers.delete(reader);
        throw error;
      }
    }).finally(() => { this.arriving.delete(reader); });
    this.loop.start();
  }

  async leave(reader: Reader): Promise<void> {
    this.readers.delete(reader);
    if (this.readers.size > 0) return;
    await this.inTurn(async () => {
      if (this.readers.size > 0) return;
      this.position = undefined;
      this.told.clear();
      await this.bell.stopListening();
    });
  }

  /** Those who are about to be let in as well. */
  readersOf(organizationId: string): number {
    return [...new Set([...this.readers, ...this.arriving])].filter((reader) => reader.organizationId === organizationId).length;
  }

  /** One thing at a time: a reader is let in between two looks. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async beginning(): Promise<FeedPosition> {
    const { before, ids } = await this.feed.beginning();
    const position = new FeedPosition(before, PATIENCE_MS);
    position.read(ids, performance.now());
    return position;
  }

  /** @returns undefined when that was too much, or `lastId` is none of ours */
  private async missed(organizationId: string, lastId: string, position: FeedPosition): Promise<ChangedDelivery[] | undefined> {
    const from = this.ids.positionIn(lastId);
    return from === undefined ? undefined : this.feed.since(organizationId, from, position.newest, CATCH_UP);
  }

  /** @param before what the reader goes on from until it has seen all of it */
  private async catchUp(reader: Reader, missed: readonly ChangedDelivery[], before: string): Promise<void> {
    const once = [...new Map(missed.map((change) => [change.deliveryId, change])).values()];
    for (let at = 0; at < once.length && !reader.stream.isOver; at += MISSED_AT_ONCE) {
      const rows = await this.feed.rows(once.slice(at, at + MISSED_AT_ONCE));
      tell(reader, rows.map(toldOf), before, at + MISSED_AT_ONCE < once.length ? before : this.here);
    }
  }

  /** @returns true when there is more */
  private async look(): Promise<boolean> {
    const { position } = this;
    if (!position) return false;
    await this.bell.listen(() => { this.loop.wake(); });
    const [late, fresh] = [await this.feed.among(position.missing(performance.now())), await this.feed.after(position.newest, BATCH)];
    const changes = [...late, ...fresh];
    if (changes.length === 0) return false;
    const rows = await this.feed.rows(this.heard(changes));
    const before = this.here;
    position.read(changes.map(({ id }) => id), performance.now());
    const told = rows.filter((row) => this.isNews(row)).map(toldOf);
    const after = this.here;
    for (const reader of this.readers) tell(reader, told, before, after);
    return fresh.length === BATCH;
  }

  private heard(changes: readonly ChangedDelivery[]): ChangedDelivery[] {
    const listening = new Set([...this.readers].map(({ organizationId }) => organizationId));
    return changes.filter(({ organizationId }) => listening.has(organizationId));
  }

  private isNews({ organization_id, delivery_id, version }: ChangedRow): boolean {
    const key = JSON.stringify([organization_id, delivery_id]);
    if ((this.told.get(key) ?? -1) >= version) return false;
    this.told.set(key, version);
    return true;
  }
}

interface Told {
  row: ChangedRow;
  data: string;
}

function toldOf(row: ChangedRow): Told {
  return { row, data: JSON.stringify(deliveryView(row)) };
}

/** Whoever has seen only some of what is told at once goes on from before all of it. */
function tell({ organizationId, criteria, stream }: Reader, told: readonly Told[], before: string, after: string): void {
  const wanted = told.filter(({ row }) => row.organization_id === organizationId && isWanted(row, criteria));
  stream.send(wanted.map(({ data }, index) => ({ event: 'delivery', data, id: index === wanted.length - 1 ? after : before })));
}
