/** Checks connections by the clock, a few at a time, so that many that are due together do not fall upon Slack together. */
import { Inject, Injectable } from '@nestjs/common';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { CheckConnection } from './check-connection.js';
import { CheckSchedule } from './check-schedule.repository.js';

const IDLE_MS = 1000;
const AT_ONCE = 10;

@Injectable()
export class ChecksJob extends Job {
  constructor(
    private readonly schedule: CheckSchedule,
    private readonly checks: CheckConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('connection checks', IDLE_MS, logger);
  }

  override async onApplicationBootstrap(): Promise<void> {
    if (this.schedule.intervalSeconds === 0) return;
    await this.schedule.spread();
    await super.onApplicationBootstrap();
  }

  async pass(): Promise<undefined> {
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
