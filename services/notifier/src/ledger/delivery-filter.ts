/** Which deliveries are meant. Several values of one name are alternatives; different names all have to hold. */
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

import { DeliveryCriteria, Field, type BulkFilter } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';
import { badRequest, QueryNumber } from '@tocsin/platform';

import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';
import type { Which } from '../deliveries/waiting.repository.js';

/** Query of the list: as every list's, and which deliveries it shows. */
export class DeliveryFilter extends DeliveryCriteria {
  @Field('How many items a page holds at most, 1 to 200; left out = 50.') @IsOptional() @QueryNumber() @IsInt() @Min(1) @Max(200) limit = 50;
  @Field('`nextCursor` of the page before, as it is; left out = the first page.') @IsOptional() @IsString() cursor?: string;
}

/** States in which a delivery has ended without being in the channel, as far as we know. */
const NOT_POSTED: readonly DeliveryState[] = ['failed', 'dead', 'suppressed', 'unconfirmed'];
export const NOT_POSTED_SQL = `('${NOT_POSTED.join("', '")}')`;

const plain = (name: string): string => `lower(ltrim(${name}, '#@'))`;
const NAMES = `array(select ${plain('wanted')} from unnest(?::text[]) wanted)`;
/** The ids of destinations that are wanted by id, or by the name that they have now. */
const NAMED_IDS = `
  select unnest(?::text[]) union
  select c.channel_id from channels c join connections o on o.connection_id = c.connection_id and o.organization_id = $1 where lower(c.name) = any(${NAMES}) union
  select p.user_id from people p join connections o on o.connection_id = p.connection_id and o.organization_id = $1 where lower(coalesce(nullif(p.display_name, ''), p.name)) = any(${NAMES})`;
/** As JSON has it, without its quotes. */
const NEEDLE = 'lower(substr(to_jsonb(?::text)::text, 2, length(to_jsonb(?::text)::text) - 2))';

/** Whether another delivery repeats the one with the alias `d`, or the digest that told it. */
export function wasReplayed(d: string): string {
  const repeats = (id: string): string => `exists (select 1 from commands again where again.organization_id = ${d}.organization_id and again.replay_of = ${id})`;
  return `(${repeats(`${d}.delivery_id`)} or (${d}.digest_id is not null and ${repeats(`${d}.digest_id`)}))`;
}

/** Ids of what was sent again by itself in an organization (`$1`), and with what digests told. */
const REPLAYED = `select again.replay_of as delivery_id from commands again where again.organization_id = $1 and again.replay_of is not null`;
const ALL_REPLAYED = `${REPLAYED} union all select m.delivery_id from (${REPLAYED}) digests (digest_id) join deliveries m using (digest_id) where m.organization_id = $1`;

const AMONG_REPLAYED = `exists (select 1 from (${ALL_REPLAYED}) replayed where replayed.delivery_id = d.delivery_id)`;

/** `?` is the wanted value. What a changed row must meet in a stream is said once more in delivery-match.ts. */
const CONDITIONS: Readonly<Record<keyof DeliveryCriteria, string>> = {
  id: 'd.delivery_id = any(?)',
  state: 'd.state = any(?)',
  connectionId: 'd.connection_id = any(?)',
  destination: `(d.destination_id = any(array(${NAMED_IDS})) or ${plain('d.destination_name')} = any(${NAMES}))`,
  // Few deliveries are about one issue: they are found by it, not among all in their order.
  issueId: 'd.delivery_id = any(array(select about.delivery_id from commands about where about.organization_id = $1 and about.issue_ids && ?::text[]))',
  workflowId: 'd.workflow_id = any(?)',
  source: 'd.source_kind = any(?)',
  code: `(d.state in ${NOT_POSTED_SQL} and d.error->>'code' = any(?))`,
  digestId: 'd.digest_id = any(?)',
  replayOf: 'd.replay_of = any(?)',
  replayed: `?::text = 'true' and ${AMONG_REPLAYED}`,
  // A time that we told is a whole millisecond, and what it was told of lies within that one.
  after: `d.created_at >= date_trunc('milliseconds', ?::timestamptz) + interval '1 millisecond'`,
  before: 'd.created_at < ?::timestamptz',
  changedBefore: '(d.recorded_at < ?::timestamptz and (d.settled_at is null or d.settled_at < ?::timestamptz))',
  exceptIds: 'd.delivery_id <> all(?::text[])',
  q: `(d.delivery_id = ?::text or strpos(lower(coalesce(d.destination_name, '')), lower(?::text)) > 0 or strpos(d.searched, ${NEEDLE}) > 0)`,
};

