/**
 * claim_deliveries: takes the heads of lanes that may send now and leases their lanes.
 *
 * The first statement locks, later ones read: each sees what the previous lock holder committed. Lanes come before
 * budgets, as everywhere. The work is in proportion to due lanes, never to what waits behind their heads.
 */
export const CLAIM_FUNCTION = `
create function claim_deliveries(max_lanes int, lease interval, rate numeric, burst int)
returns table (organization_id text, delivery_id text, lane_id bigint, lease_id uuid, attempt int, leftover boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
  token uuid := gen_random_uuid();
  -- after a restart of the database, holders of results get the length of a lease to record them
  settled_after timestamptz := pg_postmaster_start_time() + lease;
  due bigint[];
  taken bigint[];
  recovered bigint[];
begin
  select array_agg(picked.lane_id) into due from (
    select l.lane_id from lanes l
    where l.active and not l.provisional and l.next_at <= moment and l.leased_until <= moment
    order by l.next_at limit 4 * max_lanes for update skip locked) picked;
  if due is null then return; end if;

  -- a connection that changes at this moment keeps its lanes out of this pass: it may be just about to wake them
  select coalesce(array_agg(l.lane_id), '{}') into due from lanes l where l.lane_id = any(due) and l.connection_id in (
    select c.connection_id from connections c where c.connection_id in (select o.connection_id from lanes o where o.lane_id = any(due)) for share skip locked);

  -- lanes of a connection that cannot send sleep until the connection wakes them
  update lanes l set next_at = 'infinity' from connections c
  where l.lane_id = any(due) and c.connection_id = l.connection_id and (c.state <> 'active' or c.organization_id is distinct from l.organization_id);

  -- what a lease left behind was not sent unless its request had been started; if it had, nobody knows, and policy decides
  update deliveries d set state = 'waiting', version = version + 1
  where d.lane_id = any(due) and d.state = 'posting' and not d.request_started;
  update lanes l set next_at = settled_after
  where l.lane_id = any(due) and moment < settled_after and exists (select 1 from deliveries d where d.lane_id = l.lane_id and d.state = 'posting');
  select coalesce(array_agg(distinct d.lane_id), '{}') into recovered
  from deliveries d join lanes l using (lane_id) where d.lane_id = any(due) and d.state = 'posting' and l.next_at <= moment;

  perform 1 from budgets b
  where b.budget_key in (select c.budget_key from lanes l join connections c using (connection_id) where l.lane_id = any(due))
  order by b.budget_key for no key update;

  with candidate as (
    select l.lane_id, c.budget_key, l.due_since, head.priority - floor(extract(epoch from moment - l.due_since) / 60) as urgency
    from lanes l
    join connections c on c.connection_id = l.connection_id
    cross join lateral (
      select d.priority from deliveries d
      where d.lane_id = l.lane_id and d.state = 'waiting' and d.not_before <= moment and d.expires_at > moment
      order by d.priority, d.said_at, d.arrival limit 1) head
    where l.lane_id = any(due) and l.next_at <= moment and not (l.lane_id = any(recovered))
  ), ranked as (
    select candidate.*, row_number() over (partition by budget_key order by urgency, due_since, lane_id) as place from candidate
  ), judged as (
    select ranked.*, b.tat, b.blocked_until,
      b.blocked_until <= moment and (rate = 0 or place <= burst - greatest(0, extract(epoch from b.tat - moment)) * rate) as allowed
    from ranked join budgets b using (budget_key)
  ), pushed_back as (
    -- lanes that must wait for their workspace leave the window until it has a token for each
    update lanes l set next_at = greatest(j.blocked_until,
      least(moment + interval '2 seconds', greatest(j.tat, moment) + make_interval(secs => coalesce((j.place - burst) / nullif(rate, 0), 0))))
    from judged j where l.lane_id = j.lane_id and not j.allowed
  )
  select coalesce(array_agg(chosen.lane_id), '{}') into taken from (
    select judged.lane_id from judged where judged.allowed order by judged.place, judged.due_since limit max_lanes) chosen;

  -- lanes with nothing to send now sleep until their next message may go, or until one arrives
  update lanes l set active = waiting.soonest is not null, next_at = greatest(l.next_at, coalesce(waiting.soonest, l.next_at))
  from (
    select due_lane as lane_id, (select min(greatest(d.not_before, moment)) from deliveries d where d.lane_id = due_lane and d.state = 'waiting' and d.expires_at > moment) as soonest
    from unnest(due) as due_lane) waiting
  where l.lane_id = waiting.lane_id and l.next_at <= moment and not (l.lane_id = any(taken || recovered))
    and not exists (select 1 from deliveries d where d.lane_id = l.lane_id and d.state = 'waiting' and d.not_before <= moment and d.expires_at > moment);

  update budgets b set tat = greatest(b.tat, moment) + make_interval(secs => spent.posts / nullif(rate, 0))
  from (select c.budget_key, count(*)::numeric as posts from lanes l join connections c using (connection_id) where l.lane_id = any(taken) group by c.budget_key) spent
  where b.budget_key = spent.budget_key and rate > 0;

  update lanes l set leased_until = moment + lease, lease_id = token where l.lane_id = any(taken || recovered);

  return query
  update deliveries d set state = 'posting', version = d.version + 1, attempt = d.attempt + 1, claimed_at = moment, request_started = false, waiting_for = null
  from unnest(taken) as own_lane cross join lateral (
    select w.organization_id, w.delivery_id from deliveries w
    where w.lane_id = own_lane and w.state = 'waiting' and w.not_before <= moment and w.expires_at > moment
    order by w.priority, w.said_at, w.arrival limit 1) head
  where d.organization_id = head.organization_id and d.delivery_id = head.delivery_id and d.state = 'waiting'
  returning d.organization_id, d.delivery_id, d.lane_id, token, d.attempt, false;

  return query
  select d.organization_id, d.delivery_id, d.lane_id, token, d.attempt, true from deliveries d where d.lane_id = any(recovered) and d.state = 'posting';
end $$;
`;
