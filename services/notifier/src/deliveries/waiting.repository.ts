/**
 * Ends deliveries that wait, without sending them: cancelled, expired, or bound for what does not exist. A member of a digest
 * that waits as well leaves it, and the digest ends with the last of them; what is being posted keeps its members.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError, DeliverySource } from '@tocsin/domain';
import { LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { keyColumns, type DeliveryKey } from './delivery-key.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import { inDoubt, toldInDoubt } from './endings.js';
import { outdateLeft } from './left-digests.js';
import { lockLanes } from './lock-lane.js';

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
  /** Slack may have it. */
  in_doubt: boolean;
  /** The digest that it was to be told by. */
  left_digest: string | null;
}

/** Keeps nobody waiting for a lane for long, however much there is to end. */
const BATCH = 500;
const DIGEST_OF = 'from deliveries g where g.organization_id = d.organization_id and g.delivery_id = d.digest_id';
const WAITS = `d.state = 'waiting' and (d.digest_id is null or exists (select 1 ${DIGEST_OF} and g.state = 'waiting'))`;
/** No word of digests: an index of everything that a digest ever told has few of those that wait. */
const WAITS_ANYHOW = `d.state = 'waiting'`;
/** Of `d`, and of the digest that it waits for: a lane may have given away its members while its digest was with Slack. */
const LANES = `d.lane_id, (select g.lane_id ${DIGEST_OF}) as digest_lane_id`;

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
    const found = await tx.query<LanesOf[]>(`select ${LANES} from ledger d where ${WAITS} and ${condition} limit ${BATCH}`, [...parameters]);
    if (found.length === 0) return { ended: [], isMore: false };
    const lanes = await lockAll(tx, found);
    const keys = await tx.query<DeliveryKey[]>(
      `select d.organization_id, d.delivery_id from ledger d where ${WAITS} and ${condition} and d.lane_id = any($${parameters.length + 1}::bigint[])
         and coalesce((select g.lane_id ${DIGEST_OF}), d.lane_id) = any($${parameters.length + 1}::bigint[]) limit ${BATCH}`,
      [...parameters, lanes],
    );
    const ended = await this.endLocked(tx, ending, whichOf(keys));
    return { ended, isMore: found.length === BATCH };
  }

  /**
   * Ends all at once, so there must not be many. Their lanes are locked first: a claim that is just taking one of them wins,
   * and it is left alone. Commands go on arriving, and those that come meanwhile may be left.
   * @returns the keys of those that ended
   */
  async end(tx: EntityManager, ending: Ending, which: Which): Promise<DeliveryKey[]> {
    const found = await tx.query<LanesOf[]>(`select distinct ${LANES} from ledger d where ${WAITS} and ${which.condition}`, [...which.parameters]);
    if (found.length === 0) return [];
    await lockAll(tx, found);
    return this.endLocked(tx, ending, which);
  }

  /** Members of digests, whatever these are doing: their holder is about to post them, or they are taken apart. With their lanes locked. */
  async endMembers(tx: EntityManager, ending: Ending, which: Which): Promise<DeliveryKey[]> {
    return this.endLocked(tx, ending, which, WAITS_ANYHOW);
  }

  /** With their lanes locked. @returns the keys of those that ended, and of digests that ended since nothing is left of them */
  private async endLocked(tx: EntityManager, ending: Ending, { condition, parameters }: Which, waits = WAITS): Promise<DeliveryKey[]> {
    const { state, error, told = error.message } = ending;
    const [ended] = await tx.query<[Ended[], number]>(
      `with these as materialized (
         select d.organization_id, d.delivery_id, d.source_kind, d.destination_id, d.digest_id as left_digest, coalesce((select g.ambiguous ${DIGEST_OF}), 0) as doubts from ledger d where ${waits} and ${condition})
       update deliveries d set state = $${parameters.length + 1}, version = d.version + 1, waiting_for = null, settled_at = clock_timestamp(),
         digest_id = null, ambiguous = greatest(d.ambiguous, these.doubts), error = case when greatest(d.ambiguous, these.doubts) > 0 then $${parameters.length + 3}::jsonb else $${parameters.length + 2}::jsonb end
       from these where d.organization_id = these.organization_id and d.delivery_id = these.delivery_id and d.state = 'waiting' and d.digest_id is not distinct from these.left_digest
       returning d.organization_id, d.delivery_id, d.connection_id, d.said_at, d.ambiguous > 0 as in_doubt, these.source_kind, these.destination_id, these.left_digest`,
      [...parameters, state, JSON.stringify(error), JSON.stringify(inDoubt(error))],
    );
    await this.log.write(tx, ended.map(({ organization_id, delivery_id, in_doubt }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: { kind: state, text: in_doubt ? toldInDoubt(told) : told } })));
    await this.log.tellSettled(tx, ended);
    this.outbox.onCommitOf(tx, () => { this.tell(ended, ending); });
    const left = ended.flatMap(({ organization_id, left_digest }) => (left_digest === null ? [] : [{ organization_id, delivery_id: left_digest }]));
    const emptied = left.length > 0 ? await outdateLeft(tx, left) : [];
    return emptied.length > 0 ? [...ended, ...(await this.endLocked(tx, ending, whichOf(emptied)))] : ended;
  }

  /** One line for each, as for what was sent, and a number in the metrics. */
  private tell(ended: readonly Ended[], { state, error: { code } }: Ending): void {
    for (const { organization_id: organizationId, delivery_id: commandId, connection_id: connectionId, destination_id: destination, source_kind: kind, said_at: saidAt } of ended) {
      this.metrics.count({ kind, saidAt }, state, code);
      this.logger.info({ code, ms: Date.now() - saidAt.getTime(), commandId, organizationId, connectionId, destination, state }, 'delivery settled without being sent');
    }
  }
}

interface LanesOf {
  lane_id: string;
  digest_lane_id: string | null;
}

/** Those with these keys. */
export function whichOf(keys: readonly DeliveryKey[]): Which {
  return {
    condition: '(d.organization_id, d.delivery_id) in (select * from unnest($1::text[], $2::text[]))',
    parameters: keyColumns(keys),
  };
}

/** @returns their ids, each once */
async function lockAll(tx: EntityManager, of: readonly LanesOf[]): Promise<string[]> {
  const lanes = [...new Set(of.flatMap(({ lane_id, digest_lane_id }) => [lane_id, ...(digest_lane_id === null ? [] : [digest_lane_id])]))];
  await lockLanes(tx, lanes);
  return lanes;
}
