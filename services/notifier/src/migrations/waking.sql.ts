/**
 * A lane that has nothing to send yet rests until the soonest of its messages may go. What can be sent before that must wake it,
 * as it wakes one that sleeps; a lane that waits for its turn (pacing, a workspace, a breaker) is not woken by anything.
 */
export const RESTING_LANES = `
alter table lanes add column rests boolean not null default false;

create function wake_lanes(lane_ids bigint[]) returns void
language sql as $$
  update lanes set active = true, rests = false,
    due_since = case when active and not rests then due_since else clock_timestamp() end,
    next_at = case when rests then clock_timestamp() else next_at end
  where lane_id = any(lane_ids)
$$;
`;
