/** Commands that were sent by hand, with what became of them, and whose connection is whose. */
export const SENDING_TABLES = `
create table commands (
  organization_id text not null,
  id uuid not null,
  connection_id text not null,
  destination jsonb not null,
  issue_ids jsonb not null,
  source jsonb not null,
  priority int not null,
  state text not null default 'accepted',
  state_version int not null default 0,
  slack jsonb,
  error jsonb,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (organization_id, id));

create index commands_issues on commands using gin (issue_ids);

create table connections (
  id text primary key,
  organization_id text not null,
  version int not null,
  disconnected boolean not null);
`;
