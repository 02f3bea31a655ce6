/**
 * Removes commands a day after they ended. They are kept for whoever asks before notifier has them; by then it has, and how long
 * their deliveries can be looked up is its to say. What has not ended stays, however old it is.
 */
import { Inject, Injectable } from '@nestjs/common';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { CommandRepository } from './command.repository.js';

const HOUR_MS = 3_600_000;
const BATCH = 1000;
const KEPT_HOURS = 24;

@Injectable()
export class RetirementJob extends Job {
  constructor(
    private readonly commands: CommandRepository,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('retirement of commands', HOUR_MS, logger);
  }

  /** Removes one batch. @returns true when there may be more */
  async pass(): Promise<boolean> {
    return (await this.commands.removeEnded(KEPT_HOURS, BATCH)) === BATCH;
  }
}
