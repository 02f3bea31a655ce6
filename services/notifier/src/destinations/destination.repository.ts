/** Destinations that messages go to: what is known of each. Their lanes are locked before them, as everywhere. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DestinationKind, DestinationTrouble, KnownDestination } from '@tocsin/domain';

export interface DestinationKey {
  organizationId: string;
  connectionId: string;
  destinationId: string;
}

/** A destination of one connection, as it is known. */
export interface UsedDestination extends DestinationKey {
  known: KnownDestination;
  /** The id that it has now. */
  movedTo?: string;
}

interface DestinationRow {
  organization_id: string;
  connection_id: string;
  destination_id: string;
  kind: DestinationKind;
  name: string | null;
  is_shared: boolean | null;
  trouble: DestinationTrouble | null;
  since: number;
  health_at: number;
  name_at: number;
  shared_at: number;
  moved_to: string | null;
}

const MOMENTS = ['since', 'health_at', 'name_at', 'shared_at'].map((moment) => `extract(epoch from ${moment})::float8 * 1000 as ${moment}`).join(', ');

@Injectable()
export class DestinationRepository {
  /** Those of `keys` that messages go to, locked with their lanes. */
  async lock(tx: EntityManager, keys: readonly DestinationKey[]): Promise<UsedDestination[]> {
    const wanted = [keys.map(({ connectionId }) => connectionId), keys.map(({ destinationId }) => destinationId), keys.map(({ organizationId }) => organizationId)];
    const these = 'in (select * from unnest($1::text[], $2::text[], $3::text[]))';
    await tx.query(`select 1 from lanes where (connection_id, destination_key, organization_id) ${these} order by lane_id for no key update`, wanted);
    const rows = await tx.query<DestinationRow[]>(
      `select organization_id, connection_id, destination_id, kind, name, is_shared, trouble, ${MOMENTS}, moved_to from destinations
       where (connection_id, destination_id, organization_id) ${these} order by connection_id, destination_id, organization_id for update`,
      wanted,
    );
    return rows.map(usedOf);
  }

  /** Milliseconds since 1970. Once they are locked, nothing that is known of destinations is of a later moment. */
  async now(within: Pick<EntityManager, 'query'>): Promise<number> {
    const [row] = await within.query<{ now: number }[]>('select extract(epoch from clock_timestamp())::float8 * 1000 as now');
    return row?.now ?? 0;
  }

  async isUsed(tx: EntityManager, { organizationId, connectionId, destinationId }: DestinationKey): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select 1 from destinations where connection_id = $1 and destination_id = $2 and organization_id = $3', [connectionId, destinationId, organizationId]);
    return rows.length > 0;
  }

  /** Of a locked one. */
  async save(tx: EntityManager, { organizationId, connectionId, destinationId, known }: UsedDestination): Promise<void> {
    const place = [connectionId, destinationId, organizationId];
    await tx.query(
      `update destinations set name = $4, is_shared = $5, trouble = $6, since = to_timestamp($7::float8 / 1000),
         health_at = to_timestamp($8::float8 / 1000), name_at = to_timestamp($9::float8 / 1000), shared_at = to_timestamp($10::float8 / 1000)
       where connection_id = $1 and destination_id = $2 and organization_id = $3`,
      [...place, known.name ?? null, known.isShared ?? null, known.trouble ? JSON.stringify(known.trouble) : null, known.since, known.healthAt, known.nameAt, known.sharedAt],
    );
    await tx.query('update lanes set troubled = $4 where connection_id = $1 and destination_key = $2 and organization_id = $3 and troubled <> $4', [...place, known.trouble !== undefined]);
  }

  /** Where the way of an id that was changed ends, which is the id itself when it was not; and its name, if that is known. */
  async present(tx: Pick<EntityManager, 'query'>, { organizationId, connectionId, destinationId }: DestinationKey): Promise<{ id: string; name: string | null }> {
    const [end] = await tx.query<{ id: string; name: string | null }[]>(
      `with recursive way (id, steps) as (
         select $2::text, 0
         union all select d.moved_to, w.steps + 1 from way w join destinations d on d.connection_id = $1 and d.destination_id = w.id and d.organization_id = $3
         where d.moved_to is not null and w.steps < 20)
       select w.id, d.name from way w left join destinations d on d.connection_id = $1 and d.destination_id = w.id and d.organization_id = $3 order by w.steps desc limit 1`,
      [connectionId, destinationId, organizationId],
    );
    return end ?? { id: destinationId, name: null };
  }

  /** From now on all that goes to a locked destination goes to another id: its lane leads there and posts no more. */
  async move(tx: EntityManager, { organizationId, connectionId, destinationId }: DestinationKey, newId: string): Promise<void> {
    const place = [connectionId, destinationId, organizationId];
    await tx.query('update destinations set moved_to = $4, trouble = null where connection_id = $1 and destination_id = $2 and organization_id = $3', [...place, newId]);
    await tx.query('update lanes set provisional = true, troubled = false where connection_id = $1 and destination_key = $2 and organization_id = $3', place);
  }

  /** Makes sure that a destination is known, as if something had been sent to it. */
  async know(tx: EntityManager, { organizationId, connectionId, destinationId }: DestinationKey): Promise<void> {
    await tx.query('insert into lanes (organization_id, connection_id, destination_key, provisional, active) values ($1, $2, $3, false, false) on conflict do nothing', [organizationId, connectionId, destinationId]);
  }
}

function usedOf(row: DestinationRow): UsedDestination {
  return {
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    destinationId: row.destination_id,
    known: {
      id: row.destination_id,
      kind: row.kind,
      ...(row.name !== null && { name: row.name }),
      ...(row.is_shared !== null && { isShared: row.is_shared }),
      ...(row.trouble !== null && { trouble: row.trouble }),
      since: row.since,
      healthAt: row.health_at,
      nameAt: row.name_at,
      sharedAt: row.shared_at,
    },
    ...(row.moved_to !== null && { movedTo: row.moved_to }),
  };
}
