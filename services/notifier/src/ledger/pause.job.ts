/** Makes what is held agree with what is paused: what came back to its line during a pause, and what an interrupted pause or resumption left undone. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { LOGGER, Loop, type Logger } from '@tocsin/platform';

import { PostingJob } from '../deliveries/posting.job.js';
import { PauseRepository } from './pause.repository.js';

const LOOK_MS = 10_000;

@Injectable()
export class PauseJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Loop;

  constructor(
    private readonly pauses: PauseRepository,
    private readonly posting: PostingJob,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.loop = new Loop('pauses', LOOK_MS, () => this.look(), logger);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  async look(): Promise<undefined> {
    for (const organizationId of await this.pauses.concerned()) {
      if ((await this.pauses.settle(organizationId)) > 0) this.posting.wake();
    }
  }
}
