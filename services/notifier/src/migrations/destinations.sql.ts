/** What is known of the places that messages go to, beside our copy of the workspace. */
export const DESTINATION_TABLES = `
create table destinations (
  connection_id text not null, destination_id text not null, organization_id text not null,
  kind text not null,                    -- channel, user
  name text,                             -- the last one that is known: the copy forgets what is gone
  is_shared boolean,                     -- null = not known
  trouble jsonb,                         -- {code, reason, remedy}; null = healthy
  since timestamptz not null default clock_timestamp(),
  -- the moments that what is known is of, by the clock of whoever said it: older news changes nothing
  health_at timestamptz not null default '-infinity', name_at timestamptz not null default '-infinity', shared_at timestamptz not null default '-infinity',
  moved_to text,                         -- the id that it has now; its lane is provisional and leads there
  primary key (connection_id, destination_id, organization_id)
);
create index destinations_in_trouble on destinations (organization_id, connection_id) where trouble is not null;
create index destinations_moved on destinations (connection_id, destination_id) where moved_to is not null;
create index destinations_direct on destinations (connection_id, destination_id) where moved_to is null and destination_id like 'D%';

create index direct_messages_by_channel on direct_messages (connection_id, channel_id);

-- Read with each claim, so that a message that arrived can say that its destination is well again and no other pays for it.
alter table lanes add column troubled boolean not null default false;

-- When destinations were compared with our copy of their workspace.
create table destination_reviews (connection_id text primary key, reviewed_at timestamptz not null default '-infinity', leased_until timestamptz not null default '-infinity');

-- A destination is used from its first lane on.
create function know_destination() returns trigger language plpgsql as $$
begin
  insert into destinations (connection_id, destination_id, organization_id, kind, name, is_shared)
  select new.connection_id, new.destination_key, new.organization_id, case when new.destination_key ~ '^[CG]' then 'channel' else 'user' end,
    coalesce('#' || c.name, '@' || coalesce(nullif(p.display_name, ''), p.name)), c.is_shared
  from (select 1) one
  left join channels c on c.connection_id = new.connection_id and c.channel_id = new.destination_key
  left join people p on p.connection_id = new.connection_id and p.user_id = new.destination_key
  on conflict do nothing;
  return null;
end $$;
create trigger lanes_know_destination after insert on lanes for each row when (not new.provisional) execute function know_destination();

insert into destinations (connection_id, destination_id, organization_id, kind, name, is_shared)
  select l.connection_id, l.destination_key, l.organization_id, case when l.destination_key ~ '^[CG]' then 'channel' else 'user' end,
    coalesce('#' || c.name, '@' || coalesce(nullif(p.display_name, ''), p.name)), c.is_shared
  from lanes l
  left join channels c on c.connection_id = l.connection_id and c.channel_id = l.destination_key
  left join people p on p.connection_id = l.connection_id and p.user_id = l.destination_key
  where not l.provisional;
`;
