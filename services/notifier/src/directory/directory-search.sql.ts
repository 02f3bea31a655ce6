/**
 * The picker's two statements. Parameters: $1 connection, $2 the term (null = none, '' = all), $3 pattern of a word that begins
 * so, $4 pattern of what holds it, $5 the term to be like, $6 pattern of its longest number, $7 limit, $8 ids sent to lately,
 * $9 id, $10 e-mail address. Null leaves a part out: PostgreSQL does not begin a part whose condition is false beforehand.
 * Prefixes are ranges of byte order: `t` is from 't' to 't' and the last character that there is.
 */
const BEGINS = (column: string): string => `$2::text is not null and ${column} >= $2::text and ${column} < $2::text || U&'\\+10FFFF'`;
const ROOM = (...parts: string[]): string => `${parts.map((part) => `(select count(*) from ${part})`).join(' + ')} < $7::int`;
const NOTHING_IN = (...parts: string[]): string => parts.map((part) => `not exists (select 1 from ${part})`).join(' and ');

export const CHANNELS_FOUND = `
with named as (select * from channels where connection_id = $1 and (channel_id = $9 or channel_id = any($8::text[]))),
begins as (
  (select * from channels where connection_id = $1 and not is_archived and is_member and ${BEGINS('sought')} order by sought limit $7::int) union all
  (select * from channels where connection_id = $1 and not is_archived and not is_member and ${BEGINS('sought')} order by sought limit $7::int)),
word as (select * from channels where ${ROOM('begins')} and $3::text is not null and connection_id = $1 and not is_archived and sought like $3::text limit $7::int),
inside as (select * from channels where ${ROOM('begins', 'word')} and $4::text is not null and connection_id = $1 and not is_archived and sought like $4::text limit $7::int),
archived as (
  (select * from channels where ${ROOM('begins', 'inside')} and connection_id = $1 and is_archived and is_member and ${BEGINS('sought')} order by sought limit $7::int) union all
  (select * from channels where ${ROOM('begins', 'inside')} and connection_id = $1 and is_archived and not is_member and ${BEGINS('sought')} order by sought limit $7::int) union all
  (select * from channels where ${ROOM('begins', 'inside')} and $4::text is not null and connection_id = $1 and is_archived and sought like $4::text limit $7::int)),
alike as (select t.*, s.alike from similar_channels($1, $5::text, $6::text, least(20, $7::int)) s join channels t on t.connection_id = $1 and t.channel_id = s.id where $5::text is not null and ${NOTHING_IN('begins', 'word', 'inside', 'archived')})
select *, null::real as alike from named union all select *, null from begins union all select *, null from word union all select *, null from inside
union all select *, null from archived union all select * from alike`;

const PERSON_BEGINS = (column: string): string => `(select * from people where connection_id = $1 and ${BEGINS(column)} order by ${column} limit $7::int)`;

export const PEOPLE_FOUND = `
with named as (select * from people where connection_id = $1 and (user_id = $9 or user_id = any($8::text[])) union all select * from people where connection_id = $1 and $10::text is not null and lower(email) = $10::text),
begins as (${['sought_name', 'sought_display', 'sought_real'].map(PERSON_BEGINS).join(' union all ')}),
different as (select distinct user_id from begins),
word as (select * from people where ${ROOM('different')} and $3::text is not null and connection_id = $1 and sought like $3::text limit $7::int),
inside as (select * from people where ${ROOM('different', 'word')} and $4::text is not null and connection_id = $1 and sought like $4::text limit $7::int),
alike as (select t.*, s.alike from similar_people($1, $5::text, $6::text, least(20, $7::int)) s join people t on t.connection_id = $1 and t.user_id = s.id where $5::text is not null and ${NOTHING_IN('begins', 'word', 'inside')})
select *, null::real as alike from named union all select *, null from begins union all select *, null from word union all select *, null from inside union all select * from alike`;
