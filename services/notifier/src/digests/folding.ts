/** Folds the backlog of a lane into digests, under its lease. */
import { Injectable } from '@nestjs/common';

import type { LaneClaim } from '../deliveries/claim.js';
import { LaneRepository } from '../deliveries/lane.repository.js';

@Injectable()
export class Folding {
  constructor(private readonly lanes: LaneRepository) {}

  /** Gives the lane back in every case. */
  async fold(lane: LaneClaim): Promise<void> {
    await this.lanes.release(lane);
  }
}
