/** Which deliveries are selected: some, by their ids, or all that match the filter, shown or not, but for some. Either way as they were then. */
import type { Delivery } from '@tocsin/contracts';
import type { DeliveryState } from '@tocsin/domain';

import type { BulkFilter } from '../api/delivery-actions.js';
import type { StateCounts } from '../api/state-counts.js';

/** All that match: what comes, or changes, after they were selected is not meant, and neither is what was taken out again. */
export interface AllThen {
  changedBefore: string;
  except: readonly string[];
}

export type Picked = readonly string[] | AllThen;

export function isAll(picked: Picked): picked is AllThen {
  return 'changedBefore' in picked;
}

type Times = Pick<Delivery, 'createdAt' | 'settledAt'>;

/** All that match, as they were counted, and what is shown: by the clock of the server, which compares it. */
export function allThen(shown: readonly Times[], countedAt: string): AllThen {
  const seen = shown.length === 0 ? countedAt : justAfterAll(shown);
  return { changedBefore: Date.parse(seen) > Date.parse(countedAt) ? seen : countedAt, except: [] };
}

/** How the server finds what {@link AllThen} means, beside the filter. */
export function boundsOf({ changedBefore, except }: AllThen): BulkFilter {
  return { changedBefore, ...(except.length > 0 && { exceptIds: except }) };
}

/** More ids than this do not fit into one request. */
export const MOST_BY_ID = 200;
/** Of the ids that are left out, which are asked about in an address. */
export const MOST_EXCEPT = 100;

export function areTooMany(picked: Picked): boolean {
  return isAll(picked) ? picked.except.length > MOST_EXCEPT : picked.length > MOST_BY_ID;
}

/** When it came to be what it is: it ended, or it was accepted and is under way since. */
function changedAt({ createdAt, settledAt = createdAt }: Times): number {
  return Date.parse(settledAt);
}

function justAfterAll(deliveries: readonly Times[]): string {
  return justAfter(Math.max(...deliveries.map(changedAt)));
}

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

type Row = Pick<Delivery, 'id'> & Times;

/** Not what came or changed after all were selected: it is none of them. */
export function mayPick(picked: Picked, delivery: Times): boolean {
  return !isAll(picked) || changedAt(delivery) < Date.parse(picked.changedBefore);
}

export function isPicked(picked: Picked, delivery: Row): boolean {
  return isAll(picked) ? mayPick(picked, delivery) && !picked.except.includes(delivery.id) : picked.includes(delivery.id);
}

/** With one more, or without it. */
export function toggled(picked: Picked, id: string): Picked {
  const flip = (ids: readonly string[]): string[] => (ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
  return isAll(picked) ? { ...picked, except: flip(picked.except) } : flip(picked);
}

/** With all that are shown; with nothing, when they were all selected. */
export function toggledAll(picked: Picked, shown: readonly Row[]): Picked {
  if (shown.every((delivery) => isPicked(picked, delivery) || !mayPick(picked, delivery))) return [];
  const ids = shown.map(({ id }) => id);
  return isAll(picked) ? { ...picked, except: picked.except.filter((id) => !ids.includes(id)) } : ids;
}

/** What something is done to: how the server finds them, and how many there are in each state as far as it is known here. */
export interface Scope {
  filter: BulkFilter;
  byState: Partial<StateCounts>;
}

/**
 * @param counts of what is meant when all are selected, in every state
 * @returns undefined while all are selected and nobody knows how many they are
 */
export function scopeOf(picked: Picked, shown: readonly Delivery[], filter: BulkFilter, counts: Partial<StateCounts> | undefined): Scope | undefined {
  if (isAll(picked)) return counts && { filter: { ...filter, ...boundsOf(picked) }, byState: ofStates(filter.state, counts) };
  const meant = shown.filter(({ id }) => picked.includes(id));
  const byState: Partial<StateCounts> = {};
  for (const { state } of meant) byState[state] = (byState[state] ?? 0) + 1;
  return { filter: { id: picked, ...(meant.length > 0 && { changedBefore: justAfterAll(meant) }) }, byState };
}

/** The counts are of every state, the filter may be of some. */
export function ofStates(states: string | readonly string[] | undefined, counts: Partial<StateCounts>): Partial<StateCounts> {
  if (states === undefined) return counts;
  return Object.fromEntries(Object.entries(counts).filter(([state]) => states.includes(state)));
}

export function totalOf({ byState }: Pick<Scope, 'byState'>, states: readonly DeliveryState[] = Object.keys(byState) as DeliveryState[]): number {
  return states.reduce((sum, state) => sum + (byState[state] ?? 0), 0);
}

/** Not what Slack has at this moment. */
export const CAN_BE_CANCELLED: readonly DeliveryState[] = ['accepted', 'waiting'];
/** Ended without a message in Slack: sending it again repeats nothing. */
export const NOT_POSTED: readonly DeliveryState[] = ['failed', 'dead', 'suppressed'];
/** Slack has it, or may have it. */
export const MAY_REPEAT: readonly DeliveryState[] = ['posted', 'unconfirmed'];

/** Whether a replay may put the same message into the same place once more. `to` is undefined while nothing else was chosen. */
export function mayRepeatAt({ state, destination }: Pick<Delivery, 'state' | 'destination'>, to: { id: string } | undefined): boolean {
  return MAY_REPEAT.includes(state) && (to === undefined || to.id === destination.id);
}

/** Those of them that are in one of the states. */
export function onlyIn(states: readonly DeliveryState[], filter: BulkFilter): BulkFilter {
  const { state } = filter;
  return { ...filter, state: state === undefined ? states : states.filter((one) => [state].flat().includes(one)) };
}
