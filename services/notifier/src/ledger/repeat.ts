/** A delivery once more: the same message, as a new command whose time to live begins anew. */
import type { DeliveryState, Destination } from '@tocsin/domain';

import type { Arrival } from '../deliveries/arrival.js';
import type { DeliveryRow } from '../deliveries/delivery-view.js';

/** What a repetition has to know of a delivery beside its row: the thread that it goes to, and whether it was repeated already. */
export interface Repeatable {
  kind: NonNullable<Arrival['kind']>;
  parent_channel: string | null;
  parent_ts: string | null;
  /** Id of a replay of it that was posted or will be: one more would tell its readers twice. */
  stands_again: string | null;
}

export type RepeatableRow = DeliveryRow & Repeatable;

/** The columns of {@link Repeatable}, of `d` in the view `ledger`. */
export function repeatableColumns(d: string): string {
  return `${d}.kind, ${d}.parent_channel, ${d}.parent_ts,
    (select again.delivery_id from commands again join deliveries r using (organization_id, delivery_id)
     where again.organization_id = ${d}.organization_id and again.replay_of = ${d}.delivery_id and r.state in ('posted', 'waiting', 'posting') limit 1) as stands_again`;
}

const UNDER_WAY: readonly DeliveryState[] = ['accepted', 'waiting', 'posting'];

export function isUnderWay({ state }: Pick<DeliveryRow, 'state'>): boolean {
  return UNDER_WAY.includes(state);
}

/** The line in the timeline of the first one. */
export function repeatedStory(deliveryId: string, by: string, reason: string | null | undefined): { kind: string; text: string } {
  return { kind: 'replayed', text: `Replayed by ${by} as ${deliveryId}${reason ? `: ${reason}` : ''}` };
}

/** @param destination somewhere else than the first time, where its thread is not */
export function repeated(row: RepeatableRow, commandId: string, destination: Destination | undefined, saidAt: Date): Arrival {
  const command = Object.assign({}, row.command, { commandId }, destination && { destination });
  delete command.expiresAt;
  const { parent_channel: channel, parent_ts: ts } = row;
  return { command, saidAt, replayOf: row.delivery_id, ...(row.kind === 'reply' && !destination && channel !== null && ts !== null && { kind: 'reply' as const, parent: { channel, ts } }) };
}
