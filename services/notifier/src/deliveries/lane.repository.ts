/** Deliveries in their lanes: claim what may be sent, mark what is being sent, record what became of it. */
import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Delivery } from '@tocsin/contracts';
import { failPoint, JSON_AS_BYTES, Outbox, plainArray, prepared, textArray } from '@tocsin/platform';

import { BreakerRepository } from '../breaker/breaker.repository.js';
import { ConnectionHolds } from '../connections/connection-holds.js';
import { HearOfDestinations } from '../destinations/hear-of-destinations.js';
import { newsOfResult } from '../destinations/news-of-result.js';
import { FollowChanges } from '../living/follow-changes.js';
import { ToldIssues } from '../living/told-issues.repository.js';
import { NotifierConfig } from '../notifier.config.js';
import { CLAIMED_COLUMNS, headOfClaimed, type Claim, type ClaimedRow, type LaneClaim } from './claim.js';
import type { DeliveryKey } from './delivery-key.js';
import { DeliveryLog } from './delivery-log.js';
import type { DeliveryResult } from './delivery-result.js';
import { viewOf } from './delivery-view.js';

/** A lease outlives the longest request (10 s) with room for a slow database. */
export const LEASE_MS = 30_000;
/** Messages of one lane in one lease, where nothing is paced. */
const UNPACED_HEADS = 20;

interface Taken {
  lane_id: string;
  lease_id: string;
  organization_id: string;
  connection_id: string;
  delivery_id: string | null;
  attempt: number;
  leftover: boolean;
  is_probe: boolean;
}

interface Recorded extends DeliveryKey {
  version: number;
  attempts: number;
  settled_at: Date | null;
}

