/**
 * Ends deliveries that wait, without sending them: cancelled, expired, or bound for what does not exist. Never one that
 * waits for its digest: it ends with that.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError, DeliverySource } from '@tocsin/domain';
import { LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { DeliveryLog, type DeliveryKey } from './delivery-log.js';
import { DeliveryMetrics } from './delivery.metrics.js';

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

interface Ended extends DeliveryKey {
  connection_id: string;
  destination_id: string | null;
  source_kind: DeliverySource['kind'];
  said_at: Date;
}

/** Keeps nobody waiting for a lane for long, however much there is to end. */
const BATCH = 500;
const WAITS = `d.state = 'waiting' and d.digest_id is null`;

@Injectable()
export class WaitingRepository {
  constructor(
    private readonly log: DeliveryLog,
    private readonly outbox: Outbox,
    private readonly metrics: DeliveryMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
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
  private async endLocked(tx: EntityManager, ending: Ending, { condition, parameters }: Which): Promise<DeliveryKey[]> {
    const { state, error, told = error.message } = ending;
    const [ended] = await tx.query<[Ended[], number]>(
      `with these as materialized (select d.organization_id, d.delivery_id, d.source_kind, d.destination_id from ledger d where ${WAITS} and ${condition})
       update deliveries d set state = $${parameters.length + 1}, error = $${parameters.length + 2}, version = d.version + 1, waiting_for = null, settled_at = clock_timestamp()
       from these where d.organization_id = these.organization_id and d.delivery_id = these.delivery_id and d.state = 'waiting' and d.digest_id is null
       returning d.organization_id, d.delivery_id, d.connection_id, d.said_at, these.source_kind, these.destination_id`,
      [...parameters, state, JSON.stringify(error)],
    );
    await this.log.write(tx, ended.map(({ organization_id, delivery_id }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: { kind: state, text: told } })));
    await this.log.tellSettled(tx, ended);
    this.outbox.onCommitOf(tx, () => { this.tell(ended, ending); });
    return ended;
  }

  /** One line for each, as for what was sent, and a number in the metrics. */
  private tell(ended: readonly Ended[], { state, error: { code } }: Ending): void {
    for (const { organization_id: organizationId, delivery_id: commandId, connection_id: connectionId, destination_id: destination, source_kind: kind, said_at: saidAt } of ended) {
      this.metrics.count({ kind, saidAt }, state, code);
      this.logger.info({ code, ms: Date.now() - saidAt.getTime(), commandId, organizationId, connectionId, destination, state }, 'delivery settled without being sent');
    }
  }
}

/** @returns their ids, each once */
async function lockLanes(tx: EntityManager, of: readonly { lane_id: string }[]): Promise<string[]> {
  const lanes = [...new Set(of.map(({ lane_id }) => lane_id))];
  await tx.query('select 1 from lanes where lane_id = any($1::bigint[]) order by lane_id for no key update', [lanes]);
  return lanes;
}
