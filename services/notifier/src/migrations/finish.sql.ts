import { COVERING_PAUSES, TELL_PAUSED } from '../deliveries/covering-pauses.js';
import { BY_KEY } from './plans.sql.js';

/**
 * finish_deliveries: records what became of claimed deliveries, writes their timelines and gives their lanes back, in one
 * statement a batch.
 *
 * posted is accepted from any attempt (what is in the channel is in the channel); every other result only from the
 * present attempt. Lanes are locked in the order of their ids, as in ingest, and before allowances. A lane goes back only to who holds its lease,
 * with the last result of it, and is paced only when Slack was asked.
 */
export const FINISH_FUNCTION = `
drop function if exists finish_deliveries;
create function finish_deliveries(results jsonb, channel_interval interval)
returns table (organization_id text, delivery_id text, version int, attempts int, settled_at timestamptz)
language plpgsql
${BY_KEY} as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
begin
  perform 1 from lanes l where l.lane_id in (select (r->>'laneId')::bigint from jsonb_array_elements(results) r) order by l.lane_id for no key update;

  update lanes l set
    leased_until = '-infinity', lease_id = null, due_since = moment,
    fail_streak = case when r->>'state' <> 'waiting' then 0 when (r->>'asked')::boolean then l.fail_streak + 1 else l.fail_streak end,
    next_at = greatest(
      -- from claim to claim, so that the way to Slack costs nothing; but two requests never come closer than nine tenths
      case when (r->>'asked')::boolean then greatest(d.claimed_at, d.begun_at - channel_interval * 0.1) + channel_interval * l.interval_factor * coalesce(b.sharers, 1) else l.next_at end,
      moment + make_interval(secs => (r->>'laneWaitMs')::numeric / 1000)),
    -- that the pace is fine says Slack by taking a message, and by nothing else
    interval_factor = case when (r->>'rateLimited')::boolean then least(5, l.interval_factor * 1.25) when r->>'state' = 'posted' then greatest(1, l.interval_factor * 0.95) else l.interval_factor end,
    limited_at = case when (r->>'rateLimited')::boolean then moment else l.limited_at end
  from jsonb_array_elements(results) r
  join deliveries d on d.organization_id = r->>'organizationId' and d.delivery_id = r->>'deliveryId'
  left join connections c on c.connection_id = d.connection_id
  left join budgets b on b.budget_key = c.budget_key
  where (r->>'last')::boolean and l.lane_id = (r->>'laneId')::bigint and l.lease_id = (r->>'leaseId')::uuid;

  -- allowances that may change are locked in the order of their keys, as where lanes are claimed
  if results @> '[{"rateLimited": true}]' or exists (select 1 from budgets b where b.rate_factor < 1) then
    perform 1 from budgets b
    where b.budget_key in (select c.budget_key from jsonb_array_elements(results) r join lanes l on l.lane_id = (r->>'laneId')::bigint join connections c using (connection_id))
      and (results @> '[{"rateLimited": true}]' or b.rate_factor < 1 and b.slowed_at < moment - interval '30 seconds')
    order by b.budget_key for no key update;
  end if;

  -- "too fast" to several destinations at once means the workspace: it pauses as a whole, for the longest that any of them was
  -- told to wait, and goes on more slowly. A quota that is used up again as soon as it was waited for is waited for twice as long
  if results @> '[{"rateLimited": true}]' then
    update budgets b set
      blocked_until = greatest(b.blocked_until,
        case when pause.slows then pause.limited_until end,
        case when b.blocked_until <= moment then moment + make_interval(secs => pause.quota_ms / 1000) * 2 ^ pause.quota_streak end),
      quota_streak = case when pause.quota_ms is not null and b.blocked_until <= moment then least(pause.quota_streak + 1, 3) else b.quota_streak end,
      rate_factor = case when pause.slows and b.slowed_at < moment - interval '10 seconds' then greatest(0.1, b.rate_factor * 0.75) else b.rate_factor end,
      slowed_at = case when pause.slows then moment else b.slowed_at end
    from (
      select told.budget_key, max(told.workspace_ms) as quota_ms, bool_or(told.workspace_ms is null) as slows,
        (select max(o.next_at) from lanes o join connections oc using (connection_id)
          where oc.budget_key = told.budget_key and o.limited_at > moment - interval '10 seconds' and not o.rests and o.next_at < 'infinity') as limited_until,
        (select case when q.blocked_until > moment - interval '10 minutes' then q.quota_streak else 0 end from budgets q where q.budget_key = told.budget_key) as quota_streak
      from (
        select c.budget_key, (r->>'workspaceWaitMs')::numeric as workspace_ms
        from jsonb_array_elements(results) r join lanes l on l.lane_id = (r->>'laneId')::bigint join connections c using (connection_id)
        where (r->>'rateLimited')::boolean) told
      where told.workspace_ms is not null or 3 <= (
        select count(*) from lanes o join connections oc using (connection_id) where oc.budget_key = told.budget_key and o.limited_at > moment - interval '10 seconds')
      group by told.budget_key) pause
    where b.budget_key = pause.budget_key;
  end if;

  -- the full rate comes back in steps, a tenth of it for each quiet half minute
  if exists (select 1 from budgets b where b.rate_factor < 1) then
    update budgets b set rate_factor = least(1, b.rate_factor + 0.1), slowed_at = moment
    where b.rate_factor < 1 and b.slowed_at < moment - interval '30 seconds'
      and b.budget_key in (select c.budget_key from jsonb_array_elements(results) r join lanes l on l.lane_id = (r->>'laneId')::bigint join connections c using (connection_id));
  end if;

  return query
  with recorded as (
  update deliveries d set
    state = r->>'state', version = d.version + 1,
    attempts = d.attempts + (r->>'charge')::int,
    ambiguous = d.ambiguous + (r->>'ambiguous')::int,
    request_started = false,
    not_before = case when r ? 'messageWaitMs' then moment + make_interval(secs => (r->>'messageWaitMs')::numeric / 1000) else d.not_before end,
    waiting_for = case when r->>'state' = 'waiting' then r->'waitingFor' end,
    error = r->'error',
    slack_channel = coalesce(r->>'channel', d.slack_channel), slack_ts = coalesce(r->>'ts', d.slack_ts),
    settled_at = case when r->>'state' = 'waiting' then null else moment end,
    -- what comes back to its line after people paused it is held there
    held_since = case when r->>'state' = 'waiting' then (select moment from ${COVERING_PAUSES} limit 1) end
  from jsonb_array_elements(results) r
  where d.organization_id = r->>'organizationId' and d.delivery_id = r->>'deliveryId'
    and (d.attempt = (r->>'attempt')::int and d.state = 'posting' or r->>'state' = 'posted' and d.state <> 'posted')
  returning d.organization_id, d.delivery_id, d.version, d.attempts, d.settled_at, d.workflow_id, d.held_since
  ), told as (
    -- a second post of one message is told as well: it is in the channel; the first, recorded twice, is not
    insert into timeline (organization_id, delivery_id, kind, text, slack)
    select r->>'organizationId', r->>'deliveryId', r->'story'->>'kind', r->'story'->>'text', r->'story'->'slack'
    from jsonb_array_elements(results) r
    where r ? 'story' and (exists (select 1 from recorded w where w.organization_id = r->>'organizationId' and w.delivery_id = r->>'deliveryId')
        or r->>'state' = 'posted' and exists (
          select 1 from deliveries d where d.organization_id = r->>'organizationId' and d.delivery_id = r->>'deliveryId' and d.slack_ts is distinct from r->>'ts'))
      -- what it waits for is said once, however often it is looked at
      and case when r->'story'->>'kind' = 'waiting' then r->'story'->>'text' is distinct from (
        select l.text from timeline l where l.organization_id = r->>'organizationId' and l.delivery_id = r->>'deliveryId' order by l.id desc limit 1) else true end
  ), told_paused as (
    ${TELL_PAUSED} from recorded d where d.held_since is not null
  )
  select w.organization_id, w.delivery_id, w.version, w.attempts, w.settled_at from recorded w;
end $$;
`;
