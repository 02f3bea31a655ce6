/** A delivery once more: the same message, as a new command whose time to live begins anew. */
import type { EntityManager } from 'typeorm';

import { UNDER_WAY_STATES, type Destination } from '@tocsin/domain';

import type { Arrival } from '../deliveries/arrival.js';
import type { DeliveryRow } from '../deliveries/delivery-view.js';
import { TAKEN_APART } from '../digests/digest-outcome.js';
import type { KeptCommand } from '../living/told.js';

/** What a repetition has to know of a delivery beside its row: the thread that it goes to, and whether it was repeated already. */
export interface Repeatable {
  kind: NonNullable<Arrival['kind']>;
  parent_channel: string | null;
  parent_ts: string | null;
  /** Id of a replay of it, of what it repeats itself, or of the digest that told it, that was posted or will be: one more would tell its readers twice. */
  stands_again: string | null;
  /** Destinations in which such a replay may be: Slack did not confirm it. */
  doubtful_at: string[];
  /** Of a digest: in which destinations some of its members were told again by themselves, or will be, how many and whether all were. Null when none was. */
  members_again: { at: string[]; count: number; all: boolean } | null;
  is_emptied: boolean;
}

export type RepeatableRow = DeliveryRow & Repeatable;

/** `d`, of `ledger`, is a digest of which nothing was left, or will be in a moment: its messages went on without it, and each is sent again by itself. */
export const EMPTIED = `(d.kind = 'digest' and d.state in ('suppressed', 'dead') and (coalesce(d.error->>'code', '') in (${TAKEN_APART.map((code) => `'${code}'`).join(', ')})
  or not exists (select 1 from deliveries m where m.organization_id = d.organization_id and m.digest_id = d.delivery_id)))`;

/** The repetition `r` was posted or will be. */
const STANDS = `r.state in ('posted', ${UNDER_WAY_STATES.map((state) => `'${state}'`).join(', ')})`;

const OF = 'd.organization_id, d.delivery_id';
const REPETITION = 'join ledger r on r.organization_id = d.organization_id and r.delivery_id = again.delivery_id';

/** The columns of {@link Repeatable}, of `d` in the view `ledger`. What they say holds while {@link lockRepetitions} keeps others away. */
export const REPEATABLE_COLUMNS = `d.kind, d.parent_channel, d.parent_ts,
    (select r.delivery_id from other_repetitions(${OF}) again ${REPETITION} where ${STANDS} limit 1) as stands_again,
    array(select distinct r.destination_id from (select delivery_id from other_repetitions(${OF}) union all select delivery_id from repetitions_of_members(${OF})) again ${REPETITION}
      where (r.state = 'unconfirmed' or (r.ambiguous > 0 and r.state <> 'posted')) and r.destination_id is not null) as doubtful_at,
    (select jsonb_build_object('at', coalesce(jsonb_agg(distinct r.destination_id) filter (where r.destination_id is not null), '[]'),
       'count', count(distinct again.member), 'all', count(distinct again.member) = (select count(*) from deliveries m where m.organization_id = d.organization_id and m.digest_id = first_of_repetitions(${OF})))
     from repetitions_of_members(${OF}) again ${REPETITION} where ${STANDS} having count(*) > 0) as members_again, ${EMPTIED} as is_emptied`;

/** Until `tx` ends nobody else repeats any of these, what they repeat, nor the digest that told it. Call it before anything is looked up, once in a transaction: they are locked in one order. */
export async function lockRepetitions(tx: EntityManager, organizationId: string, deliveryIds: readonly string[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(jsonb_build_array('replay', $1::text, coalesce(digest_of_repetitions($1, delivery_id), first_of_repetitions($1, delivery_id)))::text, 0) as key from unnest($2::text[]) delivery_id order by key) keys`,
    [organizationId, deliveryIds],
  );
}

export function isUnderWay({ state }: Pick<DeliveryRow, 'state'>): boolean {
  return UNDER_WAY_STATES.includes(state);
}

/** One more would tell its readers what they were told, all of it. */
export function isToldAgain({ stands_again, members_again }: Repeatable): boolean {
  return stands_again !== null || members_again?.all === true;
}

/** The line in the timeline of the first one. */
export function repeatedStory(deliveryId: string, by: string, reason: string | null | undefined): { kind: string; text: string } {
  return { kind: 'replayed', text: `Replayed by ${by} as ${deliveryId}${reason ? `: ${reason}` : ''}` };
}

/** The same in the timelines of what these told as digests. */
export async function tellMembers(tx: EntityManager, organizationId: string, repeats: readonly { deliveryId: string; story: { kind: string; text: string } }[]): Promise<void> {
  await tx.query(
    `insert into timeline (organization_id, delivery_id, kind, text)
     select m.organization_id, m.delivery_id, r.kind, r.text || ' (with its digest)' from unnest($2::text[], $3::text[], $4::text[]) r (delivery_id, kind, text)
     join deliveries m on m.organization_id = $1 and m.digest_id = first_of_repetitions($1, r.delivery_id)`,
    [organizationId, repeats.map(({ deliveryId }) => deliveryId), repeats.map(({ story }) => story.kind), repeats.map(({ story }) => story.text)],
  );
}

/** @param destination somewhere else than the first time, where its thread is not */
export function repeated(row: RepeatableRow, commandId: string, destination: Destination | undefined, saidAt: Date): Arrival {
  const command: KeptCommand = Object.assign({}, row.command, { commandId }, destination && { destination });
  const follows = followsOf(row, destination);
  if (follows) command.follows = follows;
  else delete command.follows;
  delete command.expiresAt;
  command.asOf ??= (row.settled_at ?? row.created_at).toISOString();
  const { parent_channel: channel, parent_ts: ts } = row;
  return { command, saidAt, replayOf: row.delivery_id, ...(row.kind === 'reply' && !destination && channel !== null && ts !== null && { kind: 'reply' as const, parent: { channel, ts } }) };
}

/** What its readers there may have read already. */
function followsOf(row: RepeatableRow, destination: Destination | undefined): KeptCommand['follows'] {
  const isSamePlace = destination === undefined || ('id' in destination && destination.id === row.destination_id);
  const place = isSamePlace ? row.destination_id : 'id' in destination ? destination.id : null;
  const { follows } = row.command;
  if ((isSamePlace && (mayBeThere(row) || follows?.reason === 'unconfirmed')) || (place !== null && row.doubtful_at.includes(place))) return { reason: 'unconfirmed' };
  if (place !== null && row.members_again?.at.includes(place) === true) return { reason: 'partly' };
  return follows?.reason === 'replaced' ? follows : undefined;
}

/** Slack did not confirm an attempt: readers cannot tell a repetition from news unless it says so. */
function mayBeThere({ state, ambiguous }: RepeatableRow): boolean {
  return state !== 'posted' && (state === 'unconfirmed' || ambiguous > 0);
}
