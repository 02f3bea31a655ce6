/** What Slack refused between giving a channel another id and telling us of it: messages are sent again, to where the channel is now, and edits made again. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { ReplayJob } from '../ledger/replay.job.js';
import { ReplayRepository } from '../ledger/replay.repository.js';
import type { DestinationKey } from './destination.repository.js';

/** More than a channel takes in the minutes that an event may be late. */
const AT_MOST = 1000;
/** What was told follows its channel to the lane of the new id within moments. */
const UNTIL_MOVED = `interval '5 seconds'`;

@Injectable()
export class SendAgainAtNewId {
  constructor(
    private readonly replays: ReplayRepository,
    private readonly job: ReplayJob,
  ) {}

  /** In the transaction in which the id is changed. Slack tells the time of most events in whole seconds. */
  async begin(tx: EntityManager, destination: DestinationKey, changedAt: Date): Promise<void> {
    await this.editAgain(tx, destination, changedAt);
    const { organizationId, connectionId, destinationId } = destination;
    const refused = await tx.query<{ delivery_id: string }[]>(
      `select d.delivery_id from deliveries d join lanes l using (lane_id)
       where l.connection_id = $1 and l.destination_key = $2 and l.organization_id = $3 and d.organization_id = $3 and d.settled_at >= $4 and d.state = 'failed' and d.error->>'code' = 'channel_not_found'
         and d.digest_id is null -- its digest was refused as well
         and not exists (select 1 from commands again where again.organization_id = d.organization_id and again.replay_of = d.delivery_id) limit ${AT_MOST}`,
      [connectionId, destinationId, organizationId, changedAt],
    );
    if (refused.length === 0) return;
    await this.replays.begin(tx, { organizationId, actor: { kind: 'system', id: 'tocsin' } }, { filter: { id: refused.map(({ delivery_id }) => delivery_id) }, reason: 'Slack gave the channel another id' });
  }

  /** They count as made, so that nobody repeats in vain what Slack refuses. */
  private async editAgain(tx: EntityManager, { organizationId, connectionId, destinationId }: DestinationKey, changedAt: Date): Promise<void> {
    await tx.query(
      `update told_issues t set shown_revision = t.wanted_revision - 1, wanted = h.issue, fails = 0, next_at = clock_timestamp() + ${UNTIL_MOVED}
       from lanes l join heard_issues h on h.organization_id = l.organization_id
       where l.connection_id = $1 and l.destination_key = $2 and l.organization_id = $3
         and t.organization_id = h.organization_id and t.issue_id = h.issue_id and t.lane_id = l.lane_id and t.wanted_revision = h.revision
         and t.ts is not null and t.living and not t.in_digest and t.shown_revision >= t.wanted_revision
         and exists (select 1 from timeline w where w.organization_id = t.organization_id and w.delivery_id = t.delivery_id and w.kind = 'not_brought_up_to_date' and w.at >= $4)`,
      [connectionId, destinationId, organizationId, changedAt],
    );
  }

  wake(): void {
    this.job.wake();
  }
}
