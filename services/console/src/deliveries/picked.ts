/** Which deliveries are selected: some, by their ids, or all that match the filter, whether shown or not. */
import type { Delivery } from '@tocsin/contracts';
import { DELIVERY_STATES, type DeliveryState } from '@tocsin/domain';

import type { BulkFilter } from '../api/delivery-actions.js';
import type { StateCounts } from '../api/deliveries.js';

export const ALL = 'all';
export type Picked = readonly string[] | typeof ALL;

/** More ids than this do not fit into one request. */
export const MOST_BY_ID = 200;

/** Without the rows that have left the list: nothing is done to what nobody sees. `shown` is undefined while it is not known. */
export function stillShown(picked: Picked, shown: readonly Pick<Delivery, 'id'>[] | undefined): Picked {
  return picked === ALL || !shown ? picked : picked.filter((id) => shown.some((delivery) => delivery.id === id));
}

/** Whether all that match is offered as well: where more match than are shown, or more are shown than go by their ids. */
export function mayPickAll(picked: Picked, shown: number, matching: number | undefined): boolean {
  if (picked === ALL || picked.length === 0 || picked.length < shown || matching === undefined) return false;
  return matching > shown || shown > MOST_BY_ID;
}

export function isPicked(picked: Picked, id: string): boolean {
  return picked === ALL || picked.includes(id);
}

/** What something is done to: how the server finds them, and how many there are in each state as far as it is known here. */
export interface Scope {
  filter: BulkFilter;
  byState: Partial<StateCounts>;
}

export function scopeOf(picked: Picked, shown: readonly Delivery[], filter: BulkFilter, counts: Partial<StateCounts>): Scope {
  if (picked === ALL) return { filter, byState: ofStates(filter.state, counts) };
  const byState: Partial<StateCounts> = {};
  for (const { id, state } of shown) if (picked.includes(id)) byState[state] = (byState[state] ?? 0) + 1;
  return { filter: { id: picked }, byState };
}

/** The counts are of every state, the filter may be of some. */
function ofStates(states: string | readonly string[] | undefined, counts: Partial<StateCounts>): Partial<StateCounts> {
  if (states === undefined) return counts;
  return Object.fromEntries(Object.entries(counts).filter(([state]) => states.includes(state)));
}

export function totalOf({ byState }: Scope, states: readonly DeliveryState[] = Object.keys(byState) as DeliveryState[]): number {
  return states.reduce((sum, state) => sum + (byState[state] ?? 0), 0);
}

/** Ended without a message in Slack: sending it again repeats nothing. */
export const NOT_POSTED: readonly DeliveryState[] = ['failed', 'dead', 'suppressed'];
/** Slack has it, or may have it. */
export const MAY_REPEAT: readonly DeliveryState[] = ['posted', 'unconfirmed'];

/** Whether a replay may put the same message into the same place once more. `to` is undefined while nothing else was chosen. */
export function mayRepeatAt({ state, destination }: Pick<Delivery, 'state' | 'destination'>, to: { id: string } | undefined): boolean {
  return MAY_REPEAT.includes(state) && (to === undefined || to.id === destination.id);
}

/** Without what may be in Slack already and nobody knows: it is sent again only when somebody insists. */
export function withoutUnconfirmed(filter: BulkFilter): BulkFilter {
  const states = filter.state === undefined ? DELIVERY_STATES : [filter.state].flat();
  return { ...filter, state: states.filter((state) => state !== 'unconfirmed') };
}

export const UNDER_WAY: readonly DeliveryState[] = ['accepted', 'waiting', 'posting'];
