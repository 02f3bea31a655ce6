/**
 * A connection that could not send owes its messages that time. However many wait, its news only marks their lanes; what is owed
 * is given lane by lane, and a lane goes on when it has been given its own.
 */
import type { EntityManager } from 'typeorm';

import { OWED_TIME } from '../deliveries/held-time.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';

/** Keeps nobody waiting for a lane for long. */
const LANES = 10;

/** Marks the lanes in which something waits, or that sleep for the connection. @param since when it stopped sending; null when it did not */
export async function markOwed(tx: EntityManager, connectionId: string, since: Date | null): Promise<void> {
  await tx.query(
    `update lanes l set owed_since = coalesce(l.owed_since, $2, clock_timestamp()) from (
       select w.lane_id from lanes w
       where w.connection_id = $1 and (w.next_at = 'infinity' or $2::timestamptz is not null and (w.active or (select true from deliveries d where d.lane_id = w.lane_id and ${WAITING_IN_LANE} limit 1)))
       order by w.lane_id for no key update) marked
     where l.lane_id = marked.lane_id`,
    [connectionId, since],
  );
}

/**
 * Gives some lanes of connections that can send what they are owed, and wakes them.
 * @param connectionId of all when left out
 */
export async function giveOwed(tx: EntityManager, connectionId?: string): Promise<{ gave: boolean; isMore: boolean }> {
  const lanes = await tx.query<{ lane_id: string }[]>(
    `select l.lane_id from lanes l join connections c using (connection_id)
     where l.owed_since is not null and c.state = 'active' and ($1::text is null or c.connection_id = $1) order by l.lane_id limit ${LANES} for no key update of l skip locked`,
    [connectionId ?? null],
  );
  if (lanes.length === 0) return { gave: false, isMore: false };
  const laneIds = lanes.map(({ lane_id }) => lane_id);
  await tx.query(`update deliveries d set expires_at = d.expires_at + ${OWED_TIME} from lanes l where l.lane_id = any($1) and d.lane_id = any($1) and d.lane_id = l.lane_id and ${WAITING_IN_LANE}`, [laneIds]);
  await tx.query(
    `update lanes set owed_since = null, active = active or next_at = 'infinity', next_at = case when next_at = 'infinity' then clock_timestamp() else next_at end where lane_id = any($1)`,
    [laneIds],
  );
  return { gave: true, isMore: lanes.length === LANES };
}
