/** Which deliveries are selected: some, by their ids, or all that match the filter and had come by then, whether shown or not. */
import type { Delivery } from '@tocsin/contracts';
import { DELIVERY_STATES, type DeliveryState } from '@tocsin/domain';

import type { BulkFilter } from '../api/delivery-actions.js';
import type { StateCounts } from '../api/state-counts.js';

/** All that match and were accepted before a moment: what comes after they were selected is not meant. */
export interface AllBefore {
  before: string;
}

export type Picked = readonly string[] | AllBefore;

export function isAll(picked: Picked): picked is AllBefore {
  return 'before' in picked;
}

/** All that match, up to the newest that is shown: by the clock of the server, which compares it. */
export function allUpTo(shown: readonly Pick<Delivery, 'createdAt'>[], before: string): AllBefore {
  const next = justAfter(Math.max(...shown.map(({ createdAt }) => Date.parse(createdAt))));
  return { before: before !== '' && Date.parse(before) < Date.parse(next) ? before : next };
}

/** More ids than this do not fit into one request. */
export const MOST_BY_ID = 200;

/** Times are shown by the millisecond and compared more finely. */
export function justAfter(time: number | string): string {
  return new Date(new Date(time).getTime() + 1).toISOString();
}

/** Without the rows that have left the list: nothing is done to what nobody sees. `shown` is undefined while it is not known. */
export function stillShown(picked: Picked, shown: readonly Pick<Delivery, 'id'>[] | undefined): Picked {
  return isAll(picked) || !shown ? picked : picked.filter((id) => shown.some((delivery) => delivery.id === id));
}

/** Whether all that match is offered as well: where more match than are shown, or more are shown than go by their ids. */
export function mayPickAll(picked: Picked, shown: number, matching: number | undefined): boolean {
  if (isAll(picked) || picked.length === 0 || picked.length < shown || matching === undefined) return false;
  return matching > shown || shown > MOST_BY_ID;
}

export function isPicked(picked: Picked, { id, createdAt }: Pick<Delivery, 'id' | 'createdAt'>): boolean {
  return isAll(picked) ? Date.parse(createdAt) < Date.parse(picked.before) : picked.includes(id);
}

/** What is selected of one list. */
export interface PickedOf {
  list: string;
  picked: Picked;
  /** Rows were taken out of all that matched: what is not shown went with them, as it has no ids here. */
  narrowed: boolean;
}

export function pick({ picked: before, narrowed }: PickedOf, list: string, picked: Picked): PickedOf {
  return { list, picked, narrowed: !isAll(picked) && picked.length > 0 && (narrowed || isAll(before)) };
}

/** What something is done to: how the server finds them, and how many there are in each state as far as it is known here. */
export interface Scope {
  filter: BulkFilter;
  byState: Partial<StateCounts>;
}

/**
 * @param counts of what matches and came before the moment that bounds it, in every state
 * @returns undefined while all are selected and nobody knows how many they are
 */
export function scopeOf(picked: Picked, shown: readonly Delivery[], filter: BulkFilter, counts: Partial<StateCounts> | undefined): Scope | undefined {
  if (isAll(picked)) return counts && { filter: { ...filter, before: picked.before }, byState: ofStates(filter.state, counts) };
  const byState: Partial<StateCounts> = {};
  for (const { id, state } of shown) if (picked.includes(id)) byState[state] = (byState[state] ?? 0) + 1;
  return { filter: { id: picked }, byState };
}

/** The counts are of every state, the filter may be of some. */
export function ofStates(states: string | readonly string[] | undefined, counts: Partial<StateCounts>): Partial<StateCounts> {
  if (states === undefined) return counts;
  return Object.fromEntries(Object.entries(counts).filter(([state]) => states.includes(state)));
}

export function totalOf({ byState }: Pick<Scope, 'byState'>, states: readonly DeliveryState[] = Object.keys(byState) as DeliveryState[]): number {
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

