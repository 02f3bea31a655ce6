import { BY_KEY } from './plans.sql.js';

/** Living messages: what each destination was told of each issue. State, not events. */
export const LIVING_TABLES = `
alter table deliveries add column parent_channel text;   -- where the thread of parent_ts is
-- What is not yet sorted into it is read by every look: news of issues looks often.
alter index deliveries_of_issue set (gin_pending_list_limit = 512);
create index deliveries_replies on deliveries (lane_id) where kind = 'reply' and state = 'waiting';

-- A row for each issue that was told in a lane, from its first message on. What that message says beside the issue is
-- in its delivery. Newer snapshots are kept only until they are shown.
create table told_issues (
  organization_id text not null, issue_id text not null, lane_id bigint not null,
  connection_id text not null,
  delivery_id text not null,             -- the first message about it, or the digest that told it
  channel text, ts text,                 -- where that message is; null while it is not there
  in_digest boolean not null default false,  -- it shows other issues as well: it is never edited, its thread tells what changes
  living boolean not null default true,  -- kept up to date
  was_plain_text boolean not null default false,
  comment text,
  unconfirmed boolean not null default false,  -- Slack may have that message or not
  collapsed boolean not null default false,    -- resolved before anything of it was sent
  shown_revision int not null default 0,
  wanted_revision int not null default 0,
  wanted jsonb,                          -- the issue at wanted_revision, while that is not shown
  replied_revision int not null default 0,     -- up to here the thread has told what changed
  next_at timestamptz not null default '-infinity',
  leased_until timestamptz not null default '-infinity',
  lease_id uuid,
  fails int not null default 0,
  primary key (organization_id, issue_id, lane_id)
) with (fillfactor = 80);
create index told_issues_to_edit on told_issues (connection_id, lane_id, next_at) where ts is not null and living and not in_digest and wanted_revision > shown_revision;
create index told_issues_leased on told_issues (lease_id) where lease_id is not null;

-- Issues that changed lately: a command may arrive after the news that it is out of date.
create table heard_issues (
  organization_id text not null, issue_id text not null, revision int not null, issue jsonb not null, heard_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, issue_id)
);
`;

/** `t`, of `told_issues`, does not show the newest of its issue. As the index has it. */
const BEHIND = 't.ts is not null and t.living and not t.in_digest and t.wanted_revision > t.shown_revision';
/** Each look ends with the first that it finds, however little PostgreSQL knows of a table that has just grown. */
const BY_KEY_IN_ORDER = `${BY_KEY} set enable_bitmapscan = off`;
/** Of as many connections and lanes a claim looks for messages, of others when it looks again: its work must not grow with what waits. */
const CONNECTIONS_A_LOOK = 16;
const LANES_A_LOOK = 8;

/**
 * lanes_to_edit: lanes of a connection in which messages are to be edited; when there are more than `most`, those that follow
 * a place that chance decides. Each is found from the one before it, whatever waits in them.
 */
const LANES_TO_EDIT_FUNCTION = `
drop function if exists lanes_to_edit;
create function lanes_to_edit(connection text, most int) returns setof bigint
language plpgsql rows ${LANES_A_LOOK}
${BY_KEY_IN_ORDER} as $$
declare
  first_lane bigint := (select t.lane_id from told_issues t where t.connection_id = connection and ${BEHIND} order by t.lane_id limit 1);
  last_lane bigint := (select t.lane_id from told_issues t where t.connection_id = connection and ${BEHIND} order by t.lane_id desc limit 1);
  beginning bigint := first_lane + floor(random() * (last_lane - first_lane + 1));
  lane bigint := beginning - 1;
  final bigint := last_lane;
begin
  for looked in 1..most loop
    lane := (select t.lane_id from told_issues t where t.connection_id = connection and t.lane_id > lane and t.lane_id <= final and ${BEHIND} order by t.lane_id limit 1);
    if lane is null and final = last_lane then
      -- and from the first one on
      final := beginning - 1;
      lane := (select t.lane_id from told_issues t where t.connection_id = connection and t.lane_id >= first_lane and t.lane_id <= final and ${BEHIND} order by t.lane_id limit 1);
    end if;
    exit when lane is null;
    return next lane;
  end loop;
end $$;
`;

/**
 * claim_edits: leases messages to edit, as many as the allowances of their apps have room for, the lanes in turn.
 *
 * Edits have an allowance of their own (Slack counts chat.update by team and app), in budgets under the key of the
 * workspace's with "/update". The rows of the allowances are locked before they are read, so that replicas share them.
 *
 * What people paused waits, and is brought up to date once, when it is resumed.
 *
 * While a breaker is open, an edit is its probe only where no message is about to be: no post waits for an edit. The token says whose it is.
 */
