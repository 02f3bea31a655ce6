/**
 * Removes commands a day after they ended. They are kept for whoever asks before notifier has them; by then it has, and how long
 * their deliveries can be looked up is its to say. What has not ended stays, however old it is.
 */
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, Loop, type Logger } from '@tocsin/platform';

import { CommandRepository } from './command.repository.js';

const HOUR_MS = 3_600_000;
const BATCH = 1000;
const KEPT_HOURS = 24;

@Injectable()
export class RetirementJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: Loop;

  constructor(
    private readonly commands: CommandRepository,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.loop = new Loop('retirement of commands', HOUR_MS, () => this.retire(), logger);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Removes one batch. @returns true when there may be more */
  async retire(): Promise<boolean> {
    return (await this.commands.removeEnded(KEPT_HOURS, BATCH)) === BATCH;
  }
}
