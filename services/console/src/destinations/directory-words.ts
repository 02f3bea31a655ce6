/** How far our copy of a workspace's channels and people is, in words and as a part of the whole. */
import type { DirectoryProgress, DirectoryStatus } from '@tocsin/contracts';

type Progress = Pick<DirectoryProgress, 'have' | 'estimated' | 'complete'>;
type State = DirectoryStatus['state'];

/** Of one list: `12,400 of about 20,000 channels` while it grows, `20,000 channels` once all are there. */
export function listWords(list: Progress, noun: string, state: State): string {
  return `${countWords(list, noun, state)}${list.complete || hasEnd(list, state) ? '' : ' so far'}`;
}

/** Of both lists, in a sentence: `12,400 of about 20,000 channels, 300 people so far.` */
export function syncWords({ channels, people, state }: Pick<DirectoryStatus, 'channels' | 'people' | 'state'>): string {
  return `${countWords(channels, 'channels', state)}, ${countWords(people, 'people', state)} so far.`;
}

function countWords(list: Progress, noun: string, state: State): string {
  return `${grouped(list.have)} ${hasEnd(list, state) ? `of about ${grouped(list.estimated)} ` : ''}${noun}`;
}

/** Whether it grows towards an end that can be seen. */
function hasEnd(list: Progress, state: State): list is Progress & { estimated: number } {
  const { have, estimated, complete } = list;
  return (state !== 'idle' || !complete) && estimated !== undefined && estimated > have;
}

/** Of all these lists, in percent; undefined where nobody knows how many there will be. Never all before all is there. */
export function percentOf(...lists: readonly Progress[]): number | undefined {
  if (lists.every(({ complete }) => complete)) return 100;
  if (!lists.some(({ estimated = 0 }) => estimated > 0)) return undefined;
  const have = sum(lists.map((list) => list.have));
  return Math.min(99, Math.floor((100 * have) / sum(lists.map((list) => Math.max(list.have, list.estimated ?? 0)))));
}

/** `It goes on at 12:00:30 PM.`; undefined where it is not known when. */
export function resumeWords({ resumesAt }: Pick<DirectoryStatus, 'resumesAt'>): string | undefined {
  return resumesAt === undefined ? undefined : `It goes on at ${new Date(resumesAt).toLocaleTimeString([], { timeStyle: 'medium' })}.`;
}

const STATES: Record<State, string> = {
  idle: 'Up to date',
  syncing: 'Being read from Slack',
  paused: 'Paused, goes on by itself',
  failed: 'Could not be read',
};

/** @param complete whether everything was read once */
export function stateWords(state: State, complete: boolean): string {
  return state === 'idle' && !complete ? 'Not read yet' : STATES[state];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
