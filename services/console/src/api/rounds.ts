/**
 * Rounds of the same work: the next one begins when the last has ended and its time has passed, if it was asked for
 * meanwhile. What takes long is followed by a rest as long, within limits, so that it never goes on without a break.
 */

export interface Rounds {
  /** At once, or as the next round. */
  soon: () => void;
  cancel: () => void;
}

const LONGEST_REST_MS = 5_000;

/** @param work tells whether one more round is needed */
export function rounds(leastMs: number, work: () => Promise<boolean>): Rounds {
  let running = false;
  let again = false;
  let cancelled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = async (): Promise<void> => {
    running = true;
    again = false;
    const began = Date.now();
    if (await work()) again = true;
    const took = Date.now() - began;
    await new Promise<void>((resolve) => { timer = setTimeout(resolve, Math.max(leastMs - took, Math.min(took, LONGEST_REST_MS))); });
    running = false;
    if (again && !cancelled) void begin();
  };
  return {
    soon: () => { if (running) again = true; else if (!cancelled) void begin(); },
    cancel: () => { cancelled = true; clearTimeout(timer); },
  };
}
