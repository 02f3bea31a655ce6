/**
 * Moves waiting deliveries from the lane of an address to the lane of what the address means, or of the destination that
 * takes them otherwise, with their order. Lanes are locked in the order of their ids, as everywhere, and against arrivals:
 * what came into a lane after it was emptied would lie there.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { destinationKey, kindOfDestinationId, type Destination, type DestinationKind } from '@tocsin/domain';

import { COVERING_PAUSES } from '../deliveries/covering-pauses.js';
import { TAKEN_ALONG } from '../deliveries/held-time.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';

export interface Place {
  organizationId: string;
  connectionId: string;
  /** The lane that the deliveries leave. */
  laneId: string;
}

export interface Found {
  id: string;
  kind: DestinationKind;
  name: string | null;
}

/** What of a lane stays where it is until the request that a process that died had begun is accounted for. */
const LEFT_BEHIND = `select 1 from deliveries where lane_id = $1 and state = 'posting' limit 1`;

/** What comes back to its line after people paused it is held there. */
const PAUSED_AT = `select clock_timestamp() from ${COVERING_PAUSES} limit 1`;

/** `d`, of `ledger`, goes elsewhere when it cannot be delivered to its address. */
const GOES_OTHERWISE = `d.destination <> (d.command->'otherwise')::jsonb`;
/** For those that {@link LaneMoves.toOtherwise} leaves. */
export const GOES_NOWHERE_ELSE = `(${GOES_OTHERWISE}) is not true`;

/** Deliveries that moved, with what their timelines tell of it. */
const TELL = `insert into timeline (organization_id, delivery_id, kind, text) select organization_id, delivery_id, 'found', `;

@Injectable()
export class LaneMoves {
  /** All that waits for an address goes to the lane of its id. */
  async toFound(tx: EntityManager, place: Place, found: Found): Promise<void> {
    await this.moveWaiting(tx, place, await this.lockBoth(tx, place, { id: found.id }), found, 'Its destination was found');
    await tx.query(`update lanes set active = false, leased_until = '-infinity' where lane_id = $1`, [place.laneId]);
  }

  /**
   * All of a lane whose id was changed goes to the lane of the new id, with what its destination was told of issues. What was
   * left in the middle of its request opens the lane once more, so that the request is accounted for like all others.
   */
  async toNewId(tx: EntityManager, place: Place, oldId: string, found: Found): Promise<void> {
    const laneId = await this.lockBoth(tx, place, { id: found.id });
    await tx.query(
      `update deliveries d set state = 'waiting', version = version + 1, held_since = (${PAUSED_AT}) where lane_id = $1 and state = 'posting' and not request_started`,
      [place.laneId],
    );
    await this.moveWaiting(tx, place, laneId, found, 'Its destination has another id now');
    await this.moveTold(tx, place, laneId);
    if (found.kind !== 'user') await this.moveMessages(tx, place, laneId, { from: oldId, to: found.id }); // what a person was told stays in the conversation
    const left = await tx.query<unknown[]>(LEFT_BEHIND, [place.laneId]);
    await tx.query(`update lanes set provisional = $2, active = not $2, leased_until = '-infinity', lease_id = null where lane_id = $1`, [place.laneId, left.length === 0]);
  }

  private async moveTold(tx: EntityManager, { organizationId, laneId: from }: Place, to: string): Promise<void> {
    await tx.query(
      `with moved as (
         update told_issues t set lane_id = $2
         where t.organization_id = $3 and t.lane_id = $1 and not exists (select 1 from told_issues o where o.organization_id = t.organization_id and o.issue_id = t.issue_id and o.lane_id = $2)
         returning t.organization_id, t.delivery_id)
       update deliveries d set lane_id = $2 from moved where d.organization_id = moved.organization_id and d.delivery_id = moved.delivery_id and d.lane_id = $1 and d.settled_at is not null`,
      [from, to, organizationId],
    );
  }

  /** Messages went with their channel, also those of which another lane knows by now. */
  private async moveMessages(tx: EntityManager, { organizationId, laneId: left }: Place, laneId: string, { from, to }: { from: string; to: string }): Promise<void> {
    const laneIds = [left, laneId];
    await tx.query('update told_issues set channel = $3 where organization_id = $4 and lane_id = any($1) and channel = $2', [laneIds, from, to, organizationId]);
    await tx.query(`update deliveries d set parent_channel = $3 where d.lane_id = any($1) and ${WAITING_IN_LANE} and d.parent_channel = $2`, [laneIds, from, to]);
  }

