/**
 * Tables of deliveries. A lane is the line of deliveries to one destination: `next_at` says when it may send again
 * (pacing), `leased_until` who holds it (lease); one never stands in for the other.
 */
export const LANE_TABLES = `
create table connections (
  connection_id text primary key,
  organization_id text,                  -- null until connector has told us whose it is
  version int not null default 0,
  credential_version int not null default 0,
  state text not null default 'unknown', -- unknown, active, paused, revoked, disconnected, not_found
  reason text,
  budget_key text,
  workspace jsonb,
  bot jsonb,
  scopes text[] not null default '{}',
  asked_at timestamptz,
  suspected boolean not null default false, -- an answer of Slack stopped it, and connector has not said so yet
  held_since timestamptz default clock_timestamp() -- since when it cannot send; null while it can
);
create index connections_to_ask on connections (asked_at) where state = 'unknown' or suspected;

-- What one app may post in one workspace a second, shared by every lane and replica (generic cell rate algorithm:
-- tat is the moment at which the spent allowance is whole again).
create table budgets (
  budget_key text primary key,
  tat timestamptz not null default clock_timestamp(),
  blocked_until timestamptz not null default '-infinity'
);

create table lanes (
  lane_id bigint generated always as identity primary key,
  organization_id text not null,
  connection_id text not null references connections,
  destination_key text not null,
  provisional boolean not null,          -- the destination has no id yet: it resolves, it never posts
  active boolean not null default true,
  next_at timestamptz not null default clock_timestamp(),
  due_since timestamptz not null default clock_timestamp(),
  leased_until timestamptz not null default '-infinity',
  lease_id uuid,
  interval_factor real not null default 1,
  fail_streak int not null default 0,
  unique (organization_id, connection_id, destination_key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index lanes_due on lanes (next_at) where active;
create index lanes_of_connection on lanes (connection_id);

create table deliveries (
  organization_id text not null,
  delivery_id text not null,
  lane_id bigint not null references lanes,
  connection_id text not null,
  priority smallint not null,
  said_at timestamptz not null,          -- when the producer said it, clamped; arrival breaks ties
  arrival bigint generated always as identity,
  state text not null default 'waiting',
  version int not null default 1,
  attempts int not null default 0,       -- charged ones
  attempt int not null default 0,        -- all; fences off results of an older one
  ambiguous int not null default 0,
  request_started boolean not null default false,
  not_before timestamptz not null default '-infinity',
  expires_at timestamptz not null,
  claimed_at timestamptz,
  command jsonb not null,
  destination jsonb not null,
  destination_id text,
  destination_kind text,
  destination_name text,
  issue_ids text[] not null,
  waiting_for jsonb,
  error jsonb,
  slack_channel text,
  slack_ts text,
  digest_id text,
  replay_of text,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (organization_id, delivery_id) include (state) -- with the state, so that counting reads no rows
) with (fillfactor = 80);
create index deliveries_head on deliveries (lane_id, priority, said_at, arrival) where state = 'waiting';
create index deliveries_posting on deliveries (lane_id) where state = 'posting';
create index deliveries_newest on deliveries (organization_id, created_at desc, delivery_id desc);
create index deliveries_expiring on deliveries (expires_at) where state = 'waiting';
create index deliveries_settled on deliveries (settled_at) where settled_at is not null;
create index deliveries_of_issue on deliveries using gin (issue_ids);

-- Append-only: what happened to a delivery, in words and with Slack's answer.
create table timeline (
  id bigint generated always as identity primary key,
  organization_id text not null,
  delivery_id text not null,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  text text not null,
  slack jsonb
);
create index timeline_of_delivery on timeline (organization_id, delivery_id, id);

-- Counted when commands are recorded, so that the sum over the states can be checked against it.
create table accepted_counts (organization_id text primary key, accepted bigint not null);

-- Deliveries that are not kept any more: their ids for a while, their counts for ever.
create table retired_deliveries (
  organization_id text not null, delivery_id text not null, state text not null, retired_at timestamptz not null default now(),
  primary key (organization_id, delivery_id)
);
create index retired_deliveries_at on retired_deliveries (retired_at);
create table retired_counts (organization_id text not null, state text not null, count bigint not null, primary key (organization_id, state));

create table delivery_settings (organization_id text primary key, settings jsonb not null, updated_at timestamptz not null default now());
`;
