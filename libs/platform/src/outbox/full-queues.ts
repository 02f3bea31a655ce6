/**
 * Which kinds of message a full queue refuses. A message that is refused waits by itself and lets all others pass; where a
 * long line waits for one queue its kind rests as a whole, or trying it in vain would be all that a relay does.
 */
const REST_MS = 1000;
/** Messages of one kind that were refused in a row, none taken, before it rests. */
const REST_AFTER = 400;

interface RefusedKind {
  inARow: number;
  /** Milliseconds, of the clock that `now` is read from. */
  restsUntil: number;
}

export class FullQueues {
  private readonly refused = new Map<string, RefusedKind>();

  /** Kinds to leave out. @param now milliseconds of a clock that only goes on */
  resting(now: number): string[] {
    return [...this.refused].filter(([, { restsUntil }]) => restsUntil > now).map(([kind]) => kind);
  }

  /**
   * Notes what became of the messages of a kind that were tried together.
   * @returns `full` when it is refused as of now, `free` when it is taken again, undefined when nothing is new
   */
  note(kind: string, { taken, refused }: { taken: number; refused: number }, now: number): 'full' | 'free' | undefined {
    const before = this.refused.get(kind);
    if (refused > 0) {
      const inARow = taken > 0 ? 0 : (before?.inARow ?? 0) + refused;
      this.refused.set(kind, { inARow, restsUntil: inARow >= REST_AFTER ? now + REST_MS : 0 });
      return before ? undefined : 'full';
    }
    return taken > 0 && this.refused.delete(kind) ? 'free' : undefined;
  }
}
