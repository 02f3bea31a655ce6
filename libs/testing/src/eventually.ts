/** Waits for a fact instead of for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `fact` until it holds: until it returns something other than undefined, null or false, and does not throw.
 * @param timeout milliseconds; 10,000 unless given
 * @returns what the fact returned
 * @throws what the fact threw last, or an error that it never held
 */
export async function eventually<T>(fact: () => T | Promise<T>, { timeout = 10_000 }: { timeout?: number } = {}): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + timeout;
  let last: unknown = new Error(`This did not hold within ${timeout} ms: ${fact.toString()}`);
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    try {
      const value = await fact();
      if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    } catch (error) {
      last = error;
    }
    if (performance.now() + pause > end) throw last;
    await sleep(pause);
  }
}
