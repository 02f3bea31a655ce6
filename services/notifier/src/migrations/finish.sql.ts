/**
 * finish_deliveries: records what became of claimed deliveries and gives their lanes back, in one statement a batch.
 *
 * posted is accepted from any attempt (what is in the channel is in the channel); every other result only from the
 * present attempt. Lanes are locked in the order of their ids, as in ingest. A lane goes back only to who holds its lease.
 */
export const FINISH_FUNCTION = `
create function finish_deliveries(results jsonb, channel_interval interval)
returns table (organization_id text, delivery_id text, settled boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
begin
  perform 1 from lanes l where l.lane_id in (select (r->>'laneId')::bigint from jsonb_array_elements(results) r) order by l.lane_id for update;

  update lanes l set
    leased_until = '-infinity', lease_id = null, due_since = moment,
    fail_streak = case when r->>'state' = 'waiting' then l.fail_streak + 1 else 0 end,
    next_at = greatest(d.claimed_at + channel_interval * l.interval_factor, moment + make_interval(secs => (r->>'laneWaitMs')::numeric / 1000)),
    interval_factor = case when (r->>'rateLimited')::boolean then least(5, l.interval_factor * 1.25) else greatest(1, l.interval_factor * 0.95) end
  from jsonb_array_elements(results) r, deliveries d
  where l.lane_id = (r->>'laneId')::bigint and l.lease_id = (r->>'leaseId')::uuid
    and d.organization_id = r->>'organizationId' and d.delivery_id = r->>'deliveryId';

  update budgets b set blocked_until = greatest(b.blocked_until, moment + make_interval(secs => pause.ms / 1000))
  from (
    select c.budget_key, max((r->>'workspaceWaitMs')::numeric) as ms
    from jsonb_array_elements(results) r join lanes l on l.lane_id = (r->>'laneId')::bigint join connections c using (connection_id)
    where r ? 'workspaceWaitMs' group by c.budget_key) pause
  where b.budget_key = pause.budget_key;

  return query
  update deliveries d set
    state = r->>'state', version = d.version + 1,
    attempts = d.attempts + (r->>'charge')::int,
    ambiguous = d.ambiguous + (r->>'ambiguous')::int,
    request_started = false,
    not_before = case when r ? 'messageWaitMs' then moment + make_interval(secs => (r->>'messageWaitMs')::numeric / 1000) else d.not_before end,
    waiting_for = case when r->>'state' = 'waiting' then r->'waitingFor' end,
    error = r->'error',
    slack_channel = coalesce(r->>'channel', d.slack_channel), slack_ts = coalesce(r->>'ts', d.slack_ts),
    settled_at = case when r->>'state' = 'waiting' then null else moment end
  from jsonb_array_elements(results) r
  where d.organization_id = r->>'organizationId' and d.delivery_id = r->>'deliveryId'
    and (d.attempt = (r->>'attempt')::int and d.state = 'posting' or r->>'state' = 'posted' and d.state <> 'posted')
  returning d.organization_id, d.delivery_id, d.state <> 'waiting';
end $$;
`;
