/**
 * When the clock of the database is set back, what was to happen in a moment by the old one would happen hours later by the new
 * one, and nothing would be sent for no reason that anybody sees. No destination stands in line since a moment that is still to
 * come: from such a one it follows by how much the clock went back, and waits are shortened by that.
 */
import type { EntityManager } from 'typeorm';

/** Less passes by itself. */
const WORTH_IT_SECONDS = 60;
const BACK = 'make_interval(secs => $1)';

/** @param leaseMs how long leases last: none can end later than that from now @returns by how many seconds it went back; 0 when it did not */
export async function followClockBack(tx: EntityManager, leaseMs: number): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('tocsin clock of deliveries', 0))`);
  const [row] = await tx.query<{ seconds: number | null }[]>('select extract(epoch from max(due_since) - clock_timestamp())::float8 as seconds from lanes');
  const seconds = row?.seconds ?? 0;
  if (seconds < WORTH_IT_SECONDS) return 0;
  await tx.query('select count(*) from (select 1 from lanes where greatest(next_at, due_since, leased_until) > clock_timestamp() order by lane_id for no key update) l');
  await tx.query(
    `update lanes set due_since = least(due_since, clock_timestamp()), leased_until = least(leased_until, clock_timestamp() + make_interval(secs => $2)),
       fold_at = least(fold_at, clock_timestamp()), limited_at = least(limited_at, clock_timestamp()), next_at = case when next_at > clock_timestamp() then next_at - ${BACK} else next_at end
     where greatest(next_at, due_since, leased_until) > clock_timestamp()`,
    [seconds, leaseMs / 1000],
  );
  await tx.query(`select count(*) from (select 1 from budgets order by budget_key for no key update) b`);
  await tx.query(`update budgets set tat = least(tat, greatest(tat - ${BACK}, clock_timestamp())), blocked_until = blocked_until - ${BACK}, slowed_at = least(slowed_at, clock_timestamp())`, [seconds]);
  await tx.query(`select count(*) from (select 1 from breakers order by breaker_key for update) b`);
  await tx.query(`update breakers set probe_at = least(probe_at, clock_timestamp()), edit_probe_at = least(edit_probe_at, clock_timestamp())`);
  await tx.query(`update deliveries set not_before = not_before - ${BACK} where state = 'waiting' and not_before > clock_timestamp()`, [seconds]);
  return seconds;
}
