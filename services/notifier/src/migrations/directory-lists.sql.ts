/** The directory as it is searched and kept fresh: names in the form that is looked for, a row of state for each list of Slack's, counters. */
export const DIRECTORY_LISTS = `
-- What a name is found by (sought.ts), computed by us on write. Byte order, so that one index answers prefixes in order.
alter table channels add column sought text collate "C",
  add column told_at timestamptz not null default '-infinity'; -- when an event of Slack's last changed it: a list that was asked for before that says nothing newer
update channels set sought = lower(name);
alter table channels alter column sought set not null;
drop index channels_by_name, channels_like_name;
create index channels_by_name on channels (connection_id, lower(name));
create index channels_by_sought on channels (connection_id, is_archived, is_member, sought);
-- Workspaces are apart by an expression: by the column alone the planner would rather read a whole workspace in order of its
-- ids, since it thinks of all as equally large. Without a list of pending entries, which each search would have to read through
-- while a sync fills it.
create index channels_like_sought on channels using gin ((connection_id || ''), sought public.gin_trgm_ops) with (fastupdate = off);

alter table people add column sought text collate "C", add column sought_name text collate "C", add column sought_display text collate "C", add column sought_real text collate "C";
update people set sought_name = lower(name), sought_display = lower(display_name), sought_real = lower(real_name),
  sought = lower(name || ' ' || display_name || ' ' || real_name || ' ' || coalesce(email, ''));
alter table people alter column sought set not null, alter column sought_name set not null, alter column sought_display set not null, alter column sought_real set not null;
drop index people_like_name;
create index people_by_name on people (connection_id, sought_name);
create index people_by_display on people (connection_id, sought_display);
create index people_by_real on people (connection_id, sought_real);
create index people_like_sought on people using gin ((connection_id || ''), sought public.gin_trgm_ops) with (fastupdate = off);

create table directory_lists (
  connection_id text not null,
  list text not null,                     -- member-channels, channels, people
  state text not null default 'syncing',  -- idle, syncing, paused, failed
  reason text,
  cursor text,
  page int not null default 0,            -- of the pass under way, or of the last one
  read int not null default 0,            -- entries that the pass has read and kept
  epoch bigint not null default 0,        -- fences off whoever held the list before
  restarts int not null default 0,        -- of the pass, for an expired cursor
  failures int not null default 0,        -- in a row, of pages that could not be read
  pace jsonb,                             -- what Slack was found to allow
  started_at timestamptz not null default clock_timestamp(), -- of the pass under way, or of the last one
  synced_from timestamptz,                -- begin and end of the last whole pass
  synced_at timestamptz,
  total int,                              -- what it read and kept
  run_at timestamptz not null default clock_timestamp(), -- the next page; when idle or failed, the next pass
  leased_until timestamptz not null default '-infinity',
  primary key (connection_id, list)
) with (fillfactor = 50);
create index directory_lists_due on directory_lists (run_at);

-- Ids that the pass under way has seen, a row a page: what a whole pass did not see is dropped, without a write to each row that it saw.
create table directory_seen (connection_id text not null, list text not null, page int not null, ids text[] not null, primary key (connection_id, list, page));

-- How many the copy holds; counting 100,000 rows would take longer than the picker has.
create table directory_sizes (connection_id text not null, kind text not null, have int not null, primary key (connection_id, kind)) with (fillfactor = 50);
insert into directory_sizes select connection_id, 'channels', count(*) from channels group by 1;
insert into directory_sizes select connection_id, 'people', count(*) from people group by 1;

create function count_directory() returns trigger language plpgsql set search_path from current as $$
begin
  insert into directory_sizes as s (connection_id, kind, have)
    select connection_id, tg_table_name, case tg_op when 'INSERT' then count(*) else -count(*) end from changed group by connection_id order by connection_id
  on conflict (connection_id, kind) do update set have = s.have + excluded.have;
  return null;
end $$;
create trigger channels_more after insert on channels referencing new table as changed for each statement execute function count_directory();
create trigger channels_fewer after delete on channels referencing old table as changed for each statement execute function count_directory();
create trigger people_more after insert on people referencing new table as changed for each statement execute function count_directory();
create trigger people_fewer after delete on people referencing old table as changed for each statement execute function count_directory();

-- Every copy is read anew, so that its names are in their new form.
insert into directory_lists (connection_id, list, synced_at)
  select connection_id, 'member-channels', null::timestamptz from directory_syncs
  union all select connection_id, 'channels', channels_synced_at from directory_syncs
  union all select connection_id, 'people', people_synced_at from directory_syncs;
drop table directory_syncs;
`;
