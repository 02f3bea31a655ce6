/**
 * Folds the backlog of a lane into digests, under its lease: one for all messages that say the same beside their issues.
 * What the leak guard keeps out of the destination is ended first, so that no digest tells or counts it. Whatever goes wrong,
 * the lane goes back and its messages are sent one by one.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { guardLeaks, kindOfDestinationId, needsReadership, type DeliveryError } from '@tocsin/domain';
import { LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { SlackDoors } from '../connections/slack-doors.js';
import type { LaneClaim } from '../deliveries/claim.js';
import { LaneRepository } from '../deliveries/lane.repository.js';
import { WaitingRepository } from '../deliveries/waiting.repository.js';
import { ChannelReadership } from '../directory/readership.js';
import { DeliverySettingsRepository } from '../settings/delivery-settings.repository.js';
import { DigestMembersRepository, type FoldableKind } from './digest-members.repository.js';
import { DigestWriter } from './digest-writer.js';

interface KeptBack {
  kind: FoldableKind;
  error: DeliveryError;
}

/** What waits in a lane, after the leak guard looked at it. */
interface Guarded {
  told: FoldableKind[];
  keptBack: KeptBack[];
}

const KEPT_BACK_BATCH = 500;
/** The rest is kept back when the lane is looked at again: a lease has its end. */
const KEPT_BACK_BATCHES = 20;

@Injectable()
export class Folding {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly lanes: LaneRepository,
    private readonly members: DigestMembersRepository,
    private readonly writer: DigestWriter,
    private readonly waiting: WaitingRepository,
    private readonly settings: DeliverySettingsRepository,
    private readonly readership: ChannelReadership,
    private readonly doors: SlackDoors,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Gives the lane back in every case. */
  async fold(lane: LaneClaim): Promise<void> {
    let cameOn = false;
    try {
      const guarded = await this.guard(lane);
      cameOn = guarded !== undefined && (!(await this.keepBack(lane, guarded.keptBack)) || (await this.foldAll(lane, guarded.told)) > 0);
    } catch (error) {
      this.logger.warn({ err: error, laneId: lane.laneId, organizationId: lane.organizationId }, 'a backlog could not be folded; it is sent one by one');
    } finally {
      if (!cameOn) await this.members.putOff(this.database.manager, lane.laneId);
      await this.lanes.release(lane);
    }
  }

  /** @returns what may be told in the lane's destination and what may not; undefined when it cannot be found out now who can read it */
  private async guard({ organizationId, connectionId, laneId }: LaneClaim): Promise<Guarded | undefined> {
    const kinds = await this.members.kindsOf(this.database.manager, laneId);
    const { leakGuard } = await this.settings.of(organizationId);
    const destinationId = kinds[0]?.destination_id;
    if (destinationId === undefined || kindOfDestinationId(destinationId) === 'user' || !needsReadership(leakGuard, kinds)) return { told: kinds, keptBack: [] };
    const opened = await this.doors.openVersioned(connectionId);
    const readers = opened && (await this.readership.of(connectionId, destinationId, opened.door));
    if (!readers || 'failure' in readers) return undefined;
    const guarded: Guarded = { told: [], keptBack: [] };
    for (const kind of kinds) {
      const error = guardLeaks(leakGuard, [kind], readers.known);
      if (error) guarded.keptBack.push({ kind, error });
      else guarded.told.push(kind);
    }
    return guarded;
  }

  /** @returns false when some of it is left */
  private async keepBack(lane: LaneClaim, keptBack: readonly KeptBack[]): Promise<boolean> {
    let batches = KEPT_BACK_BATCHES;
    for (const { kind, error } of keptBack) {
      for (let ended = KEPT_BACK_BATCH; ended === KEPT_BACK_BATCH; batches -= 1) {
        if (batches === 0) return false;
        ended = await this.outbox.transaction(async (tx) => {
          if (!(await this.members.lockLeased(tx, lane))) return 0;
          return (await this.waiting.end(tx, { state: 'suppressed', error }, this.members.ofKind(lane.laneId, kind, KEPT_BACK_BATCH))).length;
        });
      }
    }
    return true;
  }

  /** What the leak guard has not looked at is left for another time. @returns how many digests it made; with the first of them the lane is given back */
  private async foldAll(lane: LaneClaim, kinds: readonly FoldableKind[]): Promise<number> {
    const digests = await this.outbox.transaction(async (tx) => {
      if (!(await this.members.lockLeased(tx, lane))) return [];
      const written = [];
      for (const foldKey of await this.members.foldKeys(tx, lane.laneId, kinds)) written.push(await this.foldOne(tx, lane, kinds, foldKey));
      if (written.length > 0) await this.lanes.release(lane, tx);
      return written;
    });
    for (const { digestId, members } of digests) this.logger.info({ commandId: digestId, organizationId: lane.organizationId, laneId: lane.laneId, members }, 'a backlog was folded into a digest');
    return digests.length;
  }

  private async foldOne(tx: EntityManager, lane: LaneClaim, kinds: readonly FoldableKind[], foldKey: string): Promise<{ digestId: string; members: number }> {
    const key = { organizationId: lane.organizationId, digestId: uuid() };
    await this.members.gather(tx, lane.laneId, kinds, foldKey, key.digestId);
    const members = await this.writer.write(tx, lane, key.digestId);
    const others = members === 2 ? 'another one' : `${members - 1} others`;
    await this.members.tell(tx, key, 'folded', `Folded with ${others} into one digest, since this destination fell behind`);
    return { digestId: key.digestId, members };
  }
}
