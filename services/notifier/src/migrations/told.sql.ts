import { BY_KEY } from './plans.sql.js';

/**
 * record_told_issues: what destinations were told of issues, with the newest that was heard of them. A message of its own takes over
 * from a digest, and from one that could not be brought up to date; otherwise the first one stays. Its thread need not tell
 * what the message itself shows, unless that stands for another one, whose thread would have told it. Hands back the issues that had changed by then, as they are now: hardly ever any.
 */
export const RECORD_TOLD_FUNCTION = `
drop function if exists record_told_issues;
create function record_told_issues(told jsonb) returns table (organization_id text, issue_id text, lane_id bigint, delivery_id text, newest jsonb)
language plpgsql
${BY_KEY} as $$
#variable_conflict use_column
begin
  return query
  with recorded as (
  insert into told_issues as t (organization_id, issue_id, lane_id, connection_id, delivery_id, channel, ts, in_digest, living, was_plain_text, comment, unconfirmed, shown_revision, wanted_revision, wanted, replied_revision)
  select r.organization_id, r.issue_id, r.lane_id, r.connection_id, r.delivery_id, r.channel, r.ts, r.in_digest, r.living, r.was_plain_text, r.comment, r.ts is null,
    r.revision, greatest(r.revision, h.revision), case when h.revision > r.revision and r.living and not r.in_digest then h.issue end, r.revision
  from (
    select distinct on (organization_id, issue_id, lane_id) * from jsonb_to_recordset(told) g (organization_id text, issue_id text, lane_id bigint, connection_id text, delivery_id text,
      channel text, ts text, in_digest boolean, living boolean, was_plain_text boolean, comment text, revision int)
    order by organization_id, issue_id, lane_id, ts is null, in_digest, ts) r
  left join heard_issues h on h.organization_id = r.organization_id and h.issue_id = r.issue_id
  on conflict (organization_id, issue_id, lane_id) do update set connection_id = excluded.connection_id, delivery_id = excluded.delivery_id, channel = excluded.channel, ts = excluded.ts,
    in_digest = excluded.in_digest, living = excluded.living, was_plain_text = excluded.was_plain_text, comment = excluded.comment, unconfirmed = excluded.unconfirmed, collapsed = false,
    replied_revision = case when t.outdated or t.delivery_id = excluded.delivery_id and t.shown_revision = 0 and not t.collapsed then t.replied_revision else excluded.replied_revision end,
    shown_revision = excluded.shown_revision, wanted_revision = greatest(t.wanted_revision, excluded.wanted_revision),
    wanted = case when t.wanted_revision > excluded.wanted_revision then t.wanted else excluded.wanted end, next_at = '-infinity', fails = 0, outdated = false, lease_id = null, leased_until = '-infinity'
  where t.ts is null or (t.in_digest or t.outdated) and not excluded.in_digest and excluded.ts is not null
  returning t.organization_id, t.issue_id, t.lane_id, t.delivery_id, t.shown_revision, t.wanted_revision
  )
  select r.organization_id, r.issue_id, r.lane_id, r.delivery_id, h.issue
  from recorded r cross join lateral (select * from heard_issues where organization_id = r.organization_id and issue_id = r.issue_id and revision = r.wanted_revision offset 0) h
  where r.wanted_revision > r.shown_revision;
end $$;
`;
