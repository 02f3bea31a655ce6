/**
 * What must hold whatever was broken, by the id of each message and not by counts. Pure: facts in, violations out.
 *
 * I1  Whatever was accepted is accounted for: one delivery each, in a known state, and as many as were counted.
 * I2  Whatever counts as posted is in Slack.
 * I3  Nothing is in Slack that nobody asked for.
 * I4  A message is in Slack twice only where an answer was lost, no more often than answers were lost, and says so; never
 *     where policy holds instead of sending again.
 * I5  A destination gets its messages in the order in which they stood in line.
 * I6  At rest nothing is left over: nothing being posted, no lease, empty outboxes and queues, no line that sleeps over a
 *     message, no message that waits; and issues knows of each command what notifier knows.
 */
import type { Accepted, DeliveryFact, Facts, PostFact } from './ledgers.js';

export type InvariantId = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6';

export interface Violation {
  invariant: InvariantId;
  text: string;
  ids: readonly string[];
}

export interface Allowances {
  /** Dead letters that the fault itself made. */
  deadLetters?: number;
}

const ENDS = new Set(['posted', 'failed', 'dead', 'suppressed', 'unconfirmed']);
const STATES = new Set([...ENDS, 'waiting', 'posting']);

/** A moment's grace: a delivery is in line from its commit on, a little after the time that its row tells. */
const COMMIT_MS = 1000;

export function violations(facts: Facts, allowances: Allowances = {}): Violation[] {
  return [
    ...accountedFor(facts), ...inSlack(facts), ...askedFor(facts), ...onceUnlessUnknown(facts), ...inOrder(facts), ...atRest(facts, allowances),
  ];
}

function accountedFor({ accepted, deliveries, counted }: Facts): Violation[] {
  const rows = new Map(deliveries.map((delivery) => [keyOf(delivery), delivery]));
  return [
    ...breach('I1', 'accepted, and notifier knows nothing of them', accepted.filter((one) => !rows.has(keyOf(one))).map(({ id }) => id)),
    ...breach('I1', 'in a state that does not exist', deliveries.filter(({ state }) => !STATES.has(state)).map(({ id, state }) => `${id} ${state}`)),
    ...(counted === deliveries.length ? [] : [{ invariant: 'I1' as const, text: `${counted} were counted when they were recorded, ${deliveries.length} are there`, ids: [] }]),
  ];
}

function inSlack({ deliveries, posts }: Facts): Violation[] {
  const there = new Set(posts.map(({ id }) => id));
  const missing = deliveries.filter(({ id, state, digestId }) => state === 'posted' && !there.has(digestId ?? id) && !there.has(id));
  const places = new Set(posts.map(({ ts }) => ts));
  const elsewhere = deliveries.filter(({ state, slackTs }) => state === 'posted' && slackTs !== undefined && !places.has(slackTs));
  return [
    ...breach('I2', 'counted as posted, and not in Slack', missing.map(({ id }) => id)),
    ...breach('I2', 'point to a message that is not in Slack', elsewhere.map(({ id }) => id)),
  ];
}

function askedFor({ accepted, deliveries, posts }: Facts): Violation[] {
  const own = deliveries.filter(({ kind, replayOf }) => kind !== 'message' || replayOf !== undefined).map(({ id }) => id);
  const known = new Set([...accepted.map(({ id }) => id), ...own]);
  const aliens = posts.filter(({ id }) => id === undefined || !known.has(id));
  return breach('I3', 'in Slack, and nobody asked for them', aliens.map(({ id, channel, ts }) => id ?? `${channel} ${ts}`));
}

function onceUnlessUnknown({ deliveries, posts }: Facts): Violation[] {
  const rows = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const repeated = [...grouped(posts, ({ id }) => id ?? '')].filter(([id, copies]) => id !== '' && copies.length > 1);
  const ids = (wrong: (copies: readonly PostFact[], row: DeliveryFact | undefined) => boolean): string[] =>
    repeated.filter(([id, copies]) => wrong(copies, rows.get(id))).map(([id, copies]) => `${id} ×${copies.length}`);
  return [
    ...breach('I4', 'in Slack more often than answers were lost', ids((copies, row) => copies.length - 1 > (row?.ambiguous ?? 0))),
    ...breach('I4', 'in Slack again without saying that it may be a repetition', ids((copies) => copies.filter(({ marked }) => !marked).length > 1)),
    ...breach('I4', 'in Slack again although they are held when the answer is lost', ids((_, row) => row?.source === 'manual')),
  ];
}

/**
 * Of one lane and priority, and only of what has one certain place: posted once, no answer lost. What was not in line yet when
 * a later one was taken could be overtaken.
 */
function inOrder({ deliveries, posts }: Facts): Violation[] {
  const placeInSlack = new Map(posts.map(({ id, ts }) => [id, ts]));
  const certain = deliveries.filter(({ id, state, ambiguous, digestId, kind }) => kind === 'message' && state === 'posted' && ambiguous === 0 && digestId === undefined && placeInSlack.has(id));
  const inversions: string[] = [];
  for (const [, lane] of grouped(certain, ({ laneId, priority }) => `${laneId} ${priority}`)) {
    const inLine = [...lane].sort((a, b) => a.saidAt - b.saidAt || a.arrival - b.arrival);
    inLine.forEach((earlier, place) => {
      const overtaker = inLine.slice(place + 1).find((later) => (placeInSlack.get(later.id) ?? '') < (placeInSlack.get(earlier.id) ?? '') && earlier.recordedAt + COMMIT_MS < later.claimedAt);
      if (overtaker) inversions.push(`${overtaker.id} before ${earlier.id}`);
    });
  }
  return breach('I5', 'overtook what stood before them in line', inversions);
}

function atRest({ deliveries, commands, lanes, underway, deadLetters }: Facts, { deadLetters: allowed = 0 }: Allowances): Violation[] {
  const waitingLanes = new Set(deliveries.filter(({ state, digestId }) => state === 'waiting' && digestId === undefined).map(({ laneId }) => laneId));
  const rows = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const dead = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  return [
    ...breach('I6', 'still being posted', deliveries.filter(({ state }) => state === 'posting').map(({ id }) => id)),
    ...breach('I6', 'still waiting', deliveries.filter((delivery) => delivery.state === 'waiting').map(({ id }) => id)),
    ...breach('I6', 'lanes that are still leased', lanes.filter(({ leased }) => leased).map(({ laneId }) => laneId)),
    ...breach('I6', 'lanes that sleep over a message', lanes.filter(({ active, laneId }) => !active && waitingLanes.has(laneId)).map(({ laneId }) => laneId)),
    ...breach('I6', 'active lanes without a message', lanes.filter(({ active, provisional, laneId }) => active && !provisional && !waitingLanes.has(laneId)).map(({ laneId }) => laneId)),
    ...breach('I6', 'not empty', Object.entries(underway).filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`)),
    ...(dead === allowed ? [] : [{ invariant: 'I6' as const, text: `${dead} dead letters, expected ${allowed}`, ids: Object.entries(deadLetters).filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`) }]),
    ...breach('I6', 'known otherwise to issues than to notifier', commands.filter(({ id, state }) => ENDS.has(rows.get(id)?.state ?? '') && rows.get(id)?.state !== state).map(({ id, state }) => `${id} ${state}`)),
  ];
}

function breach(invariant: InvariantId, text: string, ids: readonly string[]): Violation[] {
  return ids.length === 0 ? [] : [{ invariant, text, ids }];
}

function keyOf({ organizationId, id }: Pick<Accepted, 'organizationId' | 'id'>): string {
  return `${organizationId} ${id}`;
}

function grouped<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
