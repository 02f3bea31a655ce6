/** What scenarios expect beside the invariants, as sentences on what does not hold. */
import type { Facts } from '../ledgers.js';
import { figuresOf } from '../scenario.js';

/** Nothing is in Slack twice, and nobody had to guess whether it is there. */
export function nothingUnknown(facts: Facts): string[] {
  const { duplicates, ambiguous } = figuresOf(facts);
  return [...(duplicates > 0 ? [`${duplicates} duplicates where none may be`] : []), ...(ambiguous > 0 ? [`${ambiguous} answers count as lost where none was`] : [])];
}

export function noDuplicates(facts: Facts): string[] {
  const { duplicates } = figuresOf(facts);
  return duplicates > 0 ? [`${duplicates} duplicates where none may be`] : [];
}

export function atMostDuplicates(facts: Facts, limit: number): string[] {
  const { duplicates } = figuresOf(facts);
  return duplicates > limit ? [`${duplicates} duplicates, at most ${limit} were in flight`] : [];
}

/** Whoever was accepted was posted; by hand also those that policy holds. */
export function allPosted({ accepted, deliveries }: Facts, { heldByHand = false } = {}): string[] {
  const rows = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const others = accepted.map(({ id }) => rows.get(id)).filter((row) => row !== undefined && row.state !== 'posted' && !(heldByHand && row.state === 'unconfirmed' && row.source === 'manual'));
  return others.length > 0 ? [`${others.length} were not posted: ${others.slice(0, 5).map((row) => `${row?.id ?? ''} ${row?.state ?? ''} ${row?.errorCode ?? ''}`).join(', ')}`] : [];
}

/** `problem` unless `holds`. */
export function expected(holds: boolean, problem: string): string[] {
  return holds ? [] : [problem];
}
