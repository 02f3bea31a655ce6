/** A delivery once more: the same message, as a new command whose time to live begins anew. */
import type { EntityManager } from 'typeorm';

import { UNDER_WAY_STATES, type Destination } from '@tocsin/domain';

import type { Arrival } from '../deliveries/arrival.js';
import type { DeliveryRow } from '../deliveries/delivery-view.js';
import type { KeptCommand } from '../living/told.js';

/** What a repetition has to know of a delivery beside its row: the thread that it goes to, and whether it was repeated already. */
export interface Repeatable {
  kind: NonNullable<Arrival['kind']>;
  parent_channel: string | null;
  parent_ts: string | null;
  /** Id of a replay of it, or of what it repeats itself, that was posted or will be: one more would tell its readers twice. */
  stands_again: string | null;
}

export type RepeatableRow = DeliveryRow & Repeatable;

/** The columns of {@link Repeatable}, of `d` in the view `ledger`. What they say holds while {@link lockRepetitions} keeps others away. */
export function repeatableColumns(d: string): string {
  return `${d}.kind, ${d}.parent_channel, ${d}.parent_ts,
    (select r.delivery_id from other_repetitions(${d}.organization_id, ${d}.delivery_id) again join deliveries r on r.organization_id = ${d}.organization_id and r.delivery_id = again.delivery_id
     where r.state in ('posted', ${UNDER_WAY_STATES.map((state) => `'${state}'`).join(', ')}) limit 1) as stands_again`;
}

/** Until `tx` ends nobody else repeats any of these, nor what they repeat. Call it before anything is looked up, once in a transaction: they are locked in one order. */
export async function lockRepetitions(tx: EntityManager, organizationId: string, deliveryIds: readonly string[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(jsonb_build_array('replay', $1::text, first_of_repetitions($1, delivery_id))::text, 0) as key from unnest($2::text[]) delivery_id order by key) keys`,
    [organizationId, deliveryIds],
  );
}

export function isUnderWay({ state }: Pick<DeliveryRow, 'state'>): boolean {
  return UNDER_WAY_STATES.includes(state);
}

/** The line in the timeline of the first one. */
export function repeatedStory(deliveryId: string, by: string, reason: string | null | undefined): { kind: string; text: string } {
  return { kind: 'replayed', text: `Replayed by ${by} as ${deliveryId}${reason ? `: ${reason}` : ''}` };
}

/** @param destination somewhere else than the first time, where its thread is not */
export function repeated(row: RepeatableRow, commandId: string, destination: Destination | undefined, saidAt: Date): Arrival {
  const command: KeptCommand = Object.assign({}, row.command, { commandId }, destination && { destination });
  const isSamePlace = destination === undefined || ('id' in destination && destination.id === row.destination_id);
  if (isSamePlace && mayBeThere(row)) command.follows = { reason: 'unconfirmed' };
  if (!isSamePlace && command.follows?.reason === 'unconfirmed') delete command.follows;
  delete command.expiresAt;
  const { parent_channel: channel, parent_ts: ts } = row;
  return { command, saidAt, replayOf: row.delivery_id, ...(row.kind === 'reply' && !destination && channel !== null && ts !== null && { kind: 'reply' as const, parent: { channel, ts } }) };
}

/** Slack did not confirm an attempt: readers cannot tell a repetition from news unless it says so. */
function mayBeThere({ state, ambiguous }: RepeatableRow): boolean {
  return state !== 'posted' && (state === 'unconfirmed' || ambiguous > 0);
}
