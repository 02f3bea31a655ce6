/** Checks connections by the clock, a few at a time, so that many that are due together do not fall upon Slack together. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { LOGGER, Loop, type Logger } from '@tocsin/platform';

import { CheckConnection } from './check-connection.js';
import { CheckSchedule } from './check-schedule.repository.js';

const IDLE_MS = 1000;
const AT_ONCE = 10;

@Injectable()
export class ChecksJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Loop;

  constructor(
    private readonly schedule: CheckSchedule,
    private readonly checks: CheckConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.loop = new Loop('connection checks', IDLE_MS, () => this.run(), logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.schedule.intervalSeconds === 0) return;
    await this.schedule.spread();
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async run(): Promise<undefined> {
    const due = await this.schedule.claim(AT_ONCE);
    await Promise.all(due.map((connection) => this.check(connection)));
  }

  /** One that fails by a defect of ours keeps its lease until that ends, and must not keep the others back. */
  private async check({ id, organizationId }: { id: string; organizationId: string }): Promise<void> {
    try {
      await this.checks.byClock(id, organizationId);
    } catch (error) {
      this.logger.error({ err: error, connectionId: id, organizationId }, 'a connection could not be checked');
    }
  }
}