const OF_COMMANDS = 'select c.delivery_id, c.created_at from commands c where c.organization_id = $1';

/** Of each value that is wanted, an index has the deliveries in their order. */
function ofEach(wanted: string, column: string, page: (of: string) => string): string {
  return `select own.* from unnest(${wanted}) one cross join lateral (${page(`${OF_COMMANDS} and ${column} = one`)}) own`;
}

/**
 * The newest deliveries that an index has together: those of the destinations or workflows that are wanted, those that
 * were not posted, or all. What else is wanted of them has to be looked at one by one. `?` is the wanted value.
 * @param page the part of `of`, a select from `c`, that is looked at
 */
export function newestSql({ destination, workflowId, state, code }: DeliveryCriteria, page: (of: string) => string): { sql: string; wanted?: readonly string[] } {
  if (destination) {
    const [byId, byName] = [ofEach(`array(${NAMED_IDS})`, 'c.destination_id', page), ofEach(NAMES, plain('c.destination_name'), page)];
    return { sql: page(`select c.* from (${byId} union ${byName}) c where true`), wanted: destination };
  }
  if (workflowId) return { sql: page(`select c.* from (${ofEach('?::text[]', 'c.workflow_id', page)}) c where true`), wanted: workflowId };
  const areNotPosted = code !== undefined || state?.every((one) => NOT_POSTED.includes(one)) === true;
  return { sql: page(areNotPosted ? `select c.delivery_id, c.created_at from deliveries c where c.organization_id = $1 and c.state in ${NOT_POSTED_SQL}` : OF_COMMANDS) };
}

/** As an index by lane states it. */
const IN_LANE: Partial<Record<DeliveryState, string>> = { accepted: 'false', waiting: WAITING_IN_LANE, posting: `d.state = 'posting'` };

/** Ids of deliveries of an organization (`$1`) of which few are expected among very many, and all that are wanted are: of what is under way, or was sent again. Undefined when others are wanted as well. */
export function fewSql({ state, replayed }: DeliveryCriteria): string | undefined {
  const conditions = state?.map((one) => IN_LANE[one]);
  if (conditions?.every((condition) => condition !== undefined) === true) {
    return `select d.delivery_id from deliveries d where d.lane_id = any(array(select lane_id from lanes where organization_id = $1)) and (${conditions.join(' or ')})`;
  }
  return replayed === 'true' ? ALL_REPLAYED : undefined;
}

/** Whether few deliveries are meant, each found by a key of its own. */
export function areFew({ id, issueId, digestId, replayOf }: DeliveryCriteria): boolean {
  return id !== undefined || issueId !== undefined || digestId !== undefined || replayOf !== undefined;
}

/** Joined where there are many, looked up where there are few: as the planner finds best, which it cannot where "or" joins the two. */
function conditionOf(name: keyof DeliveryCriteria, criteria: DeliveryCriteria): string {
  return name === 'replayed' && criteria.replayed === 'false' ? `?::text = 'false' and not ${AMONG_REPLAYED}` : CONDITIONS[name];
}

/** The condition on `d`, of the view `ledger`: deliveries of one organization. @param but what is not asked for; the parameters are the same */
export function filterSql(organizationId: string, criteria: DeliveryCriteria, but: readonly (keyof DeliveryCriteria)[] = []): Which {
  const parameters: unknown[] = [organizationId];
  const conditions = ['d.organization_id = $1'];
  for (const name of Object.keys(CONDITIONS) as (keyof DeliveryCriteria)[]) {
    const wanted = criteria[name];
    if (wanted === undefined) continue;
    parameters.push(wanted);
    if (but.includes(name)) continue;
    conditions.push(conditionOf(name, criteria).replaceAll('?', `$${parameters.length}`));
  }
  return { condition: conditions.join(' and '), parameters };
}

/** What the filter names, without the word that says that it may name everything. @throws ProblemException 400 when it names nothing and does not say `all` */
export function criteriaOf({ all, ...criteria }: BulkFilter): DeliveryCriteria {
  const { exceptIds: _, ...naming } = criteria;
  const wanted: unknown[] = Object.values(naming);
  if (all !== true && wanted.every((value) => value === undefined || value === '')) {
    throw badRequest('The filter is empty.', [{ pointer: '/filter', code: 'empty_filter', message: 'name at least one thing to filter by, or say "all": true' }]);
  }
  return criteria;
}
