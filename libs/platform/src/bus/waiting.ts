/** Waiting that ends: growing pauses, deadlines, and sleep that can be cut short. */

export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
}

/** Doubling waits with ±20 % jitter, so that replicas do not come back in step. */
export class Backoff {
  private step = 0;

  constructor(private readonly options: BackoffOptions) {}

  /** @returns milliseconds to wait now */
  next(): number {
    const plain = Math.min(this.options.maxMs, this.options.firstMs * 2 ** this.step);
    this.step = Math.min(this.step + 1, 30);
    return plain * (0.8 + Math.random() * 0.4);
  }

  reset(): void {
    this.step = 0;
  }
}

/** Sleeps; an aborted signal ends it early, without an error. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/**
 * The result of `work`, or an error naming `what` after `ms`.
 * @param late receives a result that came after the deadline, to dispose of it
 */
export async function within<T>(ms: number, what: string, work: Promise<T>, late?: (result: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      over = true;
      reject(new Error(`${what} took longer than ${ms} ms`));
    }, ms);
  });
  work.then(
    (result) => {
      if (over) late?.(result);
    },
    () => {},
  );
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** True when all of `work` ended in time, however it ended. */
export async function endsWithin(ms: number, work: Iterable<Promise<unknown>>): Promise<boolean> {
  try {
    await within(ms, 'Waiting', Promise.allSettled(work));
    return true;
  } catch {
    return false;
  }
}
