/** Makes timelines tell what connections hold: what waits when one stops, what arrives or comes back meanwhile, and that it goes on. */
import { Inject, Injectable } from '@nestjs/common';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { ToldHolds } from './told-holds.repository.js';

const LOOK_MS = 1000;
/** A look goes through all that is held: however much that is, it takes no more than a twentieth of the time. */
const REST_FOR_LOOK = 20;
const LONGEST_REST_MS = 30_000;
const FORGET_MS = 60_000;

@Injectable()
export class ToldHoldsJob extends Job {
  private restsUntil = 0;
  private forgotAt = 0;

  constructor(
    private readonly told: ToldHolds,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('told holds', LOOK_MS, logger);
  }

  /** A connection changed. */
  override wake(): void {
    this.restsUntil = 0;
    super.wake();
  }

  async pass(): Promise<boolean> {
    if (performance.now() < this.restsUntil || !(await this.told.areAny())) return false;
    const began = performance.now();
    if (began - this.forgotAt > FORGET_MS) {
      this.forgotAt = began;
      await this.told.forgetEnded();
    }
    const areMoreFree = await this.told.releaseSome();
    const areMoreHeld = await this.told.tellSome();
    if (areMoreFree || areMoreHeld) return true;
    const now = performance.now();
    this.restsUntil = now + Math.min(LONGEST_REST_MS, REST_FOR_LOOK * (now - began));
    return false;
  }
}
