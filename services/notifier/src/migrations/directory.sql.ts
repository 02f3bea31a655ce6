/** Tables of the directory: our copy of each workspace's channels and people, and what names were found to mean. */
export const DIRECTORY_TABLES = `
create table channels (
  connection_id text not null, channel_id text not null, name text not null,
  is_private boolean not null, is_shared boolean not null, is_archived boolean not null, is_member boolean not null,
  seen_at timestamptz not null default now(),
  primary key (connection_id, channel_id)
);
create index channels_by_name on channels (connection_id, lower(name) text_pattern_ops);
create index channels_like_name on channels using gin (lower(name) public.gin_trgm_ops);

create table people (
  connection_id text not null, user_id text not null, name text not null, display_name text not null, real_name text not null, email text,
  seen_at timestamptz not null default now(),
  primary key (connection_id, user_id)
);
create index people_by_email on people (connection_id, lower(email));
create index people_like_name on people using gin ((lower(name || ' ' || display_name || ' ' || real_name || ' ' || coalesce(email, ''))) public.gin_trgm_ops);

create table directory_syncs (
  connection_id text primary key,
  state text not null default 'idle',     -- idle, syncing, paused, failed
  step text,                              -- member-channels, channels, people
  cursor text,
  page int not null default 0,            -- of this step
  started_at timestamptz,
  channels_synced_at timestamptz,
  people_synced_at timestamptz,
  run_at timestamptz not null default now(),
  leased_until timestamptz not null default '-infinity',
  reason text
);

-- What a name or an e-mail address was found to mean; slack_id null = looked up and not found.
create table addresses (
  connection_id text not null, address text not null, slack_id text, checked_at timestamptz not null default now(),
  primary key (connection_id, address)
);
create table direct_messages (connection_id text not null, user_id text not null, channel_id text not null, primary key (connection_id, user_id));
`;
