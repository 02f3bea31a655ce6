import { COVERING_PAUSES, PAUSING, TELL_PAUSED } from '../deliveries/covering-pauses.js';
import { BY_KEY } from './plans.sql.js';

/**
 * claim_deliveries: takes the heads of lanes that may send now and leases their lanes.
 *
 * The first statements lock, later ones read: each sees what the previous lock holder committed. Lanes come before
 * budgets, as everywhere. The work is in proportion to due lanes, never to what waits behind their heads.
 *
 * What people paused is held one by one, which takes its time where much waits: what is not held yet is not taken either,
 * and a lane in which nothing else stands in front rests meanwhile.
 *
 * A row with a delivery is to be sent; several of one lane are sent in their order. A row without one is a lane whose
 * backlog is to be folded into digests first. The token names the leases, so that whoever never hears the answer can give them back.
 *
 * @param sent_by_connection how many lanes the asker is sending at this moment: id of the connection → number; and so by organization
 */
export const CLAIM_FUNCTION = `
drop function if exists claim_deliveries;
create function claim_deliveries(max_lanes int, heads int, lease interval, rate numeric, burst int, channel_interval interval, digest_after interval, token uuid default gen_random_uuid(),
  sent_by_connection jsonb default '{}', sent_by_organization jsonb default '{}')
returns table (lane_id bigint, lease_id uuid, organization_id text, connection_id text, delivery_id text, attempt int, leftover boolean, is_probe boolean)
language plpgsql
${BY_KEY} as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
  -- after a restart of the database, holders of results get the length of a lease to record them
  settled_after timestamptz := pg_postmaster_start_time() + lease;
  in_window int := greatest(128, 4 * max_lanes);
  -- when the allowances were looked at: whoever held them may have kept this claim waiting
  allowed_at timestamptz;
  probing boolean := false;
  due bigint[];
  silent bigint[];
  taken bigint[];
  filled bigint[];
  idle bigint[];
  folding bigint[] := '{}';
  recovered bigint[];
  probed text[] := '{}';
  -- looked at once: a claim must not judge by two states of it. Organizations of which everything is paused; those of which some
  -- workflows are, and which; and how far a lane of these is looked into for something else
  stopped text[];
  partly_paused text[];
  paused text[];
  in_front constant int := 50;
begin
  -- while Slack does not answer, one message at a time finds out whether it does again
  if exists (select 1 from breakers where breaker_key = 'slack' and is_open) then
    perform 1 from breakers where breaker_key = 'slack' and is_open and probe_at <= moment for update skip locked;
    if not found then return; end if;
    probing := true; max_lanes := 1; heads := 1;
  end if;

  select array_agg(picked.lane_id) into due from (
    select l.lane_id from lanes l
    where l.active and not l.provisional and l.next_at <= moment and l.leased_until <= moment
    order by l.next_at limit in_window for no key update skip locked) picked;
  if due is null then return; end if;

  -- more is due than fits: connections show their longest due, so that a big one cannot fill the window; of very many, by turns
  -- that chance decides, since the work must not grow with them
  if cardinality(due) = in_window then
    select coalesce(array_agg(l.lane_id), '{}') into silent from lanes l join connections c using (connection_id) where l.lane_id = any(due) and c.state <> 'active';
    with shown as materialized (
      select c.connection_id from connections c
      where c.state = 'active' and exists (
        select 1 from lanes l where l.connection_id = c.connection_id and l.active and not l.provisional and l.next_at <= moment and l.leased_until <= moment)
      order by random() limit in_window / 4
    )
    select array_agg(picked.lane_id) into due from shown c
    cross join lateral (
      select l.lane_id from lanes l
      where l.connection_id = c.connection_id and l.active and not l.provisional and l.next_at <= moment and l.leased_until <= moment
      order by l.next_at limit in_window / (select count(*) from shown) for no key update skip locked) picked;
    due := coalesce(due, '{}') || silent; -- what cannot send is put to sleep with them, or it would fill the window again and again
  end if;

  -- a connection that changes at this moment keeps its lanes out of this pass: it may be just about to wake them
  select coalesce(array_agg(l.lane_id), '{}') into due from lanes l where l.lane_id = any(due) and l.connection_id in (
    select c.connection_id from connections c where c.connection_id in (select o.connection_id from lanes o where o.lane_id = any(due)) for share skip locked);

  -- a connection that Slack does not answer has one probe; its other lanes look again soon
  select coalesce(array_agg(p.breaker_key), '{}') into probed from (
    select b.breaker_key from breakers b
    where b.is_open and b.probe_at <= moment and b.breaker_key in (select l.connection_id from lanes l where l.lane_id = any(due) and l.next_at <= moment)
    for update skip locked) p;
  if cardinality(probed) > 0 then heads := 1; end if;
  update lanes l set rests = false, next_at = least(greatest(b.probe_at, moment + interval '250 milliseconds'), moment + interval '5 seconds') from breakers b
  where l.lane_id = any(due) and b.breaker_key = l.connection_id and b.is_open and not (l.connection_id = any(probed)) and l.next_at <= moment;

  -- what a lease left behind was not sent unless its request had been started; if it had, nobody knows, and policy decides
  with back as (
    update deliveries d set state = 'waiting', version = version + 1,
      -- what people paused meanwhile is held, as what comes back to its line with a result
      held_since = (select moment from ${COVERING_PAUSES} limit 1)
    where d.lane_id = any(due) and d.state = 'posting' and not d.request_started
    returning d.organization_id, d.delivery_id, d.workflow_id, d.held_since
  )
  ${TELL_PAUSED} from back d where d.held_since is not null;
  update lanes l set rests = false, next_at = settled_after
  where l.lane_id = any(due) and moment < settled_after and exists (select 1 from deliveries d where d.lane_id = l.lane_id and d.state = 'posting');
  select coalesce(array_agg(distinct d.lane_id), '{}') into recovered
  from deliveries d join lanes l using (lane_id) where d.lane_id = any(due) and d.state = 'posting' and l.next_at <= moment;

  -- lanes of a connection that cannot send, or that owes them time, sleep until the connection wakes them; what was left behind in them is judged first, which asks nothing of Slack
  update lanes l set rests = false, next_at = 'infinity' from connections c
  where l.lane_id = any(due) and not (l.lane_id = any(recovered)) and c.connection_id = l.connection_id and (c.state <> 'active' or c.organization_id is distinct from l.organization_id or l.owed_since is not null);

  perform 1 from budgets b
  where b.budget_key in (select c.budget_key from lanes l join connections c using (connection_id) where l.lane_id = any(due))
  order by b.budget_key for no key update;
  allowed_at := clock_timestamp();

  select coalesce(array_agg(p.organization_id) filter (where p.workflow_id = ''), '{}'), coalesce(array_agg(p.organization_id) filter (where p.workflow_id <> ''), '{}'),
    array_agg(array[p.organization_id, p.workflow_id]::text) into stopped, partly_paused, paused
  from pauses p;

  with candidate as (
    select l.lane_id, l.organization_id, l.connection_id, c.budget_key, l.due_since, head.priority - floor(extract(epoch from moment - l.due_since) / 60) as urgency
    from lanes l
    join connections c on c.connection_id = l.connection_id
    cross join lateral (
      select f.priority from (
        select d.priority, d.workflow_id from deliveries d
        where d.lane_id = l.lane_id and d.state = 'waiting' and d.digest_id is null and d.held_since is null and d.not_before <= moment and d.expires_at > moment
        order by d.priority, d.said_at, d.arrival limit case when l.organization_id = any(partly_paused) then in_front else 1 end) f
      where not (l.organization_id = any(partly_paused)) or not (array[l.organization_id, f.workflow_id]::text = any(paused)) limit 1) head
    where l.lane_id = any(due) and l.next_at <= moment and not (l.lane_id = any(recovered)) and not (l.organization_id = any(stopped))
  ), ranked as (
    select candidate.*, row_number() over (partition by budget_key order by urgency, due_since, lane_id) as place,
      row_number() over (partition by connection_id order by urgency, due_since, lane_id) as place_in_connection
    from candidate
  ), judged as (
    select ranked.*, b.tat, b.blocked_until, rate * b.rate_factor as own_rate,
      b.blocked_until <= allowed_at and (rate = 0 or place <= burst - greatest(0, extract(epoch from b.tat - allowed_at)) * rate * b.rate_factor)
        and (place_in_connection = 1 or not (connection_id = any(probed))) as allowed
    from ranked join budgets b using (budget_key)
  ), pushed_back as (
    -- lanes that must wait for their workspace leave the window until it has a token for each
    update lanes l set rests = false, next_at = greatest(j.blocked_until,
      least(allowed_at + interval '2 seconds', greatest(j.tat, allowed_at) + make_interval(secs => coalesce((j.place - burst) / nullif(j.own_rate, 0), 0))))
    from judged j where l.lane_id = j.lane_id and not j.allowed
  ), turn as (
    -- what the asker is sending already counts, or who has waited longest would go first again and again where one place is free at a time
    select judged.lane_id, judged.organization_id, judged.due_since, judged.place + coalesce((sent_by_connection->>judged.connection_id)::int, 0) as place,
      coalesce((sent_by_organization->>judged.organization_id)::int, 0) as sent
    from judged where judged.allowed
  ), chosen as (
    -- organizations take turns, in each of them its workspaces
    select turn.lane_id from turn order by turn.sent + row_number() over (partition by organization_id order by place, due_since), place, due_since limit max_lanes
  )
  select coalesce(array_agg(chosen.lane_id), '{}'), coalesce((select array_agg(candidate.lane_id) from candidate), '{}') into taken, filled from chosen;

  -- lanes with nothing to send now sleep until one arrives, or rest until their next message may go: what comes before that
  -- wakes them. Nothing may be arriving meanwhile, and what arrived since the look above counts
  select coalesce(array_agg(l.lane_id), '{}') into idle from (
    select l.lane_id from lanes l
    where l.lane_id = any(due) and l.next_at <= moment and not (l.lane_id = any(filled || recovered)) for update skip locked) l;
  update lanes l set active = waiting.soonest is not null, rests = waiting.soonest is not null,
    next_at = greatest(l.next_at, case when waiting.soonest = moment then moment + interval '1 second' else coalesce(waiting.soonest, l.next_at) end)
  from (
    select idle_lane as lane_id, coalesce((
      select moment from deliveries d
      where d.lane_id = idle_lane and d.state = 'waiting' and d.digest_id is null and d.held_since is null and d.not_before <= moment and d.expires_at > moment limit 1), (
      select min(d.not_before) from deliveries d
      where d.lane_id = idle_lane and d.state = 'waiting' and d.digest_id is null and d.held_since is null and d.expires_at > moment)) as soonest
    from unnest(idle) as idle_lane) waiting
  where l.lane_id = waiting.lane_id and (waiting.soonest is distinct from moment or l.organization_id = any(stopped || partly_paused));

  -- a lane is folded when what waits in it would take too long at its turn, which comes after that of all that may send by then,
  -- or has waited for over an hour
  if digest_after > interval '0' then
    with looked as (
      update lanes l set fold_at = moment + interval '1 second' where l.lane_id = any(taken) and l.fold_at <= moment
      returning l.lane_id, l.connection_id, l.interval_factor
    ), turn as (
      select looked.lane_id, greatest(
        extract(epoch from channel_interval) * looked.interval_factor * b.sharers,
        coalesce((
          select count(*) from (
            select 1 from lanes o join connections oc using (connection_id)
            where oc.budget_key = b.budget_key and o.active and not o.provisional and o.next_at <= moment + digest_after limit 1000) others
          ) / nullif(rate * b.rate_factor, 0), 0)) as seconds
      from looked join connections c using (connection_id) join budgets b using (budget_key)
    )
    select coalesce(array_agg(turn.lane_id), '{}') into folding from turn cross join lateral (
      select count(*) filter (where h.fold_key is not null) as foldable, coalesce(bool_or(h.fold_key is not null and h.created_at < moment - interval '1 hour'), false) as is_late
      from (
        select d.fold_key, d.created_at from deliveries d
        where d.lane_id = turn.lane_id and d.state = 'waiting' and d.digest_id is null and d.held_since is null and d.not_before <= moment
        order by d.priority, d.said_at, d.arrival limit 100 + least(2000, coalesce(ceil(extract(epoch from digest_after) / nullif(turn.seconds, 0)), 0))) h) backlog
    where backlog.foldable > 1 and (backlog.foldable * turn.seconds > extract(epoch from digest_after) or backlog.is_late);
    select coalesce(array_agg(t), '{}') into taken from unnest(taken) t where not (t = any(folding));
  end if;

  -- after what goes at once from a full allowance, the next token comes a tenth of a second late: not every request is on
  -- its way equally long, and Slack counts when they come
  update budgets b set tat = case when b.tat > allowed_at then b.tat else allowed_at + interval '100 milliseconds' end + make_interval(secs => spent.posts / nullif(rate * b.rate_factor, 0))
  from (select c.budget_key, count(*)::numeric as posts from lanes l join connections c using (connection_id) where l.lane_id = any(taken) group by c.budget_key) spent
  where b.budget_key = spent.budget_key and rate > 0;

  -- the time until the answer to a probe is known, or its holder is given up
  update breakers b set probe_at = moment + lease
  where (b.breaker_key = 'slack' and probing and cardinality(taken) > 0)
    or (b.breaker_key = any(probed) and b.breaker_key in (select l.connection_id from lanes l where l.lane_id = any(taken)));

  update lanes l set leased_until = moment + lease, lease_id = token, rests = false where l.lane_id = any(taken || recovered || folding);

  return query
  update deliveries d set state = 'posting', version = d.version + 1, attempt = d.attempt + 1, claimed_at = moment, request_started = false, waiting_for = null
  from unnest(taken) as own_lane cross join lateral (
    select f.organization_id, f.delivery_id from (
      select w.organization_id, w.delivery_id, w.workflow_id from deliveries w
      where w.lane_id = own_lane and w.state = 'waiting' and w.digest_id is null and w.held_since is null and w.not_before <= moment and w.expires_at > moment
      order by w.priority, w.said_at, w.arrival limit heads + case when partly_paused = '{}' then 0 else in_front end) f
    where partly_paused = '{}' or not (array[f.organization_id, f.workflow_id]::text = any(paused)) limit heads) head
  where d.organization_id = head.organization_id and d.delivery_id = head.delivery_id and d.state = 'waiting'
  returning d.lane_id, token, d.organization_id, d.connection_id, d.delivery_id, d.attempt, false, probing or d.connection_id = any(probed);

  return query
  select d.lane_id, token, d.organization_id, d.connection_id, d.delivery_id, d.attempt, true, exists (select 1 from breakers b where b.is_open and b.breaker_key in ('slack', d.connection_id))
  from deliveries d where d.lane_id = any(recovered) and d.state = 'posting';

  return query
  select l.lane_id, token, l.organization_id, l.connection_id, null::text, 0, false, false from lanes l where l.lane_id = any(folding);
end $$;
`;