export const CLAIM_EDITS_FUNCTION = `${LANES_TO_EDIT_FUNCTION}
drop function if exists claim_edits;
create function claim_edits(most int, lease interval, per_minute numeric, burst int) returns uuid
language plpgsql
${BY_KEY_IN_ORDER} as $$
declare
  moment timestamptz := clock_timestamp();
  token uuid := gen_random_uuid();
  rate numeric := per_minute / 60;
  probing boolean := false;
  probed text[] := '{}';
  due text[];
  -- organizations of which some workflows are paused: only of their messages it is asked whose they are
  partly_paused text[];
  spent int;
begin
  if exists (select 1 from breakers where breaker_key = 'slack' and is_open) then
    perform 1 from breakers b
    where b.breaker_key = 'slack' and b.is_open and greatest(b.probe_at, b.edit_probe_at) <= moment
      and not exists (select 1 from lanes l where l.active and not l.provisional and l.next_at <= moment + interval '1 minute')
    for update of b skip locked;
    if not found then return null; end if;
    probing := true; most := 1;
  end if;

  select array_agg(c.connection_id) into due from connections c
  where c.state = 'active' and not exists (select 1 from pauses p where p.organization_id = c.organization_id and p.workflow_id = '') and exists (
    select 1 from told_issues t
    where t.connection_id = c.connection_id and ${BEHIND}
      and t.next_at <= clock_timestamp() and t.leased_until <= clock_timestamp());
  if due is null then return null; end if;
  select array_agg(distinct p.organization_id) into partly_paused from pauses p where p.workflow_id <> '';

  select coalesce(array_agg(p.breaker_key), '{}') into probed from (
    select b.breaker_key from breakers b
    where b.breaker_key = any(due) and b.is_open and greatest(b.probe_at, b.edit_probe_at) <= moment
      and not exists (select 1 from lanes l where l.connection_id = b.breaker_key and l.active and not l.provisional and l.next_at <= moment + interval '1 minute')
    for update of b skip locked) p;
  select array_agg(d) into due from unnest(due) d where d = any(probed) or not exists (select 1 from breakers b where b.breaker_key = d and b.is_open);
  if due is null then return null; end if;

  insert into budgets (budget_key) select distinct c.budget_key || '/update' from connections c where c.connection_id = any(due) order by 1 on conflict do nothing;
  perform 1 from budgets b where b.budget_key in (select c.budget_key || '/update' from connections c where c.connection_id = any(due)) order by b.budget_key for no key update;
  moment := clock_timestamp();

  with roomy as (
    select c.connection_id, c.organization_id, b.budget_key,
      case when rate = 0 then most else floor(burst - greatest(0, extract(epoch from b.tat - moment)) * rate)::int end as room
    from connections c join budgets b on b.budget_key = c.budget_key || '/update'
    where c.connection_id = any(due) and b.blocked_until <= moment
  ), looked_at as materialized (
    select * from roomy where room > 0 order by random() limit ${CONNECTIONS_A_LOOK}
  ), in_lane as (
    -- the same chance for every lane, however much of it waits
    select looked_at.*, next.issue_id, lane.lane_id, row_number() over (partition by lane.lane_id order by next.next_at) as round,
      row_number() over (partition by looked_at.connection_id order by next.next_at) as place_in_connection
    from looked_at
    cross join lateral lanes_to_edit(looked_at.connection_id, ${LANES_A_LOOK}) lane (lane_id)
    cross join lateral (
      select t.issue_id, t.next_at from told_issues t
      where t.connection_id = looked_at.connection_id and t.lane_id = lane.lane_id and ${BEHIND}
        and t.organization_id = looked_at.organization_id and t.next_at <= moment and t.leased_until <= moment
        and (partly_paused is null or not (t.organization_id = any(partly_paused)) or not exists (
          select 1 from deliveries d join pauses p on p.organization_id = d.organization_id and p.workflow_id = d.workflow_id
          where d.organization_id = t.organization_id and d.delivery_id = t.delivery_id))
      order by t.next_at limit most) next
  ), in_budget as (
    select in_lane.*, row_number() over (partition by budget_key order by round, random()) as place from in_lane
    where place_in_connection = 1 or not (connection_id = any(probed))
  ), chosen as (
    select in_budget.* from in_budget where place <= room
    order by row_number() over (partition by organization_id order by place), random() limit most
  ), held as (
    -- in the order in which news lock them
    select t.organization_id, t.issue_id, t.lane_id, c.budget_key
    from chosen c join told_issues t on t.organization_id = c.organization_id and t.issue_id = c.issue_id and t.lane_id = c.lane_id
    where t.leased_until <= moment
    order by t.organization_id, t.issue_id, t.lane_id for update of t skip locked
  ), leased as (
    update told_issues t set leased_until = moment + lease, lease_id = token from held h
    where t.organization_id = h.organization_id and t.issue_id = h.issue_id and t.lane_id = h.lane_id
    returning h.budget_key
  ), paid as (
    update budgets b set tat = greatest(b.tat, moment) + make_interval(secs => used.edits / nullif(rate, 0))
    from (select budget_key, count(*)::numeric as edits from leased group by budget_key) used
    where b.budget_key = used.budget_key and rate > 0
  )
  select count(*) into spent from leased;

  -- the time until the answer to a probe is known, or its holder is given up
  if spent > 0 and (probing or cardinality(probed) > 0) then
    update breakers b set edit_probe_at = moment + lease, edit_probe = token
    where (b.breaker_key = 'slack' and probing)
      or (b.breaker_key = any(probed) and b.breaker_key in (select t.connection_id from told_issues t where t.lease_id = token));
  end if;
  return case when spent > 0 then token end;
end $$;
`;
