/**
 * What was typed against what was found. The server has chosen and ranked; this keeps an earlier answer honest while the
 * next one is on its way, and brings the answers of several workspaces into one order.
 */
import type { FoundDestination } from '../api/destinations.js';

type Named = Pick<FoundDestination, 'name' | 'email' | 'id'>;

export interface DestinationGroup {
  label: 'Channels' | 'People';
  items: FoundDestination[];
}

/** Whether an earlier answer still fits what has been typed since, so that nobody picks what they no longer look for. */
export function fits({ name, email, id }: Named, typed: string): boolean {
  const wanted = plain(typed);
  return [name, email ?? '', id].some((text) => plain(text).includes(wanted));
}

/**
 * Channels and people, the group with the closest match first. Inside of a group: what is archived last, then by closeness,
 * then as each workspace ranked it, one workspace after the other.
 * @param answers one list for each workspace, best first
 */
export function groupsOf(answers: readonly (readonly FoundDestination[])[], typed: string): DestinationGroup[] {
  const wanted = plain(typed);
  const ranked = (kind: FoundDestination['kind']): Ranked[] => answers
    .flatMap((found) => found.filter((item) => item.kind === kind).map((item, place) => ({ item, place, rank: (item.isArchived ? ARCHIVED : 0) + distance(item, wanted) })))
    .sort((a, b) => a.rank - b.rank || a.place - b.place);
  return [{ label: 'Channels' as const, all: ranked('channel') }, { label: 'People' as const, all: ranked('user') }]
    .flatMap(({ label, all: [best, ...others] }) => (best ? [{ label, best, others }] : []))
    .sort((a, b) => a.best.rank - b.best.rank)
    .map(({ label, best, others }) => ({ label, items: [best, ...others].map(({ item }) => item) }));
}

interface Ranked {
  item: FoundDestination;
  /** Among what its workspace answered. */
  place: number;
  rank: number;
}

const ARCHIVED = 10;

function distance({ name, email, id }: Named, wanted: string): number {
  if (wanted === '') return 0;
  const texts = [name, email ?? '', id].map(plain);
  if (texts.includes(wanted)) return 0;
  if (texts.some((text) => text.startsWith(wanted))) return 1;
  return texts.some((text) => text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) ? 2 : 3;
}

/** Without the sign before it, without case, without accents. */
function plain(text: string): string {
  return text.trim().replace(/^[#@]/, '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