  private async moveWaiting(tx: EntityManager, place: Place, laneId: string, { id, kind, name }: Found, told: string): Promise<void> {
    await tx.query(
      `with moved as (
         update deliveries d set lane_id = $2, version = version + 1, waiting_for = null, expires_at = d.expires_at + ${TAKEN_ALONG} from lanes l, lanes t
         where d.lane_id = $1 and ${WAITING_IN_LANE} and l.lane_id = $1 and t.lane_id = $2 returning d.organization_id, d.delivery_id
       ), addressed as (
         update commands c set destination_id = $3, destination_kind = $4, destination_name = $5
         from moved where c.organization_id = moved.organization_id and c.delivery_id = moved.delivery_id)
       ${TELL} $6::text || ': ' || coalesce($5::text || ' (' || $3::text || ')', $3::text) from moved`,
      [place.laneId, laneId, id, kind, name, told],
    );
  }

  /** What cannot be delivered to its address goes where its command says otherwise. */
  async toOtherwise(tx: EntityManager, place: Place): Promise<void> {
    const rows = await tx.query<{ otherwise: Destination }[]>(
      `select distinct (d.command->'otherwise')::jsonb as otherwise from ledger d where d.lane_id = $1 and ${WAITING_IN_LANE} and ${GOES_OTHERWISE}`,
      [place.laneId],
    );
    const laneIds = await this.lockAll(tx, place, rows.map(({ otherwise }) => otherwise));
    for (const [index, { otherwise }] of rows.entries()) {
      const id = 'id' in otherwise ? otherwise.id : null;
      const name = 'name' in otherwise ? otherwise.name : 'email' in otherwise ? otherwise.email : null;
      await tx.query(
        `with moved as (
           update deliveries d set lane_id = $2, version = version + 1, waiting_for = null, expires_at = d.expires_at + ${TAKEN_ALONG} from commands c, lanes l, lanes t
           where d.lane_id = $1 and l.lane_id = $1 and t.lane_id = $2 and ${WAITING_IN_LANE} and c.organization_id = d.organization_id and c.delivery_id = d.delivery_id
             and (c.event->'data'->'otherwise')::jsonb = $3::jsonb and c.destination <> $3::jsonb
           returning d.organization_id, d.delivery_id
         ), addressed as (
           update commands c set destination = $3, destination_id = $4, destination_kind = $5, destination_name = $6
           from moved where c.organization_id = moved.organization_id and c.delivery_id = moved.delivery_id)
         ${TELL} 'Its destination was not found; it goes to ' || coalesce($6::text, $4::text) || ' instead' from moved`,
        [place.laneId, laneIds[index], JSON.stringify(otherwise), id, id === null ? null : (kindOfDestinationId(id) ?? null), name],
      );
    }
  }

  /** @returns the lane of `destination`, awake, both locked */
  private async lockBoth(tx: EntityManager, place: Place, destination: Destination): Promise<string> {
    const [laneId = ''] = await this.lockAll(tx, place, [destination]);
    return laneId;
  }

  /**
   * All at once, as arrivals do: first the lanes that are missing are made, then all are locked in the order of their ids.
   * @returns the lanes of `destinations`, awake, locked with the one that is left
   */
  private async lockAll(tx: EntityManager, { organizationId, connectionId, laneId }: Place, destinations: readonly Destination[]): Promise<string[]> {
    if (destinations.length === 0) return [];
    const isProvisional = new Map(destinations.map((destination) => [destinationKey(destination), !('id' in destination)]));
    const keys = [...isProvisional.keys()];
    await tx.query(
      `insert into lanes (organization_id, connection_id, destination_key, provisional)
       select $1, $2, * from unnest($3::text[], $4::boolean[]) order by 3 on conflict do nothing`,
      [organizationId, connectionId, keys, [...isProvisional.values()]],
    );
    const locked = await tx.query<{ lane_id: string; destination_key: string }[]>(
      'select lane_id, destination_key from lanes where lane_id = $1 or (organization_id = $2 and connection_id = $3 and destination_key = any($4)) order by lane_id for update',
      [laneId, organizationId, connectionId, keys],
    );
    const byKey = new Map(locked.map((lane) => [lane.destination_key, lane.lane_id]));
    const targets = destinations.map((destination) => {
      const target = byKey.get(destinationKey(destination));
      if (target === undefined) throw new Error(`the lane of ${destinationKey(destination)} is gone`);
      return target;
    });
    await tx.query('select wake_lanes($1)', [targets]);
    return targets;
  }
}
