/**
 * The order of the picker's rows: archived last; what this organization sent to lately, the name itself, names that begin
 * so, names with a word that begins so, names that hold it, names that are alike. Among equals channels that the app is in, people, other channels.
 */
import type { Kind } from './search-term.js';

export interface Candidate {
  id: string;
  kind: Kind;
  name: string;
  /** Every name that it is found by, in the form of `sought`. */
  names: readonly string[];
  isArchived: boolean;
  isMember: boolean;
  /** How like the term the most alike part is, 0 to 1; set where nothing holds the term. */
  alike?: number;
}

/** Whether a name holds what was typed; similar ones do not. */
export function holds({ names }: Pick<Candidate, 'names'>, text: string): boolean {
  return names.some((name) => name.includes(text));
}

function closeness({ names, alike }: Candidate, text: string): number {
  if (text === '') return 1;
  if (names.includes(text)) return 0;
  if (names.some((name) => name.startsWith(text))) return 1;
  if (names.some((name) => name.includes(` ${text}`))) return 2;
  return holds({ names }, text) ? 3 : 5 - (alike ?? 0);
}

/**
 * Puts candidates into their order, without repetitions, and cuts at `limit`. Where channels and people both have more than
 * fits, the ones leave the others a third of the rows.
 * @param recent ids that were sent to lately, the latest first
 * @param ids what was asked for by id or address: always first
 */
export function ranked<T extends Candidate>(candidates: readonly T[], { text, recent, ids, limit }: { text: string; recent: readonly string[]; ids: ReadonlySet<string>; limit: number }): T[] {
  const places = new Map(recent.map((id, place) => [id, place]));
  const keyed = [...new Map(candidates.map((one) => [one.id, one])).values()].map((one) => ({
    one,
    key: [ids.has(one.id) ? 0 : 1, one.isArchived ? 1 : 0, places.get(one.id) ?? recent.length, closeness(one, text), one.kind === 'user' ? 1 : one.isMember ? 0 : 2],
  }));
  keyed.sort((a, b) => byKey(a.key, b.key) || byText(a.one.name, b.one.name) || byText(a.one.id, b.one.id));
  return shared(keyed.map(({ one }) => one), limit);
}

function byKey(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** By code points: names are compared ten thousand times, and a collator would take most of the answer's time. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shared<T extends Candidate>(sorted: readonly T[], limit: number): T[] {
  const least = Math.floor(limit / 3);
  const count = (kind: Kind): number => sorted.filter((one) => one.kind === kind).length;
  const room = { channel: limit - Math.min(least, count('user')), user: limit - Math.min(least, count('channel')) };
  return sorted.filter(({ kind }) => (room[kind] -= 1) >= 0).slice(0, limit);
}
