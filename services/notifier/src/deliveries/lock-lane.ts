import type { EntityManager } from 'typeorm';

/** Until `tx` ends: against claims, results and whoever ends or holds what waits. Commands go on arriving. */
export async function lockLane(tx: EntityManager, laneId: string): Promise<void> {
  await tx.query('select 1 from lanes where lane_id = $1 for no key update', [laneId]);
}
