/** Which deliveries are meant. Several values of one name are alternatives; different names all have to hold. */
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

import { DeliveryCriteria, Field, type BulkFilter } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';
import { badRequest, QueryNumber } from '@tocsin/platform';

import type { Which } from '../deliveries/waiting.repository.js';

/** Query of the list: as every list's, and which deliveries it shows. */
export class DeliveryFilter extends DeliveryCriteria {
  @Field('How many items a page holds at most, 1 to 200; left out = 50.') @IsOptional() @QueryNumber() @IsInt() @Min(1) @Max(200) limit = 50;
  @Field('`nextCursor` of the page before, as it is; left out = the first page.') @IsOptional() @IsString() cursor?: string;
}

/** States in which a delivery has ended without being in the channel, as far as we know. */
const NOT_POSTED: readonly DeliveryState[] = ['failed', 'dead', 'suppressed', 'unconfirmed'];
export const NOT_POSTED_SQL = `('${NOT_POSTED.join("', '")}')`;

/**
 * By what the newest come first, so that an index has them in that order: those that were not posted have one of their
 * own. Both say when it was recorded.
 */
export function newestBy(states: readonly DeliveryState[] | undefined): 'd.recorded_at' | 'd.created_at' {
  return states?.every((state) => NOT_POSTED.includes(state)) === true ? 'd.recorded_at' : 'd.created_at';
}

const plain = (name: string): string => `lower(ltrim(${name}, '#@'))`;
const NAMES = `array(select ${plain('wanted')} from unnest(?::text[]) wanted)`;
/** As JSON has it, without its quotes. */
const NEEDLE = 'lower(substr(to_jsonb(?::text)::text, 2, length(to_jsonb(?::text)::text) - 2))';

/** Whether another delivery repeats the one with the alias `d`, or the digest that told it. */
export function wasReplayed(d: string): string {
  const repeats = (id: string): string => `exists (select 1 from commands again where again.organization_id = ${d}.organization_id and again.replay_of = ${id})`;
  return `(${repeats(`${d}.delivery_id`)} or (${d}.digest_id is not null and ${repeats(`${d}.digest_id`)}))`;
}

/** `?` is the wanted value. What a changed row must meet in a stream is said once more in delivery-match.ts. */
const CONDITIONS: Readonly<Record<keyof DeliveryCriteria, string>> = {
  id: 'd.delivery_id = any(?)',
  state: 'd.state = any(?)',
  connectionId: 'd.connection_id = any(?)',
  destination: `(d.destination_id = any(array(
      select unnest(?::text[]) union
      select c.channel_id from channels c join connections o on o.connection_id = c.connection_id and o.organization_id = $1 where lower(c.name) = any(${NAMES}) union
      select p.user_id from people p join connections o on o.connection_id = p.connection_id and o.organization_id = $1 where lower(coalesce(nullif(p.display_name, ''), p.name)) = any(${NAMES})))
    or ${plain('d.destination_name')} = any(${NAMES}))`,
  // Few deliveries are about one issue: they are found by it, not among all in their order.
  issueId: 'd.delivery_id = any(array(select about.delivery_id from commands about where about.organization_id = $1 and about.issue_ids && ?::text[]))',
  workflowId: 'd.workflow_id = any(?)',
  source: 'd.source_kind = any(?)',
  code: `(d.state in ${NOT_POSTED_SQL} and d.error->>'code' = any(?))`,
  digestId: 'd.digest_id = any(?)',
  replayOf: 'd.replay_of = any(?)',
  replayed: `${wasReplayed('d')} = (?::text)::boolean`,
  // A time that we told is a whole millisecond, and what it was told of lies within that one.
  after: `d.created_at >= date_trunc('milliseconds', ?::timestamptz) + interval '1 millisecond'`,
  before: 'd.created_at < ?::timestamptz',
  changedBefore: '(d.recorded_at < ?::timestamptz and (d.settled_at is null or d.settled_at < ?::timestamptz))',
  exceptIds: 'd.delivery_id <> all(?::text[])',
  q: `(d.delivery_id = ?::text or strpos(lower(coalesce(d.destination_name, '')), lower(?::text)) > 0 or strpos(d.searched, ${NEEDLE}) > 0)`,
};

/** Of a single value: an index has its deliveries in their order, as it has not those of several. */
const CONDITIONS_OF_ONE: Partial<typeof CONDITIONS> = { workflowId: 'd.workflow_id = (?::text[])[1]' };

/** The condition on `d`, of the view `ledger`: deliveries of one organization. @param but what is not asked for; the parameters are the same */
export function filterSql(organizationId: string, criteria: DeliveryCriteria, but: readonly (keyof DeliveryCriteria)[] = []): Which {
  const parameters: unknown[] = [organizationId];
  const conditions = ['d.organization_id = $1'];
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    const wanted = criteria[name as keyof DeliveryCriteria];
    if (wanted === undefined) continue;
    parameters.push(wanted);
    if (but.includes(name as keyof DeliveryCriteria)) continue;
    const ofOne = Array.isArray(wanted) && wanted.length === 1 ? CONDITIONS_OF_ONE[name as keyof DeliveryCriteria] : undefined;
    conditions.push((ofOne ?? condition).replaceAll('?', `$${parameters.length}`));
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
