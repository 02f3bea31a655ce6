import { OWN_COLUMNS_OF_CLAIMED } from '../deliveries/claim.js';
import { NAMING_COLUMNS } from '../deliveries/delivery-view.js';
import { TOLD_COLUMNS, TOLD_JOINS } from '../living/told-issues.repository.js';
import { BY_KEY } from './plans.sql.js';

/**
 * read_claims: claimed deliveries with what deciding about them needs, in the order in which they are to be sent. A function
 * only for the plan it is given. Its columns are those of the constants above. Whoever changes one has a new migration make both
 * anew, and takes them out of the one that does now: on a fresh database a view cannot name a column that a later one adds.
 */
export const CLAIMED_ROWS = `
drop function if exists read_claims;
drop view if exists claimed_rows;
create view claimed_rows as
  select ${OWN_COLUMNS_OF_CLAIMED.map((column) => `d.${column}`).join(', ')}, d.arrival, ${NAMING_COLUMNS('d')}, l.fail_streak, l.troubled, ${TOLD_COLUMNS}
  from ledger d join lanes l using (lane_id) ${TOLD_JOINS};
create function read_claims(organization_ids text[], delivery_ids text[])
returns setof claimed_rows
language plpgsql
${BY_KEY} as $$
begin
  return query
  select c.* from unnest(organization_ids, delivery_ids) own (organization_id, delivery_id)
  cross join lateral (select * from claimed_rows r where r.organization_id = own.organization_id and r.delivery_id = own.delivery_id offset 0) c
  order by c.lane_id, c.priority, c.said_at, c.arrival;
end $$;
`;
