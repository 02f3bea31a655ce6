/**
 * Looks for some of many, in their order, in steps that grow while little is found. A look ends when its page is full, nothing
 * is left, or its time is over: then what was found is all that it hands over, with the place from which the next one goes on.
 */

/** A place in the order. */
export type Place = readonly [at: string, id: string];

/** What a step saw: how many, the last of them, and those that are wanted. */
export interface Step {
  looked: number;
  last: Place | null;
  found: Place[];
}

/** Looks at `count` after a place, null = from the first on, for at most `most` that are wanted. */
export type Look = (after: Place | null, count: number, most: number) => Promise<Step>;

/** `next` is null when nothing is left. */
export interface Looked {
  found: Place[];
  next: Place | null;
}

const GROWTH = 4;
/** A step takes much less time than a look may. */
const LONGEST_STEP = 4000;

/** @param isTimeOver after having looked at so many */
export async function lookThrough(look: Look, limit: number, after: Place | null, isTimeOver: (looked: number) => boolean): Promise<Looked> {
  const found: Place[] = [];
  let from = after;
  let looked = 0;
  for (let count = limit + 1; ; count = Math.min(count * GROWTH, LONGEST_STEP)) {
    const step = await look(from, count, limit + 1 - found.length);
    found.push(...step.found);
    if (found.length > limit) return { found: found.slice(0, limit), next: found[limit - 1] ?? null };
    if (step.looked < count) return { found, next: null };
    from = step.last;
    looked += step.looked;
    if (isTimeOver(looked)) return { found, next: from };
  }
}
