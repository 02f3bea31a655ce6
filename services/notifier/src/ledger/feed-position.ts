/**
 * How far the feed of changes has been read. Ids are given out before their transactions commit, and those commit in any
 * order: an id that was passed over may still appear, so it is looked for a while.
 */

export interface IdRange {
  first: number;
  last: number;
}

interface Gap extends IdRange {
  noticedAt: number;
}

export class FeedPosition {
  private gaps: Gap[] = [];

  /**
   * @param last the newest id that was read
   * @param patienceMs how long an id that was passed over is looked for; after that its transaction was taken back
   */
  constructor(
    private last: number,
    private readonly patienceMs: number,
  ) {}

  /** Everything behind it is new. */
  get newest(): number {
    return this.last;
  }

  /** Nothing at it or before it is still looked for: whoever goes on from here misses nothing. */
  get safe(): number {
    return (this.gaps[0]?.first ?? this.last + 1) - 1;
  }

  /** What was passed over and may still appear. */
  missing(now: number): readonly IdRange[] {
    this.gaps = this.gaps.filter(({ noticedAt }) => now - noticedAt < this.patienceMs);
    return this.gaps;
  }

  /** @param ids of what was read: behind the newest, or in a gap; in ascending order */
  read(ids: readonly number[], now: number): void {
    for (const id of ids) {
      if (id <= this.last) this.fill(id);
      else {
        if (id > this.last + 1) this.gaps.push({ first: this.last + 1, last: id - 1, noticedAt: now });
        this.last = id;
      }
    }
  }

  private fill(id: number): void {
    this.gaps = this.gaps.flatMap((gap) => {
      if (id < gap.first || id > gap.last) return [gap];
      return [{ ...gap, last: id - 1 }, { ...gap, first: id + 1 }].filter(({ first, last }) => first <= last);
    });
  }
}
