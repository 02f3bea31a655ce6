/**
 * Gives the members of a digest its end, in batches, each told and announced as if it had been sent alone. What is to be done
 * follows from the rows, so a crash leaves nothing undone: whoever looks next goes on. A digest that was taken apart gives
 * its members to smaller ones, or back to their line.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { Job, LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { DeliveryLog } from '../deliveries/delivery-log.js';
import { DeliveryMetrics } from '../deliveries/delivery.metrics.js';
import { lockLane } from '../deliveries/lock-lane.js';
import { FollowChanges } from '../living/follow-changes.js';
import { ToldIssues } from '../living/told-issues.repository.js';
import { DigestEndRepository, type DigestEnd, type SettledMember } from './digest-end.repository.js';
import { isTakenApart, memberStory } from './digest-outcome.js';
import { TakeApart } from './take-apart.js';

/** The net under the wake-ups. */
const POLL_MS = 1000;
/** Small enough that claims and results of the lane do not wait long for its lock. */
const BATCH = 250;
/** For so long others go before one that could not be settled. */
const PUT_OFF_MS = 10_000;

@Injectable()
export class SettlingJob extends Job {
  /** Digests that could not be settled, and until when they are passed over, by this process's own clock. */
  private readonly putOff = new Map<string, number>();

  constructor(
    private readonly outbox: Outbox,
    private readonly ends: DigestEndRepository,
    private readonly takeApart: TakeApart,
    private readonly told: ToldIssues,
    private readonly changes: FollowChanges,
    private readonly log: DeliveryLog,
    private readonly metrics: DeliveryMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('settling of digests', POLL_MS, logger);
  }

  /** One batch of one digest. @returns whether it is worth looking for another at once */
  async pass(): Promise<boolean> {
    let taken: DigestEnd | undefined;
    try {
      const settled = await this.outbox.transaction(async (tx) => {
        taken = await this.ends.take(tx, this.passedOver());
        return taken && this.settleOne(tx, taken);
      });
      if (settled && settled !== 'again') this.record(settled.end, settled.members);
      return settled === 'again' || settled?.isMore === true;
    } catch (error) {
      if (taken) this.putOff.set(taken.digestId, performance.now() + PUT_OFF_MS);
      throw error;
    }
  }

  private passedOver(): string[] {
    for (const [digestId, until] of this.putOff) if (until <= performance.now()) this.putOff.delete(digestId);
    return [...this.putOff.keys()];
  }

  /** @returns `again` when its end has changed meanwhile */
  private async settleOne(tx: EntityManager, end: DigestEnd): Promise<{ end: DigestEnd; members: SettledMember[]; isMore: boolean } | 'again'> {
    await (isTakenApart(end) ? this.takeApart.lock(tx, end) : lockLane(tx, end.laneId)); // as wherever it is recorded what a destination was told
    if (!(await this.ends.isStill(tx, end))) return 'again';
    if (isTakenApart(end)) return { end, members: [], isMore: await this.takeApart.run(tx, end) };
    const members = await this.ends.settleMembers(tx, end, BATCH);
    if (end.state === 'posted') await this.recordTold(tx, end, members);
    await this.log.write(tx, members.map(({ organization_id, delivery_id }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: memberStory(end) })));
    await this.log.tellSettled(tx, members);
    return { end, members, isMore: members.length === BATCH || (await this.ends.conclude(tx, end)) };
  }

  private async recordTold(tx: EntityManager, { digestId }: DigestEnd, members: readonly SettledMember[]): Promise<void> {
    await this.told.recordMembers(tx, digestId, members);
    await this.changes.catchUp(tx, digestId, members);
  }

  private record({ digestId, organizationId, state, error }: DigestEnd, members: readonly SettledMember[]): void {
    for (const { source_kind: kind, said_at: saidAt } of members) this.metrics.count({ kind, saidAt }, state, error?.code);
    this.logger.info({ commandId: digestId, organizationId, state, members: members.length }, 'deliveries settled with their digest');
  }
}
