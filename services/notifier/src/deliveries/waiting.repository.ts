/**
 * Ends deliveries that wait, without sending them: cancelled, expired, or bound for what does not exist. Never one that
 * waits for its digest: it ends with that.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError } from '@tocsin/domain';

import { DeliveryLog, type DeliveryKey } from './delivery-log.js';

export interface Ending {
  state: 'failed' | 'dead' | 'suppressed';
  error: DeliveryError;
  /** The line in the timeline; what the error says when left out. */
  told?: string;
}

/** Which waiting deliveries: a condition on `d`, of the view `ledger`, whose parameters start at `$1`. */
export interface Which {
  condition: string;
  parameters: readonly unknown[];
}

@Injectable()
export class WaitingRepository {
  constructor(private readonly log: DeliveryLog) {}

  /** Their lanes are locked first: a claim that is just taking one of them wins, and it is left alone. @returns the keys of those that ended */
  async end(tx: EntityManager, { state, error, told = error.message }: Ending, { condition, parameters }: Which): Promise<DeliveryKey[]> {
    const these = `from ledger d where d.state = 'waiting' and d.digest_id is null and ${condition}`;
    const found = await tx.query<{ lane_id: string }[]>(`select distinct d.lane_id ${these}`, [...parameters]);
    if (found.length === 0) return [];
    await tx.query('select 1 from lanes where lane_id = any($1::bigint[]) order by lane_id for update', [found.map(({ lane_id }) => lane_id)]);
    const [ended] = await tx.query<[DeliveryKey[], number]>(
      `with these as materialized (select d.organization_id, d.delivery_id ${these})
       update deliveries d set state = $${parameters.length + 1}, error = $${parameters.length + 2}, version = d.version + 1, waiting_for = null, settled_at = clock_timestamp()
       from these where d.organization_id = these.organization_id and d.delivery_id = these.delivery_id and d.state = 'waiting' and d.digest_id is null
       returning d.organization_id, d.delivery_id`,
      [...parameters, state, JSON.stringify(error)],
    );
    await this.log.write(tx, ended.map(({ organization_id, delivery_id }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: { kind: state, text: told } })));
    await this.log.tellSettled(tx, ended);
    return ended;
  }
}
