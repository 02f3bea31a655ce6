/** What Slack refused between giving a channel another id and telling us of it: it is sent again, to where the channel is now. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { ReplayJob } from '../ledger/replay.job.js';
import { ReplayRepository } from '../ledger/replay.repository.js';
import type { DestinationKey } from './destination.repository.js';

/** More than a channel takes in the minutes that an event may be late. */
const AT_MOST = 1000;

@Injectable()
export class SendAgainAtNewId {
  constructor(
    private readonly replays: ReplayRepository,
    private readonly job: ReplayJob,
  ) {}

  /** In the transaction in which the id is changed. Slack tells the time of most events in whole seconds. */
  async begin(tx: EntityManager, { organizationId, connectionId, destinationId }: DestinationKey, changedAt: Date): Promise<void> {
    const refused = await tx.query<{ delivery_id: string }[]>(
      `select d.delivery_id from deliveries d join lanes l using (lane_id)
       where l.connection_id = $1 and l.destination_key = $2 and l.organization_id = $3 and d.organization_id = $3 and d.settled_at >= $4 and d.state = 'failed' and d.error->>'code' = 'channel_not_found'
         and not exists (select 1 from commands again where again.organization_id = d.organization_id and again.replay_of = d.delivery_id) limit ${AT_MOST}`,
      [connectionId, destinationId, organizationId, changedAt],
    );
    if (refused.length === 0) return;
    await this.replays.begin(tx, { organizationId, actor: { kind: 'system', id: 'tocsin' } }, { filter: { id: refused.map(({ delivery_id }) => delivery_id) }, reason: 'Slack gave the channel another id' });
  }

  wake(): void {
    this.job.wake();
  }
}