/**
 * mark_started: says that the requests of claims begin now. If their process dies, their end counts as unknown.
 * Returns those that are still their holder's to send, and that nobody has paused. Whoever pauses waits for what is just
 * being marked: once a pause is there, nothing that it covers begins.
 */
export const MARK_FUNCTION = `
drop function if exists mark_started;
create function mark_started(organization_ids text[], delivery_ids text[], attempt_numbers int[], lane_ids bigint[], lease_ids uuid[])
returns table (organization_id text, delivery_id text, attempt int)
language plpgsql
${BY_KEY} as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock_shared(${PAUSING});
  return query
  update deliveries d set request_started = true, begun_at = clock_timestamp()
  from unnest(organization_ids, delivery_ids, attempt_numbers, lane_ids, lease_ids) c (organization_id, delivery_id, attempt, lane_id, lease_id)
  where d.organization_id = c.organization_id and d.delivery_id = c.delivery_id and d.attempt = c.attempt and d.lane_id = c.lane_id and d.settled_at is null
    and exists (select 1 from lanes l where l.lane_id = c.lane_id and l.lease_id = c.lease_id)
    and not exists (select 1 from ${COVERING_PAUSES})
    -- what a digest of several workflows tells of a paused one leaves it first
    and case when d.kind = 'digest' then not exists (
      select 1 from pauses p join deliveries m on m.organization_id = p.organization_id and m.workflow_id = p.workflow_id
      where p.organization_id = d.organization_id and m.digest_id = d.delivery_id and m.state = 'waiting') else true end
  returning d.organization_id, d.delivery_id, d.attempt;
end $$;
`;
