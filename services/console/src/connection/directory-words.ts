/** How far our copy of a workspace's channels and people is, in words and as a part of the whole. */
import type { DirectoryProgress, DirectoryStatus } from '@tocsin/contracts';

/** `12,400 of about 20,000 channels` while it grows, `20,000 channels` once all are there. */
export function progressWords({ have, estimated, complete }: Pick<DirectoryProgress, 'have' | 'estimated' | 'complete'>, noun: string, state: DirectoryStatus['state']): string {
  const isGrowing = state !== 'idle' || !complete;
  if (isGrowing && estimated !== undefined && estimated > have) return `${grouped(have)} of about ${grouped(estimated)} ${noun}`;
  return `${grouped(have)} ${noun}${complete ? '' : ' so far'}`;
}

/** In percent; undefined where nobody knows how many there will be. Never all before all is there. */
export function percentOf({ have, estimated, complete }: Pick<DirectoryProgress, 'have' | 'estimated' | 'complete'>): number | undefined {
  if (complete) return 100;
  if (estimated === undefined || estimated <= 0) return undefined;
  return Math.min(99, Math.floor((have / estimated) * 100));
}

const STATES: Record<DirectoryStatus['state'], string> = {
  idle: 'Up to date',
  syncing: 'Being read from Slack',
  paused: 'Paused, goes on by itself',
  failed: 'Could not be read',
};

/** @param complete whether everything was read once */
export function stateWords(state: DirectoryStatus['state'], complete: boolean): string {
  return state === 'idle' && !complete ? 'Not read yet' : STATES[state];
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
