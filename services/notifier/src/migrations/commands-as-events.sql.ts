/**
 * A command is the data of an event that is kept as it came: text that PostgreSQL stores and gives back without reading it. What
 * it is found by, and what a digest says of it, stands in columns of its own.
 */
export const COMMANDS_AS_EVENTS = `
drop function if exists rows_of_claims(text[], text[]);
drop view if exists claimed_rows;
drop view ledger;
alter table commands add column change text, add column issue_revision int, add column issue_status text, add column issue_cvss real;
update commands c set change = c.command->>'change', issue_revision = (c.command->'issues'->0->>'revision')::int, issue_status = c.command->'issues'->0->>'status', issue_cvss = (c.command->'issues'->0->>'cvss')::real
from deliveries d where d.organization_id = c.organization_id and d.delivery_id = c.delivery_id and d.state in ('waiting', 'posting') and d.fold_key is not null;
alter table commands alter column source_kind drop expression, alter column workflow_id drop expression, alter column searched drop expression;
alter table commands alter column command type json using json_build_object('data', command);
alter table commands rename column command to event;
-- What does not fit as it is is packed; not every server has been built with the faster way.
do $$ begin
  execute 'alter table commands alter column event set compression lz4';
exception when feature_not_supported or syntax_error then null;
end $$;

-- A lane is never deleted, and who puts something into one has it locked: it need not be looked up again for each delivery.
alter table deliveries drop constraint deliveries_lane_id_fkey;

-- Deliveries as people see them. To change one, change the table that holds it.
create view ledger as
  select d.organization_id, d.delivery_id, d.lane_id, d.connection_id, d.priority, d.said_at, d.arrival, d.state, d.version, d.attempts, d.attempt, d.ambiguous, d.not_before, d.expires_at,
    d.kind, d.parent_channel, d.parent_ts, d.fold_key, d.severity, d.category, d.waiting_for, d.held_since, d.error, d.slack_channel, d.slack_ts, d.digest_id, d.claimed_at, d.settled_at, d.created_at as recorded_at,
    c.event, c.event->'data' as command, c.destination, c.destination_id, c.destination_kind, c.destination_name, c.issue_ids, c.replay_of, c.created_at, c.source_kind, c.workflow_id, c.searched,
    c.change, c.issue_revision, c.issue_status, c.issue_cvss
  from deliveries d left join commands c on c.organization_id = d.organization_id and c.delivery_id = d.delivery_id;
`;
