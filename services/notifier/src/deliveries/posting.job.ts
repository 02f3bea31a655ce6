/**
 * Posts what is due: claims as much as may be in flight, marks it as started, sends, records, claims again at once. It is
 * woken by arrivals, results and connections, and by the clock when the next destination may send.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { defect } from '@tocsin/domain';
import { isDatabaseAway, LOGGER, Loop, PeerUnavailable, type Logger } from '@tocsin/platform';

import { NotifierConfig } from '../notifier.config.js';
import { Batcher } from './batcher.js';
import type { Claim } from './claim.js';
import { resultOf, type Outcome } from './delivery-result.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import { LaneRepository, LEASE_MS } from './lane.repository.js';
import { failed, judge, notYet } from './outcome.js';
import { PostDelivery } from './post-delivery.js';
import { ResultRecorder } from './result-recorder.js';

/** The net under the wake-ups. */
const POLL_MS = 250;
/** A request takes up to 10 s, twice when it is repeated as plain text; one that could outlive the lease is not begun. */
const LATEST_START_MS = LEASE_MS - 22_000;
const STOP_MS = 12_000;
const TROUBLE_WAIT_MS = 2000;

@Injectable()
export class PostingJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Loop;
  private readonly starts: Batcher<Claim, Claim[]>;
  private readonly inFlight = new Set<Promise<void>>();
  private alarm: NodeJS.Timeout | undefined;

  constructor(
    private readonly lanes: LaneRepository,
    private readonly delivery: PostDelivery,
    private readonly recorder: ResultRecorder,
    private readonly metrics: DeliveryMetrics,
    private readonly config: NotifierConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.loop = new Loop('posting', POLL_MS, () => this.pass(), logger);
    this.starts = new Batcher((claims) => lanes.markStarted(claims), config.SLACK_CONCURRENCY);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Claims nothing more and lets what is in flight end and be recorded. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    clearTimeout(this.alarm);
    await Promise.race([Promise.all(this.inFlight), sleep(STOP_MS, undefined, { ref: false })]);
  }

  wake(): void {
    this.loop.wake();
  }

  private async pass(): Promise<boolean> {
    const free = this.config.SLACK_CONCURRENCY - this.inFlight.size;
    if (free <= 0 || this.recorder.isBehind) return false;
    const claimedAt = performance.now();
    const claims = await this.lanes.claim(free);
    for (const claim of claims) this.begin(claim, claimedAt);
    if (claims.length === 0) await this.setAlarm();
    return claims.length > 0;
  }

  /** Wakes when the next destination's time comes, if that is before the next look anyway. */
  private async setAlarm(): Promise<void> {
    const ms = await this.lanes.untilNextLane();
    clearTimeout(this.alarm);
    if (ms !== undefined && ms < POLL_MS) this.alarm = setTimeout(() => { this.wake(); }, Math.ceil(ms));
  }

  private begin(claim: Claim, claimedAt: number): void {
    const work = this.deliver(claim, claimedAt)
      .catch((error: unknown) => {
        this.logger.error({ err: error, commandId: claim.deliveryId, organizationId: claim.organizationId }, 'a claimed delivery was left to the end of its lease');
      })
      .finally(() => {
        this.inFlight.delete(work);
        this.wake();
      });
    this.inFlight.add(work);
  }

  private async deliver(claim: Claim, claimedAt: number): Promise<void> {
    const outcome = await this.attempt(claim, claimedAt).catch((error: unknown) => this.afterTrouble(claim, error));
    if (outcome === undefined) return;
    if (!(await this.recorder.record(resultOf(claim, outcome)))) return;
    this.metrics.recorded(claim, outcome);
    this.tell(claim, outcome);
  }

  /** @returns undefined when the delivery is not ours any more */
  private async attempt(claim: Claim, claimedAt: number): Promise<Outcome | undefined> {
    const prepared = await this.delivery.prepare(claim);
    if ('outcome' in prepared) return prepared.outcome;
    const started = await this.starts.add(claim);
    if (!started.includes(claim)) return undefined;
    // By this process's own clock: whoever stood still for long must not send what may be somebody else's by now.
    if (performance.now() - claimedAt > LATEST_START_MS) return notYet('It was not begun in time.', 0, Date.now());
    return this.delivery.post(prepared.ready);
  }

  private afterTrouble({ delivery, deliveryId, organizationId, leftover }: Claim, error: unknown): Outcome | undefined {
    if (leftover) throw error; // it may have been sent: only policy may put it back in line, at the next claim
    if (error instanceof PeerUnavailable) return notYet('The credentials cannot be fetched at the moment.', TROUBLE_WAIT_MS, Date.now());
    if (isDatabaseAway(error)) return notYet('The database was away.', TROUBLE_WAIT_MS, Date.now());
    this.logger.error({ err: error, commandId: deliveryId, organizationId }, 'an attempt failed by a defect');
    const failure = defect(error instanceof Error ? error.name : 'unknown error');
    const attempt = { attempts: delivery.attempts, ambiguous: delivery.ambiguous, failStreak: delivery.fail_streak, policy: 'hold', wasPlainText: false } as const;
    return failed(failure, judge(failure, attempt, Math.random()), undefined, Date.now());
  }

  /** One line for each settled message. */
  private tell({ delivery, deliveryId, organizationId, attempt }: Claim, { state, error, channel, ts, story }: Outcome): void {
    const facts = { commandId: deliveryId, organizationId, connectionId: delivery.connection_id, destination: delivery.destination_id, attempt, state };
    if (state === 'waiting') this.logger.debug({ ...facts, story: story.text }, 'delivery waits');
    else this.logger.info({ ...facts, ...(error && { code: error.code }), ...(channel !== undefined && { channel, ts }), ms: Date.now() - delivery.said_at.getTime() }, 'delivery settled');
  }
}