@Injectable()
export class LaneRepository {
  /** The lease of a claim whose answer was lost, with the connection to the database: it may have been made. */
  private unheard: string | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly log: DeliveryLog,
    private readonly holds: ConnectionHolds,
    private readonly breakers: BreakerRepository,
    private readonly told: ToldIssues,
    private readonly changes: FollowChanges,
    private readonly destinations: HearOfDestinations,
    private readonly config: NotifierConfig,
  ) {}

  /** Takes up to `limit` lanes that may send now. @param sent what this process is sending at this moment: it counts when workspaces and organizations take turns */
  async claim(limit: number, sent: Iterable<LaneClaim> = []): Promise<LaneClaim[]> {
    await this.giveBackUnheard();
    const leaseId = randomUUID();
    try {
      return await this.take(limit, leaseId, [...sent]);
    } catch (error) {
      this.unheard = leaseId;
      throw error;
    }
  }

  /** What it took, if it took anything, would otherwise wait for the end of its lease. */
  private async giveBackUnheard(): Promise<void> {
    if (!this.unheard) return;
    await this.database.query(
      `with held as (select lane_id from lanes where lease_id = $1 and leased_until > clock_timestamp() order by lane_id for no key update)
       update lanes l set leased_until = '-infinity', lease_id = null from held where l.lane_id = held.lane_id`,
      [this.unheard],
    );
    this.unheard = undefined;
  }

  private async take(limit: number, leaseId: string, sent: readonly LaneClaim[]): Promise<LaneClaim[]> {
    const { SLACK_CHANNEL_INTERVAL_MS: intervalMs, SLACK_WORKSPACE_RATE: rate, SLACK_WORKSPACE_BURST: burst, DIGEST_AFTER_SECONDS: digestAfter } = this.config;
    const heads = intervalMs === 0 && rate === 0 ? UNPACED_HEADS : 1;
    const taken = await prepared<Taken>(this.database, 'select * from claim_deliveries($1, $2, make_interval(secs => $3), $4, $5, make_interval(secs => $6), make_interval(secs => $7), $8, $9, $10)', [
      limit, heads, LEASE_MS / 1000, rate, burst, intervalMs / 1000, digestAfter, leaseId,
      countsOf(sent.map(({ connectionId }) => connectionId)), countsOf(sent.map(({ organizationId }) => organizationId)),
    ]);
    if (taken.length === 0) return [];
    failPoint('claim.commit');
    const rows = await this.rowsOf(taken);
    return byLane(taken, rows);
  }

  /** In the order in which they are to be sent. A statement of its own: the one that claims cannot see what was committed while it ran. */
  private async rowsOf(taken: readonly Taken[]): Promise<ClaimedRow[]> {
    const keys = taken.flatMap(({ organization_id, delivery_id }) => (delivery_id === null ? [] : [{ organization_id, delivery_id }]));
    if (keys.length === 0) return [];
    return prepared<ClaimedRow>(this.database, `select ${CLAIMED_COLUMNS} from read_claims($1, $2)`, [textArray(keys.map(({ organization_id }) => organization_id)), textArray(keys.map(({ delivery_id }) => delivery_id))], JSON_AS_BYTES);
  }

  /** Milliseconds until the next lane that waits for its time may send; undefined when none does. */
  async untilNextLane(): Promise<number | undefined> {
    const [next] = await this.database.query<{ ms: number | null }[]>(
      `select extract(epoch from min(next_at) - clock_timestamp())::float8 * 1000 as ms from lanes where active and next_at > clock_timestamp() and next_at < 'infinity'`,
    );
    return next?.ms ?? undefined;
  }

  /**
   * Says that the requests of these claims begin now: if this process dies, their end counts as unknown.
   * @returns those that are still this holder's to send
   */
  async markStarted(claims: readonly Claim[]): Promise<ReadonlySet<Claim>> {
    const marked = await prepared<DeliveryKey & { attempt: number }>(
      this.database,
      'select * from mark_started($1, $2, $3, $4, $5)',
      [textArray(claims.map((claim) => claim.organizationId)), textArray(claims.map((claim) => claim.deliveryId)), plainArray(claims.map((claim) => claim.attempt)), plainArray(claims.map((claim) => claim.laneId)), plainArray(claims.map((claim) => claim.leaseId))],
    );
    const present = new Map(marked.map((row) => [keyOf(row), row.attempt]));
    return new Set(claims.filter((claim) => present.get(keyOf(claim.delivery)) === claim.attempt));
  }

  /**
   * Records results, gives the lanes back and tells everybody what settled, in one transaction. There may be two of one delivery,
   * when its lease ended before its answer came: the second is recorded after the first, as if another process had it.
   */
  async finish(results: readonly DeliveryResult[]): Promise<void> {
    const seconds = secondsOf(results);
    await this.finishEach(seconds.length === 0 ? results : results.filter((result) => !seconds.includes(result)));
    if (seconds.length > 0) await this.finish(seconds);
  }

  private async finishEach(results: readonly DeliveryResult[]): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      for (const { organizationId, hold } of results.filter(({ hold }) => hold).sort(byConnection)) if (hold) await this.holds.hold(tx, organizationId, hold);
      const rows = await prepared<Recorded>(tx, 'select * from finish_deliveries($1::jsonb, make_interval(secs => $2))', [
        JSON.stringify(results.map(finishedRow)), this.config.SLACK_CHANNEL_INTERVAL_MS / 1000,
      ]);
      const recorded = new Map(rows.map((row) => [keyOf(row), row]));
      // A second post of one message is told as well: it is in the channel.
      const overtaken = await this.told.record(tx, results.filter((result) => result.state === 'posted' || recorded.has(keyOf(result.delivery))));
      if (overtaken.length > 0) await this.changes.catchUpWith(tx, overtaken);
      await this.log.tell(tx, results.flatMap((result) => settledView(result, recorded.get(keyOf(result.delivery)))));
      await this.destinations.hear(tx, results.flatMap((result) => newsOfResult(result, Date.now())));
    });
    failPoint('finish.commit');
    const [asked, unasked] = [results.filter((result) => result.asked), results.filter((result) => result.isProbe && !result.asked)];
    await this.breakers.giveBack(unasked.map(({ connectionId }) => connectionId));
    await this.breakers.learn(asked.map(({ connectionId, unanswered, isProbe }) => ({ connection: connectionId, failed: unanswered === true, isProbe })), asked.some(({ isProbe }) => isProbe));
  }

  /** Gives a lane back that was leased to be folded. */
  async release({ laneId, leaseId }: LaneClaim, within: Pick<EntityManager, 'query'> = this.database): Promise<void> {
    await within.query(`update lanes set leased_until = '-infinity', lease_id = null where lane_id = $1 and lease_id = $2`, [laneId, leaseId]);
  }
}

