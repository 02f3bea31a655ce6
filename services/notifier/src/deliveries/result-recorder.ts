/**
 * Keeps results until the database has taken them. What Slack answered is known only here until then, so nothing new is
 * claimed while it is in doubt, and a database that is away is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { isDatabaseAway, LOGGER, type Logger } from '@tocsin/platform';

import { Batcher } from './batcher.js';
import type { DeliveryResult } from './delivery-result.js';
import { LaneRepository } from './lane.repository.js';

const MOMENT_MS = 5;
const BATCH = 100;
const LONGEST_PAUSE_MS = 2000;
/** A result that the database refuses for another reason is a defect; its lease ends, and policy decides. */
const PATIENCE_WITH_DEFECTS = 5;

@Injectable()
export class ResultRecorder {
  private readonly batches: Batcher<DeliveryResult>;
  private inDoubt = 0;

  constructor(
    lanes: LaneRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.batches = new Batcher((results) => lanes.finish(results), BATCH, MOMENT_MS);
  }

  /** Whether results wait for a database that did not take them at once. */
  get isBehind(): boolean {
    return this.inDoubt > 0;
  }

  /** Resolves when the result is recorded. @returns false when the database would not have it */
  async record(result: DeliveryResult): Promise<boolean> {
    try {
      await this.batches.add(result);
      return true;
    } catch (error) {
      this.inDoubt += 1;
      try {
        return await this.recordLater(result, error);
      } finally {
        this.inDoubt -= 1;
      }
    }
  }

  /** What it leaves for later messages may be what the database refuses; what Slack answered must be known all the same. */
  private async recordBare({ trace, ...bare }: DeliveryResult): Promise<boolean> {
    if (!trace) return false;
    try {
      await this.batches.add(bare);
      return true;
    } catch {
      return false;
    }
  }

  private async recordLater(result: DeliveryResult, firstError: unknown): Promise<boolean> {
    let error = firstError;
    for (let failures = 1; isDatabaseAway(error) || failures < PATIENCE_WITH_DEFECTS; failures += 1) {
      await sleep(Math.min(LONGEST_PAUSE_MS, 50 * 2 ** failures));
      try {
        await this.batches.add(result);
        return true;
      } catch (again) {
        error = again;
      }
    }
    this.logger.error({ err: error, commandId: result.deliveryId, organizationId: result.organizationId, state: result.state }, 'a result could not be recorded');
    return this.recordBare(result);
  }
}
