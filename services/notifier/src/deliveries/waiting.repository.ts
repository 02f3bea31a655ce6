/**
 * Ends deliveries that wait, without sending them: cancelled, expired, or bound for what does not exist. Never one that
 * waits for its digest: it ends with that.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError } from '@tocsin/domain';
import { Outbox } from '@tocsin/platform';

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

/** Part of what is to end, in one transaction. */
export interface EndedSome {
  ended: DeliveryKey[];
  isMore: boolean;
}

/** Keeps nobody waiting for a lane for long, however much there is to end. */
const BATCH = 500;
const WAITS = `d.state = 'waiting' and d.digest_id is null`;

@Injectable()
export class WaitingRepository {
  constructor(
    private readonly log: DeliveryLog,
    private readonly outbox: Outbox,
  ) {}

  /** {@link endSome} until nothing is left. @param also within each transaction that ends some @returns how many ended */
  async endAll(ending: Ending, which: Which, also?: (tx: EntityManager, ended: readonly DeliveryKey[]) => Promise<void>): Promise<number> {
    let count = 0;
    for (;;) {
      const { ended, isMore } = await this.outbox.transaction(async (tx) => {
        const some = await this.endSome(tx, ending, which);
        if (some.ended.length > 0) await also?.(tx, some.ended);
        return some;
      });
      count += ended.length;
      if (!isMore) return count;
    }
  }

  /** {@link end} for a batch. What meets the condition no more when its lane is locked is left alone. */
  async endSome(tx: EntityManager, ending: Ending, { condition, parameters }: Which): Promise<EndedSome> {
    const found = await tx.query<{ lane_id: string }[]>(`select d.lane_id from ledger d where ${WAITS} and ${condition} limit ${BATCH}`, [...parameters]);
    if (found.length === 0) return { ended: [], isMore: false };
    const lanes = await lockLanes(tx, found);
    const keys = await tx.query<DeliveryKey[]>(
      `select d.organization_id, d.delivery_id from ledger d where ${WAITS} and ${condition} and d.lane_id = any($${parameters.length + 1}::bigint[]) limit ${BATCH}`,
      [...parameters, lanes],
    );
    const ended = await this.endLocked(tx, ending, {
      condition: '(d.organization_id, d.delivery_id) in (select * from unnest($1::text[], $2::text[]))',
      parameters: [keys.map(({ organization_id }) => organization_id), keys.map(({ delivery_id }) => delivery_id)],
    });
    return { ended, isMore: found.length === BATCH };
  }

  /**
   * Ends all at once, so there must not be many. Their lanes are locked first: a claim that is just taking one of them wins,
   * and it is left alone. Commands go on arriving, and those that come meanwhile may be left.
   * @returns the keys of those that ended
   */
  async end(tx: EntityManager, ending: Ending, which: Which): Promise<DeliveryKey[]> {
    const found = await tx.query<{ lane_id: string }[]>(`select distinct d.lane_id from ledger d where ${WAITS} and ${which.condition}`, [...which.parameters]);
    if (found.length === 0) return [];
    await lockLanes(tx, found);
    return this.endLocked(tx, ending, which);
  }

  /** With their lanes locked. */
  private async endLocked(tx: EntityManager, { state, error, told = error.message }: Ending, { condition, parameters }: Which): Promise<DeliveryKey[]> {
    const [ended] = await tx.query<[DeliveryKey[], number]>(
      `with these as materialized (select d.organization_id, d.delivery_id from ledger d where ${WAITS} and ${condition})
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

/** @returns their ids, each once */
async function lockLanes(tx: EntityManager, of: readonly { lane_id: string }[]): Promise<string[]> {
  const lanes = [...new Set(of.map(({ lane_id }) => lane_id))];
  await tx.query('select 1 from lanes where lane_id = any($1::bigint[]) order by lane_id for no key update', [lanes]);
  return lanes;
}