/** Those of a delivery that has an earlier one among them. */
function secondsOf(results: readonly DeliveryResult[]): DeliveryResult[] {
  const seen = new Set<string>();
  return results.filter(({ delivery }) => {
    const key = keyOf(delivery);
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}

/** How often each is there, as JSON. */
function countsOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return JSON.stringify(Object.fromEntries(counts));
}

/** As everywhere, or two replicas would wait for each other. */
function byConnection(one: DeliveryResult, other: DeliveryResult): number {
  return one.connectionId < other.connectionId ? -1 : 1;
}

function keyOf({ organization_id, delivery_id }: Pick<Taken, 'organization_id' | 'delivery_id'>): string {
  return JSON.stringify([organization_id, delivery_id]);
}

/** What finish_deliveries is told of a result. Written out: it is made for every message, and the rest of an object costs a hundred times as much. */
function finishedRow({ organizationId, deliveryId, laneId, leaseId, attempt, last, state, charge, ambiguous, laneWaitMs, messageWaitMs, workspaceWaitMs, rateLimited, asked, waitingFor, error, channel, ts, story }: DeliveryResult): object {
  return { organizationId, deliveryId, laneId, leaseId, attempt, last, state, charge, ambiguous, laneWaitMs, messageWaitMs, workspaceWaitMs, rateLimited, asked, waitingFor, error, channel, ts, story };
}

/** A delivery that settled, as it is now. */
function settledView({ delivery, state, error, channel, ts }: DeliveryResult, recorded: Recorded | undefined): Delivery[] {
  if (!recorded?.settled_at) return [];
  const { version, attempts, settled_at } = recorded;
  return [viewOf(delivery, headOfClaimed(delivery), { state, version, attempts, settled_at, error: error ?? null, slack_channel: channel ?? delivery.slack_channel, slack_ts: ts ?? delivery.slack_ts })];
}

function byLane(taken: readonly Taken[], rows: readonly ClaimedRow[]): LaneClaim[] {
  const facts = new Map(taken.map((one) => [keyOf(one), one]));
  const lanes = new Map<string, ClaimedRow[]>(taken.map(({ lane_id }) => [lane_id, []]));
  for (const row of rows) lanes.get(row.lane_id)?.push(row);
  const firsts = new Map(taken.map((one) => [one.lane_id, one]));
  return [...lanes].flatMap(([laneId, deliveries]) => {
    const first = firsts.get(laneId);
    if (!first) return [];
    const lane = { organizationId: first.organization_id, connectionId: first.connection_id, laneId, leaseId: first.lease_id, isToFold: first.delivery_id === null };
    const claims = deliveries.flatMap((delivery, index) => {
      const fact = facts.get(keyOf(delivery));
      return fact ? [claimOf(fact, delivery, index === deliveries.length - 1)] : [];
    });
    return lane.isToFold || claims.length > 0 ? [{ claims, ...lane }] : [];
  });
}

function claimOf(taken: Taken, delivery: ClaimedRow, isLast: boolean): Claim {
  return {
    organizationId: taken.organization_id,
    deliveryId: delivery.delivery_id,
    laneId: taken.lane_id,
    leaseId: taken.lease_id,
    attempt: taken.attempt,
    leftover: taken.leftover,
    isProbe: taken.is_probe,
    isLast,
    delivery,
  };
}
