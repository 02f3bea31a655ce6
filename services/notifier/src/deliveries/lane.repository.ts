/** Deliveries in their lanes: claim what may be sent, mark what is being sent, record what became of it. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { Outbox } from '@tocsin/platform';

import { ConnectionRepository } from '../connections/connection.repository.js';
import { NotifierConfig } from '../notifier.config.js';
import type { Claim, ClaimedRow } from './claim.js';
import { DeliveryLog, type DeliveryKey } from './delivery-log.js';
import type { DeliveryResult } from './delivery-result.js';
import { DELIVERY_COLUMNS } from './delivery-view.js';

/** A lease outlives the longest request (10 s) with room for a slow database. */
export const LEASE_MS = 30_000;

interface Taken extends DeliveryKey {
  lane_id: string;
  lease_id: string;
  attempt: number;
  leftover: boolean;
}

@Injectable()
export class LaneRepository {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly log: DeliveryLog,
    private readonly connections: ConnectionRepository,
    private readonly config: NotifierConfig,
  ) {}

  /** Takes up to `limit` deliveries that may be sent now. */
  async claim(limit: number): Promise<Claim[]> {
    const taken = await this.database.query<Taken[]>('select * from claim_deliveries($1, make_interval(secs => $2), $3, $4)', [
      limit,
      LEASE_MS / 1000,
      this.config.SLACK_WORKSPACE_RATE,
      this.config.SLACK_WORKSPACE_BURST,
    ]);
    if (taken.length === 0) return [];
    // A statement of its own: the one that calls the function cannot see what was committed while it ran.
    const rows = await this.database.query<ClaimedRow[]>(
      `select ${DELIVERY_COLUMNS('d')}, d.said_at, l.fail_streak from deliveries d join lanes l using (lane_id)
       join jsonb_to_recordset($1::jsonb) t (organization_id text, delivery_id text) on t.organization_id = d.organization_id and t.delivery_id = d.delivery_id`,
      [JSON.stringify(taken)],
    );
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return taken.flatMap((one) => {
      const delivery = byKey.get(keyOf(one));
      return delivery ? [claimOf(one, delivery)] : [];
    });
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
  async markStarted(claims: readonly Claim[]): Promise<Claim[]> {
    const [marked] = await this.database.query<[(DeliveryKey & { attempt: number })[], number]>(
      `update deliveries d set request_started = true
       from jsonb_to_recordset($1::jsonb) c ("organizationId" text, "deliveryId" text, attempt int, "leaseId" uuid), lanes l
       where d.organization_id = c."organizationId" and d.delivery_id = c."deliveryId" and d.attempt = c.attempt and d.state = 'posting'
         and l.lane_id = d.lane_id and l.lease_id = c."leaseId"
       returning d.organization_id, d.delivery_id, d.attempt`,
      [JSON.stringify(claims.map(({ organizationId, deliveryId, attempt, leaseId }) => ({ organizationId, deliveryId, attempt, leaseId })))],
    );
    const present = new Map(marked.map((row) => [keyOf(row), row.attempt]));
    return claims.filter((claim) => present.get(keyOf(claim.delivery)) === claim.attempt);
  }

  /** Records results, gives the lanes back and tells everybody what settled, in one transaction. */
  async finish(results: readonly DeliveryResult[]): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      await this.holdConnections(tx, results);
      const recorded = await tx.query<(DeliveryKey & { settled: boolean })[]>('select * from finish_deliveries($1::jsonb, make_interval(secs => $2))', [
        JSON.stringify(results),
        this.config.SLACK_CHANNEL_INTERVAL_MS / 1000,
      ]);
      const keys = new Set(recorded.map(keyOf));
      // A second post of one message is told as well: it is in the channel.
      const told = results.filter((result) => result.state === 'posted' || keys.has(keyOf({ organization_id: result.organizationId, delivery_id: result.deliveryId })));
      await this.log.write(tx, told);
      await this.log.tellSettled(tx, recorded.filter(({ settled }) => settled));
    });
  }

  /** Connections come before lanes, as where connector's news wakes them. */
  private async holdConnections(tx: EntityManager, results: readonly DeliveryResult[]): Promise<void> {
    for (const { organizationId, hold } of results) {
      if (!hold || !(await this.connections.hold(tx, hold))) continue;
      const { connectionId, credentialVersion, slackError } = hold;
      await this.outbox.add(tx, { type: 'connection.reported.v1', organizationId, subject: connectionId, data: { organizationId, connectionId, credentialVersion, slackError, at: new Date().toISOString() } });
    }
  }
}

function keyOf({ organization_id, delivery_id }: DeliveryKey): string {
  return JSON.stringify([organization_id, delivery_id]);
}

function claimOf(taken: Taken, delivery: ClaimedRow): Claim {
  return {
    organizationId: taken.organization_id,
    deliveryId: taken.delivery_id,
    laneId: taken.lane_id,
    leaseId: taken.lease_id,
    attempt: taken.attempt,
    leftover: taken.leftover,
    delivery,
  };
}
