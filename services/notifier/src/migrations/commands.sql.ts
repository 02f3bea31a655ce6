/**
 * What is written once of a delivery, apart from its state: the command, where it goes, and what people find it by. A
 * state that changes rewrites a narrow row and none of these indexes.
 */
export const COMMAND_TABLES = `
create table commands (
  organization_id text not null,
  delivery_id text not null,
  command jsonb not null,
  destination jsonb not null,            -- as it is asked for now: an address that means nothing may give way to another
  destination_id text,
  destination_kind text,
  destination_name text,
  issue_ids text[] not null,
  replay_of text,
  created_at timestamptz not null,
  source_kind text generated always as (command->'source'->>'kind') stored,
  workflow_id text generated always as (command->'source'->>'workflowId') stored,
  -- comment and titles as JSON has them, so that looking for a word reads no command
  searched text generated always as (lower(coalesce((command->'comment')::text, '') || jsonb_path_query_array(command, '$.issues[*].title')::text)) stored,
  primary key (organization_id, delivery_id)
) with (toast_tuple_target = 4080);      -- two commands to a page, as they are: packing them costs more than it saves
insert into commands (organization_id, delivery_id, command, destination, destination_id, destination_kind, destination_name, issue_ids, replay_of, created_at)
  select organization_id, delivery_id, command, destination, destination_id, destination_kind, destination_name, issue_ids, replay_of, created_at from deliveries;

alter table deliveries drop column source_kind, drop column searched, drop column workflow_id;
alter table deliveries add column workflow_id text, add column begun_at timestamptz; -- when the request of the latest attempt began
update deliveries d set workflow_id = c.workflow_id from commands c where c.organization_id = d.organization_id and c.delivery_id = d.delivery_id and c.workflow_id is not null;
alter table deliveries
  drop column command, drop column destination, drop column destination_id, drop column destination_kind, drop column destination_name, drop column issue_ids, drop column replay_of,
  set (fillfactor = 60);
drop index deliveries_newest;
create index deliveries_held on deliveries (organization_id, workflow_id) where held_since is not null and state = 'waiting';
-- With a condition that only the sweep states: no other look at what waits is ever planned over it.
drop index deliveries_expiring;
create index deliveries_expiring on deliveries (expires_at) where state = 'waiting' and arrival > 0;

create index commands_newest on commands (organization_id, created_at desc, delivery_id desc);
create index commands_of_destination on commands (organization_id, destination_id, created_at desc, delivery_id desc) where destination_id is not null;
create index commands_of_name on commands (organization_id, lower(ltrim(destination_name, '#@'))) where destination_name is not null;
create index commands_of_workflow on commands (organization_id, workflow_id, created_at desc, delivery_id desc) where workflow_id is not null;
create index commands_of_issue on commands using gin (issue_ids) with (gin_pending_list_limit = 512); -- what is not yet sorted into it is read by every look
create index commands_replay_of on commands (organization_id, replay_of) where replay_of is not null;

-- One index finds a lane by its key and the lanes of a connection, so that no plan can take the wrong one.
drop index lanes_of_connection;
alter table lanes drop constraint lanes_organization_id_connection_id_destination_key_key, add unique (connection_id, organization_id, destination_key);

-- Deliveries as people see them. To change one, change the table that holds it.
create view ledger as
  select d.organization_id, d.delivery_id, d.lane_id, d.connection_id, d.priority, d.said_at, d.arrival, d.state, d.version, d.attempts, d.attempt, d.ambiguous, d.not_before, d.expires_at,
    d.kind, d.parent_channel, d.parent_ts, d.fold_key, d.severity, d.category, d.waiting_for, d.held_since, d.error, d.slack_channel, d.slack_ts, d.digest_id, d.claimed_at, d.settled_at, d.created_at as recorded_at,
    c.command, c.destination, c.destination_id, c.destination_kind, c.destination_name, c.issue_ids, c.replay_of, c.created_at, c.source_kind, c.workflow_id, c.searched
  from deliveries d left join commands c on c.organization_id = d.organization_id and c.delivery_id = d.delivery_id;
`;
