/** What must hold of an organization at rest, as sentences on what does not: the ledger, what was said of it, and Slack. */
import type { InSandbox } from './crowded-history.js';

export interface LedgerRow {
  delivery_id: string;
  kind: 'message' | 'reply' | 'digest';
  state: string;
  version: number;
  ambiguous: number;
  source_kind: string;
  digest_id: string | null;
  slack_channel: string | null;
  slack_ts: string | null;
  code: string | null;
  replay_of: string | null;
  lane_id: string;
  priority: number;
  said_at: Date;
  arrival: string;
  created_at: Date;
  claimed_at: Date | null;
  /** Something made it wait beside its turn. */
  was_held: boolean;
}

const ENDS = ['posted', 'failed', 'dead', 'suppressed', 'unconfirmed'];
/** A delivery is in line from its commit on, a little after the time that its row tells. */
const COMMIT_MS = 1500;

export function inTheLedgerWrongly(accepted: readonly string[], rows: readonly LedgerRow[], counted: number, said: ReadonlyMap<string, { state: string; version: number }>): string[] {
  const known = new Set(rows.map(({ delivery_id }) => delivery_id));
  return [
    ...accepted.filter((id) => !known.has(id)).map((id) => `${id} was accepted, and nobody knows of it`),
    ...(counted === rows.length ? [] : [`${counted} were counted, ${rows.length} are there`]),
    ...rows.filter(({ state }) => !ENDS.includes(state)).map((row) => `${nameOf(row)} has no end`),
    ...rows.filter(({ delivery_id, state }) => said.get(delivery_id)?.state !== state).map((row) => `${nameOf(row)}, and it was said to be ${said.get(row.delivery_id)?.state ?? 'nothing'}`),
  ];
}

/** Nobody insisted: what was sent again and stands there is not sent again once more. */
export function sentAgainWrongly(rows: readonly LedgerRow[]): string[] {
  const standing = rows.filter(({ replay_of, state, ambiguous }) => replay_of !== null && state === 'posted' && ambiguous === 0);
  return standing.filter(({ replay_of }, place) => standing.findIndex((other) => other.replay_of === replay_of) < place).map((row) => `${nameOf(row)} sends again what was sent again already: ${row.replay_of ?? ''}`);
}

/** @param areHeld what people sent is not sent again by itself */
export function inSlackWrongly(rows: readonly LedgerRow[], posts: readonly InSandbox[], areHeld: boolean): string[] {
  const byId = new Map(rows.map((row) => [row.delivery_id, row]));
  const copies = new Map<string, InSandbox[]>();
  for (const post of posts) copies.set(idOf(post), [...(copies.get(idOf(post)) ?? []), post]);
  return [
    ...posts.filter((post) => !byId.has(idOf(post))).map(({ channel, ts }) => `${channel} ${ts} is in Slack, and nobody asked for it`),
    ...rows.filter(({ state, slack_channel, slack_ts }) => state === 'posted' && !posts.some(({ channel, ts }) => channel === slack_channel && ts === slack_ts)).map((row) => `${nameOf(row)} is not in Slack`),
    ...[...copies].flatMap(([id, there]) => copiesWrongly(byId.get(id), there, areHeld)),
  ];
}

function copiesWrongly(row: LedgerRow | undefined, there: readonly InSandbox[], areHeld: boolean): string[] {
  if (!row) return [];
  const again = there.length - 1;
  return [
    ...(again > row.ambiguous ? [`${nameOf(row)} is in Slack ${there.length} times, and ${row.ambiguous} answers were lost`] : []),
    ...(again > 0 && there.filter((post) => !isMarked(post)).length > 1 ? [`${nameOf(row)} is in Slack ${there.length} times, unmarked`] : []),
    ...(again > 0 && areHeld && row.source_kind === 'manual' ? [`${nameOf(row)} is in Slack ${there.length} times, and is held`] : []),
    ...(row.state !== 'posted' && row.ambiguous === 0 ? [`${nameOf(row)} is in Slack all the same`] : []),
    ...(row.digest_id !== null && row.ambiguous === 0 && row.kind === 'message' ? [`${nameOf(row)} is in Slack beside its digest`] : []),
  ];
}

/** Of one destination and priority, what waited for nothing but its turn was claimed in the order in which it stood in line. */
export function overtaken(rows: readonly LedgerRow[]): string[] {
  const inLine = rows
    .filter(({ kind, state, ambiguous, digest_id, was_held, claimed_at }) => kind === 'message' && state === 'posted' && ambiguous === 0 && digest_id === null && !was_held && claimed_at !== null)
    .sort((a, b) => a.said_at.getTime() - b.said_at.getTime() || Number(a.arrival) - Number(b.arrival));
  return inLine.flatMap((row, place) => {
    const overtaker = inLine.slice(place + 1).find((later) => later.lane_id === row.lane_id && later.priority === row.priority && later.said_at.getTime() > row.said_at.getTime()
      && claimOf(later) < claimOf(row) && row.created_at.getTime() + COMMIT_MS < claimOf(later));
    return overtaker ? [`${nameOf(overtaker)} overtook ${nameOf(row)}`] : [];
  });
}

export function leftOver(lanes: readonly { lane_id: string; active: boolean; leased: boolean }[]): string[] {
  return lanes.filter(({ leased }) => leased).map(({ lane_id }) => `lane ${lane_id} is leased still`);
}

function claimOf({ claimed_at }: LedgerRow): number {
  return claimed_at?.getTime() ?? 0;
}

function idOf({ metadata }: InSandbox): string {
  return metadata?.event_payload?.delivery_id ?? '';
}

/** Its text stands for what it shows, unless that is all of it. */
function isMarked({ text, blocks, attachments }: InSandbox): boolean {
  return /may repeat/i.test(blocks || attachments ? JSON.stringify([blocks, attachments]) : text);
}

function nameOf({ kind, delivery_id, state, code, source_kind, ambiguous }: LedgerRow): string {
  return `${source_kind} ${kind} ${delivery_id} (${state}${code === null ? '' : ` ${code}`}${ambiguous > 0 ? `, ${ambiguous} lost` : ''})`;
}
