/**
 * Keeps results until the database has taken them. What Slack answered is known only here until then, so nothing new is
 * claimed while it is in doubt, and a database that is away is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { isDatabaseAwayOrSlow, LOGGER, type Logger } from '@tocsin/platform';

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
      if (this.inDoubt === 0) this.logger.warn({ err: error }, 'results wait for the database; nothing new is sent meanwhile');
      this.inDoubt += 1;
      try {
        return await this.recordLater(result, error);
      } finally {
        this.inDoubt -= 1;
        if (this.inDoubt === 0) this.logger.info('no result waits for the database');
      }
    }
  }

  private async recordLater(result: DeliveryResult, firstError: unknown): Promise<boolean> {
    const refusal = await this.insist(result, firstError);
    if (refusal === undefined) return true;
    this.logger.error({ err: refusal, commandId: result.deliveryId, organizationId: result.organizationId, state: result.state }, 'a result could not be recorded');
    return this.recordBare(result);
  }

  /** What it leaves for later messages may be what the database refuses; what Slack answered must be known all the same. */
  private async recordBare({ trace, ...bare }: DeliveryResult): Promise<boolean> {
    if (!trace) return false;
    const refusal = await this.tried(bare);
    return refusal === undefined || (await this.insist(bare, refusal)) === undefined;
  }

  /** Again and again. A database that is away is no defect, however long it was before or is between two of them. @returns why it is given up; undefined when it is recorded */
  private async insist(result: DeliveryResult, firstError: unknown): Promise<unknown> {
    let error = firstError;
    for (let pauses = 1, defects = 0; error !== undefined; pauses += 1) {
      if (!isDatabaseAwayOrSlow(error)) defects += 1;
      if (defects === PATIENCE_WITH_DEFECTS) return error;
      await sleep(Math.min(LONGEST_PAUSE_MS, 50 * 2 ** pauses));
      error = await this.tried(result);
    }
    return undefined;
  }

  /** @returns what kept it from being recorded */
  private async tried(result: DeliveryResult): Promise<unknown> {
    return this.batches.add(result).then(() => undefined, (error: unknown) => error ?? new Error('no reason is known'));
  }
}
