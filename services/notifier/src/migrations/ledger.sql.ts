/** What people find deliveries by and do to many of them. */
export const LEDGER_TABLES = `
-- Written once, with the command: a state that changes touches neither them nor their indexes.
alter table deliveries
  add column source_kind text generated always as (command->'source'->>'kind') stored,
  add column workflow_id text generated always as (command->'source'->>'workflowId') stored,
  -- comment and titles as JSON has them, so that looking for a word reads no command
  add column searched text generated always as (lower(coalesce((command->'comment')::text, '') || jsonb_path_query_array(command, '$.issues[*].title')::text)) stored;
create index deliveries_of_destination on deliveries (organization_id, destination_id, created_at desc, delivery_id desc) where destination_id is not null;
create index deliveries_of_name on deliveries (organization_id, lower(ltrim(destination_name, '#@'))) where destination_name is not null;
create index deliveries_of_workflow on deliveries (organization_id, workflow_id, created_at desc, delivery_id desc) where workflow_id is not null;
create index deliveries_replay_of on deliveries (organization_id, replay_of) where replay_of is not null;
create index deliveries_not_posted on deliveries (organization_id, created_at desc, delivery_id desc) where state in ('failed', 'dead', 'suppressed', 'unconfirmed');
create index deliveries_held on deliveries (organization_id, workflow_id) where held_since is not null and state = 'waiting';

-- Deliveries that are sent again together: fixed when they are asked for, worked through in batches.
create table replays (
  replay_id uuid primary key, organization_id text not null, asked_at timestamptz not null default clock_timestamp(),
  author jsonb not null,                 -- who asked, for the audit log
  destination jsonb, reason text, force boolean not null,
  state text not null default 'running', -- running, done
  matched int not null, done int not null default 0, skipped int not null default 0,
  place int not null default 0,          -- the last that was looked at
  worked_at timestamptz not null default '-infinity' -- they take turns
);
create index replays_running on replays (worked_at, asked_at) where state = 'running';
create table replay_items (replay_id uuid not null references replays on delete cascade, place int not null, delivery_id text not null, primary key (replay_id, place));
`;
