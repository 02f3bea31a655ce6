import { BY_KEY } from './plans.sql.js';

/** A row that everybody counts in is locked until the commit of whoever counted last, which waits for the disk. */
export const COUNTS_BY_WRITER = `
alter table accepted_counts add column writer int not null default 0, drop constraint accepted_counts_pkey, add primary key (organization_id, writer);
`;

/**
 * accept_deliveries: records commands in their lanes, each once however often it comes, counts them and wakes the lanes.
 *
 * One function, so that a batch is one round trip. Lanes are locked in the order of their ids before anything enters them,
 * against whoever would empty them or let them sleep: such a one sees all of a batch or nothing of it, and neither a
 * claim nor a result is kept waiting. `said_at` is clamped, so that a producer with a wrong clock can neither jump the line
 * nor be stuck behind it.
 *
 * @param destinations what the commands are for, each once
 * @param places for each command, which of the destinations is its, from 1
 * @param arrivals what is kept of each command beside it, in the same order
 * @param events whose data the commands are, in the same order: stored as they are, and read by nobody here
 */
export const ACCEPT_FUNCTION = `
drop function if exists accept_deliveries(jsonb, jsonb, interval, interval);
drop function if exists accept_deliveries(jsonb, int[], jsonb, text[], interval, interval);
create function accept_deliveries(destinations jsonb, places int[], arrivals jsonb, events text[], life interval, clock_tolerance interval)
returns table (organization_id text, delivery_id text)
language plpgsql
${BY_KEY} as $$
#variable_conflict use_column
declare
  moment timestamptz;
  -- in the order of the destinations
  lane_ids bigint[];
begin
  insert into connections (connection_id) select distinct d->>'connectionId' from jsonb_array_elements(destinations) d
    where not exists (select 1 from connections c where c.connection_id = d->>'connectionId') order by 1 on conflict do nothing;
  update connections set state = 'unknown', asked_at = null where state = 'not_found' and connection_id in
    (select d->>'connectionId' from jsonb_array_elements(destinations) d);
  insert into lanes (organization_id, connection_id, destination_key, provisional)
    select d->>'organizationId', d->>'connectionId', d->>'destinationKey', (d->>'provisional')::boolean from jsonb_array_elements(destinations) d
    where not exists (select 1 from lanes l where l.organization_id = d->>'organizationId' and l.connection_id = d->>'connectionId' and l.destination_key = d->>'destinationKey')
    order by 1, 2, 3 on conflict do nothing;
  select array_agg(locked.lane_id order by locked.place) into lane_ids from (
    select l.lane_id, d.place from jsonb_array_elements(destinations) with ordinality d (r, place)
    join lanes l on l.organization_id = d.r->>'organizationId' and l.connection_id = d.r->>'connectionId' and l.destination_key = d.r->>'destinationKey'
    order by l.lane_id for key share of l) locked;
  if coalesce(cardinality(lane_ids), 0) <> jsonb_array_length(destinations) then raise exception 'a destination has no lane, or is named twice'; end if;
  moment := clock_timestamp();

  return query
  with given as materialized (
    select g.r, g.place, lane_ids[places[g.place]] as lane_id
    from jsonb_array_elements(arrivals) with ordinality g (r, place)
    where not exists (select 1 from retired_deliveries t where t.organization_id = g.r->>'organizationId' and t.delivery_id = g.r->>'deliveryId')
  ), inserted as (
    insert into deliveries (organization_id, delivery_id, lane_id, connection_id, priority, said_at, expires_at, kind, parent_channel, parent_ts, not_before, fold_key, severity, category,
                            workflow_id, held_since, created_at)
    select r->>'organizationId', r->>'deliveryId', lane_id, r->>'connectionId', (r->>'priority')::smallint,
           greatest(moment - clock_tolerance, least(moment, (r->>'saidAt')::timestamptz)), coalesce((r->>'expiresAt')::timestamptz, moment + life),
           r->>'kind', r->>'parentChannel', r->>'parentTs', case when r ? 'waitMs' then moment + make_interval(secs => (r->>'waitMs')::float8 / 1000) else '-infinity' end,
           r->>'foldKey', r->>'severity', r->>'category', r->>'workflowId',
           -- hardly ever is anything paused, which is asked once
           case when exists (select 1 from pauses) then (select moment from pauses p where p.organization_id = r->>'organizationId' and p.workflow_id in ('', r->>'workflowId') limit 1) end, moment
    from given order by place
    on conflict do nothing
    returning organization_id, delivery_id, lane_id, workflow_id, held_since
  ), kept as (
    insert into commands (organization_id, delivery_id, event, destination, destination_id, destination_kind, destination_name, issue_ids, source_kind, workflow_id, searched, change, issue_revision,
                          issue_status, issue_cvss, replay_of, created_at)
    select r->>'organizationId', r->>'deliveryId', events[place]::json, r->'destination', r->>'destinationId', r->>'destinationKind', r->>'destinationName',
           array(select jsonb_array_elements_text(r->'issueIds')), r->>'sourceKind', r->>'workflowId', lower(r->>'searched'), r->>'change', (r->>'issueRevision')::int,
           r->>'issueStatus', (r->>'issueCvss')::real, r->>'replayOf', moment
    from given
    on conflict do nothing
  ), told as (
    insert into timeline (organization_id, delivery_id, kind, text)
    select i.organization_id, i.delivery_id, 'accepted', 'Accepted and put in line' from inserted i
    union all
    select i.organization_id, i.delivery_id, 'paused', 'Sending was paused by ' || (
      select p.paused_by from pauses p where p.organization_id = i.organization_id and p.workflow_id in ('', i.workflow_id) order by p.workflow_id limit 1)
    from inserted i where i.held_since is not null
  ), counted as (
    insert into accepted_counts (organization_id, writer, accepted)
    select i.organization_id, pg_backend_pid() % 1024, count(*) from inserted i group by 1 order by 1
    on conflict (organization_id, writer) do update set accepted = accepted_counts.accepted + excluded.accepted
  ), asleep as (
    select l.lane_id from lanes l where (not l.active or l.rests) and l.lane_id in (select i.lane_id from inserted i) order by l.lane_id for no key update
  ), woken as (
    update lanes l set active = true, due_since = moment, next_at = case when l.rests then moment else l.next_at end, rests = false from asleep where l.lane_id = asleep.lane_id
  )
  select i.organization_id, i.delivery_id from inserted i;
end $$;

-- as replicas of the version before ask for it: each event within its arrival
create function accept_deliveries(destinations jsonb, arrivals jsonb, life interval, clock_tolerance interval)
returns table (organization_id text, delivery_id text)
language sql as $$
  select a.organization_id, a.delivery_id
  from (
    select array_agg((g.r->>'lane')::int order by g.place) as places, jsonb_agg((g.r - 'event') || jsonb_build_object('sourceKind', g.r#>>'{event,data,source,kind}', 'workflowId', g.r#>>'{event,data,source,workflowId}',
        'searched', coalesce(g.r#>'{event,data,comment}', '""')::text || jsonb_path_query_array(g.r, '$.event.data.issues[*].title')::text, 'change', g.r#>'{event,data,change}',
        'issueRevision', g.r#>'{event,data,issues,0,revision}', 'issueStatus', g.r#>'{event,data,issues,0,status}', 'issueCvss', g.r#>'{event,data,issues,0,cvss}') order by g.place) as arrivals,
      array_agg(g.r->>'event' order by g.place) as events
    from jsonb_array_elements(arrivals) with ordinality g (r, place)) given
  cross join lateral accept_deliveries(destinations, given.places, given.arrivals, given.events, life, clock_tolerance) a
$$;
`;
