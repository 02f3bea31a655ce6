/**
 * The picker's two searches. Parameters: $1 connection, $2 the term (null = none, '' = all), $3 pattern of a word that begins
 * so, $4 pattern of what holds it, $5 the term to be like, $6 pattern of its longest number, $7 limit, $8 ids sent to lately,
 * $9 id, $10 e-mail address. Closer matches first; what follows is read only if they leave room. Planned once a session, for
 * workspaces of any size: neither a table nor a workspace is read from end to end, as the planner would read one of the size
 * that most have.
 */
const PLANNED = `language plpgsql stable set search_path from current set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off
  set pg_trgm.word_similarity_threshold = 0.4`;
/** One by one, each by its key. */
const NAMED = (table: string, id: string): string => `select f.* from unnest($8 || $9) as wanted cross join lateral (select * from ${table} where connection_id = $1 and ${id} = wanted limit 1) f`;
/** Prefixes are ranges of byte order: `t` is from 't' to 't' and the last character that there is. */
const BEGINS = (column: string): string => `$2 is not null and ${column} >= $2 and ${column} < $2 || U&'\\+10FFFF' order by ${column} limit $7`;
/** As the index of trigrams has it, so that no other one can be taken. */
const OF_CONNECTION = `connection_id || '' = $1`;
const ROOM = (...parts: string[]): string => `${parts.map((part) => `(select count(*) from ${part})`).join(' + ')} < $7`;
const NOTHING_IN = (...parts: string[]): string => parts.map((part) => `not exists (select 1 from ${part})`).join(' and ');
/** Where a mistyped word is in every name, the first ones serve as well as others: looking at all would take a third of a second. */
const SIMILARS = (table: string, ...closer: string[]): string => `select f.*, word_similarity($5, f.sought) as alike
    from (select * from ${table} where ${NOTHING_IN(...closer)} and $5 is not null and ${OF_CONNECTION} and $5 <% sought and sought like $6 limit 200) f
    order by alike desc, f.sought limit least(20, $7)`;
const ALL = (...parts: string[]): string => parts.map((part) => `select f.*, null::real as alike from ${part} f`).join(' union all ');

const PARAMETERS = 'connection text, term text, word text, inside text, alike_term text, number text, most int, recent text[], id text';

const CHANNEL_BEGINS = (isArchived: boolean, isMember: boolean, condition = ''): string =>
  `(select * from channels where ${condition} connection_id = $1 and is_archived = ${isArchived} and is_member = ${isMember} and ${BEGINS('sought')})`;

const SEARCH_CHANNELS = `
create function search_channels(${PARAMETERS}) returns table (channel_id text, name text, sought text, is_private boolean, is_shared boolean, is_archived boolean, is_member boolean, alike real) ${PLANNED} as $$
#variable_conflict use_column
begin return query
  with named as (${NAMED('channels', 'channel_id')}),
  begins as (${CHANNEL_BEGINS(false, true)} union all ${CHANNEL_BEGINS(false, false)}),
  words as (select * from channels where ${ROOM('begins')} and $3 is not null and ${OF_CONNECTION} and not is_archived and sought like $3 limit $7),
  holds as (select * from channels where ${ROOM('begins', 'words')} and $4 is not null and ${OF_CONNECTION} and not is_archived and sought like $4 limit $7),
  archived as (${[true, false].map((isMember) => CHANNEL_BEGINS(true, isMember, `${ROOM('begins', 'holds')} and`)).join(' union all ')}
    union all (select * from channels where ${ROOM('begins', 'holds')} and $4 is not null and ${OF_CONNECTION} and is_archived and sought like $4 limit $7)),
  similars as (${SIMILARS('channels', 'begins', 'words', 'holds', 'archived')})
  select f.channel_id, f.name, f.sought::text, f.is_private, f.is_shared, f.is_archived, f.is_member, f.alike from (${ALL('named', 'begins', 'words', 'holds', 'archived')} union all select * from similars) f;
end $$`;

const PERSON_BEGINS = (column: string): string => `(select * from people where connection_id = $1 and ${BEGINS(column)})`;

const SEARCH_PEOPLE = `
create function search_people(${PARAMETERS}, address text) returns table (user_id text, name text, display_name text, real_name text, email text, sought text, sought_name text, sought_display text, sought_real text, alike real) ${PLANNED} as $$
#variable_conflict use_column
begin return query
  with named as (${NAMED('people', 'user_id')} union all select * from people where connection_id = $1 and lower(email) = $10),
  begins as (${['sought_name', 'sought_display', 'sought_real'].map(PERSON_BEGINS).join(' union all ')}),
  different as (select distinct user_id from begins),
  words as (select * from people where ${ROOM('different')} and $3 is not null and ${OF_CONNECTION} and sought like $3 limit $7),
  holds as (select * from people where ${ROOM('different', 'words')} and $4 is not null and ${OF_CONNECTION} and sought like $4 limit $7),
  similars as (${SIMILARS('people', 'begins', 'words', 'holds')})
  select f.user_id, f.name, f.display_name, f.real_name, f.email, f.sought::text, f.sought_name::text, f.sought_display::text, f.sought_real::text, f.alike
  from (${ALL('named', 'begins', 'words', 'holds')} union all select * from similars) f;
end $$`;

export const DIRECTORY_SEARCH = `${SEARCH_CHANNELS};${SEARCH_PEOPLE};`;
