/**
 * Applications and issues. What an issue is stands once, in `content`; columns that lists filter and sort by are
 * generated from it, so they cannot say anything else.
 *
 * `said_at` is when the newest statement about the issue was made: an older one changes nothing. `by_hand` names the
 * fields that a person set, which reports leave alone.
 */
export const ISSUE_TABLES = `
create table applications (
  organization_id text not null,
  name text not null,
  owners jsonb not null default '[]',
  owner_rules jsonb not null default '[]',
  default_destination jsonb,
  default_branch text not null default 'main',
  alert_on_first_scan boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (organization_id, name));

create table issues (
  organization_id text not null,
  id uuid not null,
  revision int not null,
  application text not null,
  tool text not null,
  scope text not null,
  fingerprint text not null,
  content jsonb not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  said_at timestamptz not null,
  last_scan_id uuid,
  by_hand text[] not null default '{}',
  status text not null generated always as (content->>'status') stored,
  severity int not null generated always as (array_position(array['info', 'low', 'medium', 'high', 'critical'], content->>'severity')) stored,
  category text not null generated always as (content->>'category') stored,
  title text not null generated always as (content->>'title') stored,
  rule text generated always as (content->>'rule') stored,
  path text generated always as (content->'location'->>'path') stored,
  search text not null generated always as (lower((content->>'title') || ' ' || coalesce(content->>'rule', '') || ' ' ||
    coalesce(content->'location'->>'path', '') || ' ' || application || ' ' || tool || ' ' || (content->>'cves') || ' ' || (content->>'cwes'))) stored,
  primary key (organization_id, id),
  unique (organization_id, application, tool, scope, fingerprint));

create index issues_by_severity on issues (organization_id, severity desc, id desc);
create index issues_by_last_seen on issues (organization_id, last_seen, id);
create index issues_by_first_seen on issues (organization_id, first_seen, id);
create index issues_by_application on issues (organization_id, application, status);
create index issues_search on issues using gin (search public.gin_trgm_ops);
create index issues_owners on issues using gin ((content->'owners'));
create index issues_cves on issues using gin ((content->'cves'));
`;
