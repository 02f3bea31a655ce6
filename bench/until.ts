/** Waits for a fact of a bench. Looks often, since when it came true is a figure; gives up only when nothing moves any more. */
import { setTimeout as sleep } from 'node:timers/promises';

/** @throws Error naming `what` when the fact did not hold within `timeoutMs` */
export async function until(fact: () => boolean | Promise<boolean>, what: string, { everyMs = 20, timeoutMs = 60_000 } = {}): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > end) throw new Error(`Within ${Math.round(timeoutMs / 1000)} s this did not become true: ${what}.`);
    await sleep(everyMs);
  }
}

/** Waits until `count` reaches `goal`. @throws Error with how far it came when it stands still for `standstillMs` */
export async function untilCount(count: () => Promise<number>, goal: number, what: string, { everyMs = 50, standstillMs = 30_000 } = {}): Promise<void> {
  let [last, movedAt] = [-1, performance.now()];
  for (;;) {
    const now = await count();
    if (now >= goal) return;
    if (now !== last) [last, movedAt] = [now, performance.now()];
    if (performance.now() - movedAt > standstillMs) throw new Error(`${what}: ${now} of ${goal}, and none more for ${Math.round(standstillMs / 1000)} s.`);
    await sleep(everyMs);
  }
}
