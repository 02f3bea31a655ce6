import { BY_KEY } from './plans.sql.js';

/**
 * A delivery and what repeats it: replays of it, replays of those, and so on up to the first one, which may not be kept any more.
 * What a digest told is repeated by replays of that digest as well.
 *
 * repetitions_before: what a delivery repeats, the nearest at distance 1.
 * first_of_repetitions: the one that all of them repeat; itself when it repeats nothing.
 * digest_of_repetitions: the digest that told that one, if any; never one that repeats another.
 * other_repetitions: all others that repeat the same, without what the delivery itself repeats.
 * repetitions_of_members: of the digest that a delivery is or repeats, what repeats one of its members by itself.
 *
 * Each is looked up by its key: joined, they would be sought among all that an organization ever repeated, which is next to
 * nothing when PostgreSQL last counted it.
 */
export const REPETITIONS_FUNCTIONS = `
drop function if exists repetitions_of_members(text, text), other_repetitions(text, text), digest_of_repetitions(text, text), first_of_repetitions(text, text), repetitions_before(text, text);
create function repetitions_before(organization text, delivery text) returns table (delivery_id text, distance int)
language plpgsql stable rows 1
${BY_KEY} as $$
#variable_conflict use_column
begin
  return query
  with recursive before (delivery_id, distance) as (
    select c.replay_of, 1 from (select replay_of from commands where organization_id = organization and delivery_id = delivery offset 0) c where c.replay_of is not null
    union all
    select c.replay_of, b.distance + 1
    from before b cross join lateral (select replay_of from commands where organization_id = organization and delivery_id = b.delivery_id offset 0) c where c.replay_of is not null
  )
  select b.delivery_id, b.distance from before b;
end $$;

create function first_of_repetitions(organization text, delivery text) returns text
language sql stable as $$
  select coalesce((select b.delivery_id from repetitions_before(organization, delivery) b order by b.distance desc limit 1), delivery)
$$;

create function digest_of_repetitions(organization text, delivery text) returns text
language sql stable as $$
  select d.digest_id from deliveries d where d.organization_id = organization and d.delivery_id = first_of_repetitions(organization, delivery)
$$;

create function other_repetitions(organization text, delivery text) returns table (delivery_id text)
language plpgsql stable rows 1
${BY_KEY} as $$
#variable_conflict use_column
declare digest text := digest_of_repetitions(organization, delivery);
begin
  return query
  with recursive family (delivery_id) as (
    (select first_of_repetitions(organization, delivery) union all select digest where digest is not null)
    union all
    select c.delivery_id from family f cross join lateral (select delivery_id from commands where organization_id = organization and replay_of = f.delivery_id offset 0) c
  )
  select f.delivery_id from family f
  where f.delivery_id <> delivery and f.delivery_id is distinct from digest and not exists (select 1 from repetitions_before(organization, delivery) b where b.delivery_id = f.delivery_id);
end $$;

create function repetitions_of_members(organization text, delivery text) returns table (member text, delivery_id text)
language plpgsql stable rows 1
${BY_KEY} as $$
#variable_conflict use_column
declare digest text := first_of_repetitions(organization, delivery);
begin
  return query
  with recursive again (member, delivery_id) as (
    select m.delivery_id, c.delivery_id
    from deliveries m cross join lateral (select delivery_id from commands where organization_id = organization and replay_of = m.delivery_id offset 0) c
    where m.organization_id = organization and m.digest_id = digest
    union all
    select a.member, c.delivery_id from again a cross join lateral (select delivery_id from commands where organization_id = organization and replay_of = a.delivery_id offset 0) c
  )
  select a.member, a.delivery_id from again a;
end $$;
`;
