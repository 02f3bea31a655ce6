/**
 * Scans and their lineages. A report's bytes stay until the scan has ended, so a process that dies leaves its work to
 * the next one; `lease_id` says whose work it is. A lineage is one tool + application + scope: no row means that no
 * scan of it has ended yet, so the next one is its baseline.
 */
export const SCAN_TABLES = `
create table scans (
  organization_id text not null,
  id uuid not null,
  application text not null,
  asked_scope text,
  ref text,
  commit_id text,
  repository text,
  run_url text,
  scanned_at timestamptz,
  state text not null default 'received',
  format text not null,
  tool text,
  scope text not null,
  baseline boolean not null default false,
  compared_only boolean not null,
  done int not null default 0,
  total int not null,
  changes int not null default 0,
  counts jsonb not null default '{"new":0,"updated":0,"existing":0,"resolved":0,"excluded":0,"reopened":0}',
  dropped jsonb not null default '[]',
  odd jsonb not null default '[]',
  problem jsonb,
  report_key text not null,
  body_hash text not null,
  report bytea,
  received_at timestamptz not null,
  ended_at timestamptz,
  lease_id uuid,
  lease_until timestamptz,
  attempts int not null default 0,
  primary key (organization_id, id));

create index scans_in_work on scans (received_at) where state in ('received', 'validating', 'comparing');
create index scans_by_report on scans (organization_id, report_key, received_at desc);
alter table scans alter column report set storage external;

create table lineages (
  organization_id text not null,
  application text not null,
  tool text not null,
  scope text not null,
  last_complete_at timestamptz,
  primary key (organization_id, application, tool, scope));
`;
