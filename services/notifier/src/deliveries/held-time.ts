/**
 * The time in which `d` could not be sent counts to no life, and once only: what people paused while the connection could not
 * send is given the connection's part when that comes back, and the rest when it is resumed.
 */

/** What the resumption of `d` gives, which is held; of its lane `l` and its connection `c`. */
export const PAUSED_TIME = `greatest(interval '0', coalesce(l.owed_since, c.held_since, clock_timestamp()) - d.held_since)`;

/** What the return of its connection gives to `d`, in the lane `l`. It is held by itself or with the digest that is to tell it; what arrived meanwhile has waited for less. */
export const OWED_TIME = `greatest(interval '0', coalesce(d.held_since,
  case when d.digest_id is not null then (select g.held_since from deliveries g where g.organization_id = d.organization_id and g.delivery_id = d.digest_id) end,
  clock_timestamp()) - greatest(l.owed_since, d.created_at))`;

/** What `d` takes along from the lane `l` to the lane `t`, which owes it the same if it owes anything. */
export const TAKEN_ALONG = `case when l.owed_since is not null and t.owed_since is null then ${OWED_TIME} else interval '0' end`;
