/** What a pacer without a machine would do: every message at the first moment that its limits allow. Times in milliseconds. */

export interface Arrival {
  channel: string;
  at: number;
}

/** When each arrival would be sent when a channel takes one message an interval. In the order of `arrivals`, which is by time. */
export function idealTimes(arrivals: readonly Arrival[], intervalMs: number): number[] {
  const next = new Map<string, number>();
  return arrivals.map(({ channel, at }) => {
    const time = Math.max(at, next.get(channel) ?? at);
    next.set(channel, time + intervalMs);
    return time;
  });
}

/** The last moment of {@link idealTimes}, from the first arrival on. */
export function idealDuration(perChannel: number, intervalMs: number): number {
  return Math.max(0, perChannel - 1) * intervalMs;
}

/** How many messages a limit lets through within a time when there are always enough. */
export function idealCount({ perSecond, burst }: { perSecond: number; burst: number }, durationMs: number): number {
  return burst + (durationMs / 1000) * perSecond;
}
