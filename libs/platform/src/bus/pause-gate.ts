/**
 * Holds a queue while its handlers ask for a pause. The first message that asked is the one that is tried again; the
 * others stay where they are until it got through, so that a database that is away is not asked by all of them at once.
 */
import { PauseError } from './message-bus.js';
import { Backoff, sleep, type BackoffOptions } from './waiting.js';

const PAUSE_BACKOFF: BackoffOptions = { firstMs: 300, maxMs: 5_000 };

export type GateOutcome = { kind: 'handled' } | { kind: 'failed'; error: unknown } | { kind: 'left' };

export class PauseGate {
  private closed: Promise<void> | undefined;

  constructor(
    private readonly onChange: (paused: boolean, because: string) => void = () => {},
    private readonly timing: BackoffOptions = PAUSE_BACKOFF,
  ) {}

  get paused(): boolean {
    return this.closed !== undefined;
  }

  /** Runs `handle` until it ends in something else than a pause; `left` when the signal ended the waiting first. */
  async run(handle: () => Promise<void>, signal: AbortSignal): Promise<GateOutcome> {
    for (;;) {
      while (this.closed !== undefined) await this.closed;
      if (signal.aborted) return { kind: 'left' };
      const outcome = await attempt(handle);
      if (!asksForPause(outcome)) return outcome;
      if (!this.paused) return this.probe(handle, signal, outcome.error);
    }
  }

  private async probe(handle: () => Promise<void>, signal: AbortSignal, because: PauseError): Promise<GateOutcome> {
    let open: () => void = () => {};
    this.closed = new Promise((resolve) => {
      open = resolve;
    });
    this.onChange(true, because.message);
    const backoff = new Backoff(this.timing);
    try {
      for (;;) {
        await sleep(backoff.next(), signal);
        if (signal.aborted) return { kind: 'left' };
        const outcome = await attempt(handle);
        if (!asksForPause(outcome)) return outcome;
      }
    } finally {
      this.closed = undefined;
      this.onChange(false, because.message);
      open();
    }
  }
}

function asksForPause(outcome: GateOutcome): outcome is { kind: 'failed'; error: PauseError } {
  return outcome.kind === 'failed' && outcome.error instanceof PauseError;
}

async function attempt(handle: () => Promise<void>): Promise<GateOutcome> {
  try {
    await handle();
    return { kind: 'handled' };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
