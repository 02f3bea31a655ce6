/**
 * Who is taking a message back at this moment. While Slack is asked nothing is locked, and what its answer means depends on nobody
 * else asking meanwhile: one that is refused lets the message be kept up to date again, which must not happen to one that is being deleted.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v4 as uuid } from 'uuid';

import type { DeliveryKey } from '../deliveries/delivery-key.js';

/** Longer than a request takes. */
const LEASE_SECONDS = 30;

@Injectable()
export class RetractionLease {
  constructor(private readonly database: DataSource) {}

  /** @returns its id; undefined while somebody else has it */
  async take(tx: EntityManager, { organization_id, delivery_id }: DeliveryKey): Promise<string | undefined> {
    const [lease] = await tx.query<{ lease_id: string }[]>(
      `insert into retractions as r (organization_id, delivery_id, lease_id, leased_until) values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
       on conflict (organization_id, delivery_id) do update set lease_id = excluded.lease_id, leased_until = excluded.leased_until where r.leased_until <= clock_timestamp()
       returning lease_id`,
      [organization_id, delivery_id, uuid(), LEASE_SECONDS],
    );
    return lease?.lease_id;
  }

  /** For one more request. @returns false when somebody else has taken it since, for it had ended */
  async extend({ organization_id, delivery_id }: DeliveryKey, leaseId: string): Promise<boolean> {
    const [extended] = await this.database.query<[unknown[], number]>(
      'update retractions set leased_until = clock_timestamp() + make_interval(secs => $4) where organization_id = $1 and delivery_id = $2 and lease_id = $3 returning 1',
      [organization_id, delivery_id, leaseId, LEASE_SECONDS],
    );
    return extended.length > 0;
  }

  /** @returns as {@link extend} */
  async giveBack(tx: EntityManager, { organization_id, delivery_id }: DeliveryKey, leaseId: string): Promise<boolean> {
    const [given] = await tx.query<[unknown[], number]>('delete from retractions where organization_id = $1 and delivery_id = $2 and lease_id = $3 returning 1', [organization_id, delivery_id, leaseId]);
    return given.length > 0;
  }
}
