/** Figures of several runs or many messages in few. */

/** The value below which the given part (0 to 1) of the values lies; of an even number the higher one. NaN of nothing. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The most events that any window of this length holds. `times` in ascending order. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  let [most, begin] = [0, 0];
  times.forEach((time, index) => {
    while (time - (times[begin] ?? time) >= windowMs) begin += 1;
    most = Math.max(most, index - begin + 1);
  });
  return most;
}
