/**
 * Works through replays of many in the background. A batch is one transaction: what was replayed, how far it has come and
 * the audit record, so whoever goes on after a crash repeats nothing.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v5 as uuidOf } from 'uuid';

import { Audit, Job, LOGGER, nameOf, Outbox, type Logger } from '@tocsin/platform';

import { ArrivalRepository } from '../deliveries/arrival.repository.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { PostingJob } from '../deliveries/posting.job.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { isToldAgain, isUnderWay, repeated, repeatedStory, tellMembers } from './repeat.js';
import { ReplayRepository, type Replay, type ReplayItem } from './replay.repository.js';

/** The net under the wake-up, for replays that another replica began and could not end. */
const POLL_MS = 1000;
const BATCH = 200;

@Injectable()
export class ReplayJob extends Job {
  constructor(
    private readonly outbox: Outbox,
    private readonly replays: ReplayRepository,
    private readonly arrivals: ArrivalRepository,
    private readonly log: DeliveryLog,
    private readonly audit: Audit,
    private readonly posting: PostingJob,
    private readonly resolution: ResolutionJob,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('replays', POLL_MS, logger);
  }

  /** One batch of one replay. @returns whether there was one */
  async pass(): Promise<boolean> {
    if (!(await this.replays.isAnyRunning())) return false;
    const worked = await this.outbox.transaction(async (tx) => {
      const replay = await this.replays.take(tx);
      if (!replay) return false;
      const items = await this.replays.next(tx, replay, BATCH);
      if (items.length === 0) await this.replays.finish(tx, replay);
      else await this.replay(tx, replay, items);
      return true;
    });
    if (worked) {
      this.resolution.wake();
      this.posting.wake();
    }
    return worked;
  }

  private async replay(tx: EntityManager, replay: Replay, items: readonly ReplayItem[]): Promise<void> {
    const saidAt = new Date();
    const arrivals = items.flatMap((item) => {
      const row = isRepeated(replay, item);
      // The id follows from the two: a delivery that came into a batch again would be the same command.
      return row ? [repeated(row, uuidOf(row.delivery_id, replay.replay_id), replay.destination ?? undefined, saidAt)] : [];
    });
    if (arrivals.length > 0) {
      await this.arrivals.ingestWithin(tx, arrivals);
      const { organization_id: organizationId, author, reason } = replay;
      const told = arrivals.map(({ command, replayOf = '' }) => ({ organizationId, deliveryId: replayOf, story: repeatedStory(command.commandId, nameOf(author.actor), reason) }));
      await this.log.write(tx, told);
      await tellMembers(tx, organizationId, told);
      await this.audit.record(tx, {
        ...replay.author,
        action: 'deliveries.replayed',
        target: { kind: 'replay', id: replay.replay_id },
        after: {
          deliveries: arrivals.map(({ command, replayOf }) => ({ deliveryId: command.commandId, replayOf })),
          ...(replay.destination && { destination: replay.destination }),
          ...(replay.reason !== null && { reason: replay.reason }),
        },
      });
    }
    await this.replays.advance(tx, replay, { place: items.at(-1)?.place ?? replay.place, done: arrivals.length, skipped: items.length - arrivals.length });
  }
}

/** Not what is under way; not what its digest tells again; unless it is forced, not what was posted by itself or by a replay, nor by a replay of what it told, nor what a later replay of it that is named as well tells; not what is not kept any more. */
function isRepeated({ force }: Replay, { row, isToldByDigest, isToldByLater }: ReplayItem): ReplayItem['row'] {
  if (!row || isUnderWay(row) || isToldByDigest) return undefined;
  return force || !(row.state === 'posted' || isToldAgain(row) || isToldByLater) ? row : undefined;
}
