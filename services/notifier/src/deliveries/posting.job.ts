/**
 * Posts what is due: claims as many lanes as may be in flight, sends what they hold, claims again as soon as Slack has
 * answered, while results are still being recorded. It is woken by arrivals, answers, results and connections, and by the
 * clock when the next destination may send.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { failPointAtRequests, Job, LOGGER, type Logger } from '@tocsin/platform';

import { Folding } from '../digests/folding.js';
import { NotifierConfig } from '../notifier.config.js';
import type { LaneClaim } from './claim.js';
import { LaneRepository } from './lane.repository.js';
import { ResultRecorder } from './result-recorder.js';
import { SendLane } from './send-lane.js';

/** The net under the wake-ups. */
const POLL_MS = 250;
const SOON_MS = 20;
const STOP_MS = 12_000;
/** Lanes in flight, recorded or not, as a multiple of those that Slack is asked for at once: what a crash can leave in doubt. */
const UNRECORDED_AT_MOST = 2;

@Injectable()
export class PostingJob extends Job {
  /** Lanes that Slack is being asked for. */
  private readonly asking = new Set<LaneClaim>();
  /** They, and those whose results are not recorded yet. */
  private readonly inFlight = new Set<Promise<void>>();
  private soon: NodeJS.Timeout | undefined;

  constructor(
    private readonly lanes: LaneRepository,
    private readonly sendLane: SendLane,
    private readonly folding: Folding,
    private readonly recorder: ResultRecorder,
    private readonly config: NotifierConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('posting', POLL_MS, logger);
  }

  override onApplicationBootstrap(): void | Promise<void> {
    failPointAtRequests('request.write', '/chat.postMessage');
    return super.onApplicationBootstrap();
  }

  /** Claims nothing more and lets what is in flight end and be recorded. */
  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    clearTimeout(this.soon);
    await Promise.race([Promise.all(this.inFlight), sleep(STOP_MS, undefined, { ref: false })]);
  }

  /** There may be something to claim. While much is in flight, lanes are claimed several at a time. */
  override wake(): void {
    if (!this.isBusy) super.wake();
    else this.soon ??= setTimeout(() => { this.soon = undefined; super.wake(); }, SOON_MS);
  }

  private get isBusy(): boolean {
    return this.asking.size > this.config.SLACK_CONCURRENCY / 2;
  }

  async pass(): Promise<boolean> {
    const { SLACK_CONCURRENCY: concurrency } = this.config;
    const free = Math.min(concurrency - this.asking.size, UNRECORDED_AT_MOST * concurrency - this.inFlight.size);
    if (free <= 0 || this.recorder.isBehind) return false;
    const claimedAt = performance.now();
    const claimed = await this.lanes.claim(free, this.asking);
    for (const lane of claimed) this.begin(lane, claimedAt);
    if (claimed.length === 0) this.wakeIn(await this.lanes.untilNextLane());
    return claimed.length > 0 && !this.isBusy;
  }

  private begin(lane: LaneClaim, claimedAt: number): void {
    this.asking.add(lane);
    const asked = lane.isToFold ? this.folding.fold(lane) : this.sendLane.send(lane, claimedAt);
    const work = asked
      .finally(() => {
        this.asking.delete(lane);
        this.wake();
      })
      .then((sent) => sent?.recorded)
      .catch((error: unknown) => {
        this.logger.error({ err: error, laneId: lane.laneId, organizationId: lane.organizationId }, 'a claimed destination was left to the end of its lease');
      })
      .finally(() => {
        this.inFlight.delete(work);
        this.wake();
      });
    this.inFlight.add(work);
  }
}
