/** Work by the clock, from the start of its service to its stop. Nothing of it begins once the service stops, and what is in work ends first. */
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import type { Logger } from '../logging/logger.js';
import { Loop } from './loop.js';

export abstract class Job implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Loop;
  private alarm: NodeJS.Timeout | undefined;

  /** @param idleMs pause after a pass that found nothing more to do */
  constructor(name: string, private readonly idleMs: number, logger: Pick<Logger, 'info' | 'warn'>) {
    this.loop = new Loop(name, idleMs, () => this.pass(), logger);
  }

  /** One pass. @returns true when there is more to do, at once */
  abstract pass(): Promise<boolean | undefined>;

  onApplicationBootstrap(): void | Promise<void> {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    clearTimeout(this.alarm);
  }

  /** There is something to do: the next pass begins at once. */
  wake(): void {
    this.loop.wake();
  }

  /** Something will be due in so many milliseconds: a pass begins then, if none would before. Undefined when nothing will. */
  protected wakeIn(ms: number | undefined): void {
    clearTimeout(this.alarm);
    if (ms !== undefined && ms < this.idleMs) this.alarm = setTimeout(() => { this.wake(); }, Math.max(1, Math.ceil(ms)));
  }
}
