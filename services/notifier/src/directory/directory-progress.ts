/** How far the copy of a workspace is, told from its three lists: what the picker and the connection's page say honestly. */
import type { DestinationList, DirectoryProgress, DirectoryStatus } from '@tocsin/contracts';

import type { Kind } from './search-term.js';

export type ListName = 'member-channels' | 'channels' | 'people';
export type ListState = 'idle' | 'syncing' | 'paused' | 'failed';

export interface ListProgress {
  list: ListName;
  state: ListState;
  /** Why it pauses or failed. */
  reason: string | null;
  /** When it goes on, or is read again; null = not by itself. */
  runAt: Date | null;
  /** What the pass under way has read. */
  read: number;
  /** What the last whole pass read. */
  total: number | null;
  /** The end of the last whole pass. */
  syncedAt: Date | null;
  /** What the copy holds. */
  have: number;
}

const TOLD: Readonly<Record<ListName, string>> = { 'member-channels': 'channels of the app', channels: 'channels', people: 'people' };
const NOT_CONNECTED = 'The workspace is not connected; its list is read on as soon as it is connected again.';

/** @param lists those that are known yet @param isConnected whether Slack can be asked at all */
export function statusOf(lists: readonly ListProgress[], isConnected: boolean): DirectoryStatus {
  const under = lists.filter(({ state }) => state === 'syncing' || state === 'paused');
  const state = stateOf(lists, isConnected);
  const reason = reasonFor(lists, isConnected);
  const next = earliest(lists.filter((one) => one.list !== 'member-channels' && one.state === 'idle'));
  const resumes = state === 'paused' && isConnected ? earliest(under) : undefined;
  return {
    state,
    channels: progressOf(lists, 'channels'),
    people: progressOf(lists, 'people'),
    ...(reason !== undefined && { reason }),
    ...(resumes && { resumesAt: resumes.toISOString() }),
    ...(state === 'idle' && isConnected && next && { nextSyncAt: next.toISOString() }),
  };
}

function stateOf(lists: readonly ListProgress[], isConnected: boolean): ListState {
  const some = (state: ListState): boolean => lists.some((one) => one.state === state);
  if (!isConnected && some('failed')) return 'failed';
  if (some('syncing')) return isConnected ? 'syncing' : 'paused';
  return some('paused') ? 'paused' : some('failed') ? 'failed' : 'idle';
}

/** What ended the connection stopped all lists, whichever found it out. */
function reasonFor(lists: readonly ListProgress[], isConnected: boolean): string | undefined {
  if (isConnected) return reasonOf(lists);
  const causes = new Set(lists.filter(({ state }) => state === 'failed').map(({ reason }) => reason ?? NOT_CONNECTED));
  if (causes.size > 0) return [...causes].join(' ');
  return lists.some(({ state }) => state === 'syncing' || state === 'paused') ? NOT_CONNECTED : undefined;
}

/** One sentence a cause; which list it stopped where it did not stop all. */
function reasonOf(lists: readonly ListProgress[]): string | undefined {
  const stopped = lists.filter(({ reason }) => reason !== null);
  const causes = [...new Set(stopped.map(({ reason }) => reason ?? ''))];
  if (stopped.length === 0) return undefined;
  if (causes.length === 1 && stopped.length === lists.length) return causes[0];
  return causes.map((cause) => `${namesOf(stopped.filter(({ reason }) => reason === cause))}: ${cause}`).join(' ');
}

function namesOf(lists: readonly ListProgress[]): string {
  const names = lists.filter(({ list }, _, all) => list !== 'member-channels' || all.length === 1).map(({ list }) => TOLD[list]).join(' and ');
  return names.charAt(0).toUpperCase() + names.slice(1);
}

function progressOf(lists: readonly ListProgress[], name: ListName): DirectoryProgress {
  const list = lists.find((one) => one.list === name);
  if (!list) return { have: 0, complete: false };
  const isRead = list.state !== 'idle' && list.read > 0;
  return {
    have: list.have,
    ...(isRead && { read: list.read }),
    ...(list.total !== null && { estimated: list.total }),
    complete: list.syncedAt !== null,
    ...(list.syncedAt && { syncedAt: list.syncedAt.toISOString() }),
  };
}

/** Whether the picker can trust that what it does not show does not exist, and if not why. */
export function completenessOf(lists: readonly ListProgress[], kinds: readonly Kind[], isConnected: boolean): Omit<DestinationList, 'items'> {
  const wanted = lists.filter(({ list }) => kinds.includes(list === 'people' ? 'user' : 'channel'));
  const whole = wanted.filter(({ list }) => list !== 'member-channels');
  const complete = whole.length === new Set(kinds).size && whole.every(({ syncedAt }) => syncedAt !== null);
  const oldest = Math.min(...whole.map(({ syncedAt }) => syncedAt?.getTime() ?? 0));
  const { channels, people } = statusOf(lists, isConnected);
  const stopped = reasonFor(isConnected ? wanted : lists, isConnected);
  const reason = stopped ?? (complete ? undefined : `The list is still being filled: ${channels.have} channels and ${people.have} people so far.`);
  return { complete, ...(complete && { syncedAt: new Date(oldest).toISOString() }), ...(reason !== undefined && { reason }) };
}

function earliest(lists: readonly ListProgress[]): Date | undefined {
  return lists.map(({ runAt }) => runAt).filter((at) => at !== null).sort((a, b) => a.getTime() - b.getTime())[0];
}
