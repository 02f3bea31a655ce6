/** Slack's way of counting: so many at once, so many a second after that. Time is an argument, in milliseconds. */
export class TokenBucket {
  private tokens: number;
  private at: number | undefined;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** @returns 0 when one may pass, which is counted; else the milliseconds until one may */
  take(now: number): number {
    const elapsed = now - (this.at ?? now);
    this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.perSecond);
    this.at = now;
    if (this.tokens < 1) return ((1 - this.tokens) / this.perSecond) * 1000;
    this.tokens -= 1;
    return 0;
  }
}
