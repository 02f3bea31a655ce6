/**
 * Slack's rate limits as buckets that refill. A method has one bucket per app and workspace, sized by its tier; posting has one
 * more per channel. `timeScale` makes time pass faster for the limits only: waits that are told get shorter with it.
 */

export type Tier = 1 | 2 | 3 | 4 | 'special';

export interface LimitSettings {
  /** Posts a second and channel; 0 = no limit. */
  channelRate: number;
  channelBurst: number;
  /** Whether methods are limited by their tiers. */
  tiers: boolean;
  /** Seconds that pass for the limits in one real second. */
  timeScale: number;
}

const DEFAULT_LIMITS: Readonly<LimitSettings> = { channelRate: 1, channelBurst: 3, tiers: true, timeScale: 1 };

const CALLS_PER_MINUTE: Readonly<Record<Tier, number>> = { 1: 1, 2: 20, 3: 50, 4: 100, special: 600 };

export interface Bucket {
  left: number;
  /** Milliseconds, real time. */
  at: number;
}

/**
 * Takes one from a bucket that holds `size` and refills at `perSecond`.
 * Returns the bucket as it is then and the seconds until one more is there; 0 means taken.
 */
export function take(bucket: Bucket | undefined, size: number, perSecond: number, now: number): { bucket: Bucket; wait: number } {
  const left = bucket === undefined ? size : Math.min(size, bucket.left + ((now - bucket.at) / 1000) * perSecond);
  if (left >= 1) return { bucket: { left: left - 1, at: now }, wait: 0 };
  return { bucket: { left, at: now }, wait: (1 - left) / perSecond };
}

export class Limits {
  settings: LimitSettings = { ...DEFAULT_LIMITS };
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly now: () => number) {}

  configure(change: Partial<LimitSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.buckets.clear();
  }

  reset(): void {
    this.configure(DEFAULT_LIMITS);
  }

  /** Whole seconds to wait before `method` may be called again by this caller; 0 = go. */
  forMethod(method: string, caller: string, tier: Tier): number {
    if (!this.settings.tiers) return 0;
    const perMinute = CALLS_PER_MINUTE[tier];
    return this.charge(`${method} ${caller}`, perMinute, perMinute / 60);
  }

  /** Whole seconds to wait before one more message may be posted there; 0 = go. */
  forChannel(channel: string, caller: string): number {
    const { channelRate, channelBurst } = this.settings;
    return channelRate === 0 ? 0 : this.charge(`channel ${channel} ${caller}`, Math.max(1, channelBurst), channelRate);
  }

  private charge(key: string, size: number, perSecond: number): number {
    const { bucket, wait } = take(this.buckets.get(key), size, perSecond * this.settings.timeScale, this.now());
    this.buckets.set(key, bucket);
    return Math.ceil(wait);
  }
}
