import type { EntityManager } from 'typeorm';

/** Until `tx` ends: against claims, results and whoever ends or holds what waits. Commands go on arriving. */
export async function lockLane(tx: EntityManager, laneId: string): Promise<void> {
  await lockLanes(tx, [laneId]);
}

/** As {@link lockLane}, in the order in which everybody locks them. */
export async function lockLanes(tx: EntityManager, laneIds: readonly string[]): Promise<void> {
  await tx.query('select 1 from lanes where lane_id = any($1::bigint[]) order by lane_id for no key update', [[...new Set(laneIds)]]);
}
