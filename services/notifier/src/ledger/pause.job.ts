/** Makes what is held agree with what is paused: what came back to its line during a pause, and what an interrupted pause or resumption left undone. */
import { Inject, Injectable } from '@nestjs/common';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { PostingJob } from '../deliveries/posting.job.js';
import { PauseRepository } from './pause.repository.js';

const LOOK_MS = 10_000;
/** Organizations take turns. */
const TURN_MS = 3000;

@Injectable()
export class PauseJob extends Job {
  constructor(
    private readonly pauses: PauseRepository,
    private readonly posting: PostingJob,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('pauses', LOOK_MS, logger);
  }

  async pass(): Promise<boolean> {
    let isMore = false;
    for (const organizationId of await this.pauses.concerned()) {
      const settled = await this.pauses.settle(organizationId, TURN_MS);
      if (settled.released > 0) this.posting.wake();
      isMore ||= settled.isMore;
    }
    return isMore;
  }
}
