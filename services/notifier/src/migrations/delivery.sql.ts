/** What pacing, folding, pausing and threads need beside the tables of the first migration. */
export const DELIVERY_TABLES = `
alter table budgets
  add column rate_factor real not null default 1,        -- the share of the allowed rate in use; less after Slack said "too fast"
  add column slowed_at timestamptz not null default '-infinity',
  add column sharers int not null default 1;             -- active connections that share it: Slack counts per app and workspace

alter table lanes
  add column fold_at timestamptz not null default '-infinity',     -- when folding is considered again
  add column limited_at timestamptz not null default '-infinity';  -- when Slack last said "too fast" to it

-- The columns of one issue's message let a lane be folded without reading what its messages hold.
alter table deliveries
  add column kind text not null default 'message',       -- message, reply (in the thread of a living message), digest (made by folding)
  add column parent_ts text,                             -- the thread that it goes to
  add column fold_key text,                              -- messages of one key may share a digest; null = is told by itself
  add column severity text,
  add column category text,
  add column held_since timestamptz;                     -- its workflow or organization is paused

drop index deliveries_head;
create index deliveries_head on deliveries (lane_id, priority, said_at, arrival) where state = 'waiting' and digest_id is null and held_since is null;
create index deliveries_of_digest on deliveries (organization_id, digest_id) where digest_id is not null;
drop index lanes_of_connection;
create index lanes_due_of_connection on lanes (connection_id, next_at) where active;
create index lanes_of_connection on lanes (connection_id);

-- Whether Slack, or what it says to one connection, is worth another try. A row, so that all replicas make one probe.
create table breakers (
  breaker_key text primary key,                          -- 'slack', or the id of a connection
  is_open boolean not null default false,
  opened_at timestamptz,
  probe_at timestamptz not null default '-infinity',     -- when the next probe may go
  probes int not null default 0,                         -- that failed since it opened
  failures_in_a_row int not null default 0,
  recent jsonb not null default '[]'                     -- the last results: [{"failed": bool, "connection": id}]
);

-- What people stopped: a workflow's messages, or (workflow '') all of an organization.
create table pauses (
  organization_id text not null, workflow_id text not null default '', paused_at timestamptz not null default clock_timestamp(), paused_by text not null,
  primary key (organization_id, workflow_id)
);
`;
