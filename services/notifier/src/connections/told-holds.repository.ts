/**
 * Tells in the timelines of what waits that its connection keeps it waiting, and that it goes on: once each, in batches. What
 * was told is a row here, so that a hold costs nothing where messages arrive, are claimed and are finished. Connections are
 * locked before lanes, as where their news is taken in: what is told is so, and its order is that in which it happened.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { Outbox } from '@tocsin/platform';

import { keyColumns, type DeliveryKey } from '../deliveries/delivery-key.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { heldByConnection } from '../deliveries/delivery-view.js';
import { lockLanes } from '../deliveries/lock-lane.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';

const BATCH = 500;
const HOLDING = `('paused', 'revoked', 'disconnected')`;
const BY_ITSELF = `d.state = 'waiting' and d.digest_id is null and d.held_since is null`;
/**
 * `d` waits for its connection `c` and for nothing else that its timeline tells of, and that is not told. It is found by its
 * lane alone: an index that has its organization would be read for all that this ever sent.
 */
const UNTOLD = `from deliveries d join connections c on c.connection_id = d.connection_id and c.organization_id = d.organization_id || ''
  where d.lane_id = any(array(select l.lane_id from lanes l join connections h using (connection_id) where l.active and h.state in ${HOLDING}))
    and ${WAITING_IN_LANE} and ${BY_ITSELF} and c.state in ${HOLDING}
    and not exists (select 1 from told_holds t where t.organization_id = d.organization_id and t.delivery_id = d.delivery_id and t.state = c.state)`;
const NAMED = `in (select * from unnest($1::text[], $2::text[]))`;

interface Found extends DeliveryKey {
  connection_id: string;
  /** None of one that is not kept any more. */
  lane_id: string | null;
}

@Injectable()
export class ToldHolds {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly log: DeliveryLog,
  ) {}

  /** Whether a connection holds anything, or anything was told of a hold. */
  async areAny(): Promise<boolean> {
    const [row] = await this.database.query<[{ are_any: boolean }]>(`select exists (select 1 from connections where state in ${HOLDING}) or exists (select 1 from told_holds) as are_any`);
    return row.are_any;
  }

  /** @returns whether there may be more */
  async tellSome(): Promise<boolean> {
    return this.outbox.transaction(async (tx) => {
      const found = await tx.query<Found[]>(`select d.organization_id, d.delivery_id, d.connection_id, d.lane_id ${UNTOLD} limit ${BATCH}`);
      if (found.length === 0) return false;
      await lock(tx, found);
      const untold = await tx.query<(DeliveryKey & { state: string; reason: string | null })[]>(
        `with untold as (select d.organization_id, d.delivery_id, c.connection_id, c.state, c.reason ${UNTOLD} and (d.organization_id, d.delivery_id) ${NAMED}), told as (
           insert into told_holds (organization_id, delivery_id, connection_id, state) select organization_id, delivery_id, connection_id, state from untold
           on conflict (organization_id, delivery_id) do update set state = excluded.state)
         select organization_id, delivery_id, state, reason from untold`,
        keyColumns(found),
      );
      await this.log.write(tx, untold.map(({ organization_id, delivery_id, state, reason }) => ({
        organizationId: organization_id, deliveryId: delivery_id, story: { kind: 'waiting', text: `It waits: ${heldByConnection(state, reason) ?? 'the connection cannot send'}` },
      })));
      return found.length === BATCH;
    });
  }

  /** Of connections that can send again. @returns whether there may be more */
  async releaseSome(): Promise<boolean> {
    return this.outbox.transaction(async (tx) => {
      const found = await tx.query<Found[]>(
        `select t.organization_id, t.delivery_id, t.connection_id, d.lane_id from told_holds t left join deliveries d using (organization_id, delivery_id)
         where t.connection_id = any(array(select connection_id from connections where state = 'active')) order by t.id limit ${BATCH}`,
      );
      if (found.length === 0) return false;
      await lock(tx, found);
      await this.release(tx, found);
      return found.length === BATCH;
    });
  }

  /** The first of what waited for a connection, before it is sent; its lanes are locked, and what more there is comes later. */
  async releaseFirst(tx: EntityManager, connectionId: string): Promise<void> {
    await this.release(tx, await tx.query<DeliveryKey[]>(`select organization_id, delivery_id from told_holds where connection_id = $1 order by id limit ${BATCH}`, [connectionId]));
  }

  /** What has ended by now waits for nothing. */
  async forgetEnded(): Promise<void> {
    await this.database.query(
      `delete from told_holds where (organization_id, delivery_id) in (
         select t.organization_id, t.delivery_id from told_holds t
         where not exists (select 1 from deliveries d where d.organization_id = t.organization_id and d.delivery_id = t.delivery_id and d.state = 'waiting') for update skip locked)`,
    );
  }

  private async release(tx: EntityManager, which: readonly DeliveryKey[]): Promise<void> {
    if (which.length === 0) return;
    const released = await tx.query<DeliveryKey[]>(
      `with released as (
         delete from told_holds t where (t.organization_id, t.delivery_id) ${NAMED} and exists (select 1 from connections c where c.connection_id = t.connection_id and c.state = 'active')
         returning organization_id, delivery_id)
       select d.organization_id, d.delivery_id from released join deliveries d using (organization_id, delivery_id) where ${BY_ITSELF}`,
      keyColumns(which),
    );
    await this.log.write(tx, released.map(({ organization_id, delivery_id }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: { kind: 'resumed', text: 'Sending goes on' } })));
  }
}

async function lock(tx: EntityManager, found: readonly Found[]): Promise<void> {
  await tx.query('select 1 from connections where connection_id = any($1) order by connection_id for share', [[...new Set(found.map(({ connection_id }) => connection_id))]]);
  await lockLanes(tx, found.flatMap(({ lane_id }) => lane_id ?? []));
}
