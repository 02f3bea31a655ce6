/** Gives lanes what their connection owes them: those that its news left, and those that a process that died did. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { PostingJob } from '../deliveries/posting.job.js';
import { giveOwed } from './owed-time.js';

const LOOK_MS = 1000;

@Injectable()
export class OwedTimeJob extends Job {
  constructor(
    private readonly database: DataSource,
    private readonly posting: PostingJob,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('owed time', LOOK_MS, logger);
  }

  async pass(): Promise<boolean> {
    const { gave, isMore } = await this.database.transaction((tx) => giveOwed(tx));
    if (gave) this.posting.wake();
    return isMore;
  }
}
