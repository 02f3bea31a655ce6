/** Work that a service does again and again by the clock, and at once when somebody wakes it. One pass runs at a time. */
import type { Logger } from '../logging/logger.js';
import { isTold } from '../logging/repetitions.js';

const LONGEST_BACKOFF_MS = 5000;

export class Loop {
  private running = false;
  private awake = false;
  private failures = 0;
  private interrupt: (() => void) | undefined;
  private finished: Promise<void> = Promise.resolve();

  /**
   * @param idleMs pause after a pass that found nothing more to do
   * @param work one pass; `true` = there is more, go on at once
   */
  constructor(
    private readonly name: string,
    private readonly idleMs: number,
    private readonly work: () => Promise<boolean | undefined>,
    private readonly logger: Pick<Logger, 'info' | 'warn'>,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.finished = this.run();
  }

  /** There is something to do: the next pass begins at once. */
  wake(): void {
    this.awake = true;
    this.interrupt?.();
  }

  /** Lets the present pass end and begins no other. */
  async stop(): Promise<void> {
    this.running = false;
    this.interrupt?.();
    await this.finished;
  }

  private async run(): Promise<void> {
    while (this.running) {
      this.awake = false;
      const pause = await this.pass();
      if (this.isDue(pause)) continue;
      await this.sleep(pause);
    }
  }

  private isDue(pause: number): boolean {
    return pause === 0 || (this.awake && this.failures === 0) || !this.running;
  }

  private async pass(): Promise<number> {
    try {
      const more = await this.work();
      if (this.failures > 0) this.logger.info({ loop: this.name, failures: this.failures }, 'passes succeed again');
      this.failures = 0;
      return more === true ? 0 : this.idleMs;
    } catch (error) {
      this.failures += 1;
      if (isTold(this.failures)) this.logger.warn({ err: error, loop: this.name, failures: this.failures }, 'a pass failed and will be tried again');
      return Math.min(LONGEST_BACKOFF_MS, Math.max(this.idleMs, 100 * 2 ** Math.min(this.failures, 10)));
    }
  }

  private async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.interrupt = undefined;
  }
}
