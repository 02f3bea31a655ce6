/**
 * Sends what the lease of one lane holds, one after the other; all of it is marked as begun before the first. Results are
 * recorded while the next message is on its way; the last one gives the lane back, when all others are recorded. What cannot
 * go now stops the lane, so that order is kept.
 */
import { Inject, Injectable } from '@nestjs/common';

import { defect } from '@tocsin/domain';
import { failPoint, isDatabaseAwayOrSlow, LOGGER, PeerUnavailable, type Logger } from '@tocsin/platform';

import { SettlingJob } from '../digests/settling.job.js';
import { carryOver } from '../living/claim-telling.js';
import { NotifierConfig } from '../notifier.config.js';
import { Batcher } from './batcher.js';
import type { Claim, LaneClaim } from './claim.js';
import { resultOf, type Outcome } from './delivery-result.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import { LaneRepository, LEASE_MS } from './lane.repository.js';
import { afterDoubt, failed, judge, notYet, UNTOUCHED, untouchedAfter } from './outcome.js';
import { PostDelivery } from './post-delivery.js';
import { ResultRecorder } from './result-recorder.js';

/** A request takes up to 10 s, twice when it is repeated as plain text; one that could outlive the lease is not begun. */
const LATEST_START_MS = LEASE_MS - 22_000;
const MOMENT_MS = 2;
const TROUBLE_WAIT_MS = 2000;

/** What a lane holds was sent, as far as it could be. */
interface Sent {
  /** When its results are recorded and it was given back. */
  recorded: Promise<void>;
}

@Injectable()
export class SendLane {
  private readonly starts: Batcher<readonly Claim[], ReadonlySet<Claim>>;

  constructor(
    lanes: LaneRepository,
    private readonly delivery: PostDelivery,
    private readonly recorder: ResultRecorder,
    private readonly metrics: DeliveryMetrics,
    private readonly settling: SettlingJob,
    @Inject(LOGGER) private readonly logger: Logger,
    config: NotifierConfig,
  ) {
    this.starts = new Batcher((leases) => lanes.markStarted(leases.flat()), config.SLACK_CONCURRENCY, MOMENT_MS);
  }

  /**
   * @param claimedAt by this process's own clock, milliseconds
   * @returns when there is nothing more to ask Slack for
   */
  async send(lane: LaneClaim, claimedAt: number): Promise<Sent> {
    const { claims } = lane;
    let marked: Promise<ReadonlySet<Claim>> | undefined;
    const start = (): Promise<ReadonlySet<Claim>> => (marked ??= this.starts.add(claims));
    const recorded: Promise<boolean>[] = [];
    let stop: Outcome | undefined;
    for (const [index, claim] of claims.entries()) {
      // what was left behind may have been sent, each of it: that must be judged, also behind one that stopped the lane
      const outcome = stop && !claim.leftover ? untouchedAfter(stop) : afterDoubt(claim.delivery, await this.attempt(claim, claimedAt, start).catch((error: unknown) => this.afterTrouble(claim, error)));
      if (outcome.state === 'waiting') stop ??= outcome;
      carryOver(claims.slice(index + 1), claim, outcome);
      recorded.push(claim.isLast ? this.recordLast(claim, outcome, [...recorded]) : this.record(claim, outcome));
    }
    return { recorded: Promise.all(recorded).then(() => undefined) };
  }

  /** Its result gives the lane back, so the others come first; when one of them could not be recorded, the lease must end by time instead. */
  private async recordLast(claim: Claim, outcome: Outcome, others: readonly Promise<boolean>[]): Promise<boolean> {
    const isComplete = !(await Promise.all(others)).includes(false);
    return this.record(isComplete ? claim : { ...claim, isLast: false }, outcome);
  }

  private async record(claim: Claim, outcome: Outcome): Promise<boolean> {
    if (!(await this.recorder.record(resultOf(claim, outcome)))) return false;
    if (outcome.story) {
      this.metrics.recorded(claim, outcome);
      this.tell(claim, outcome);
    }
    if (claim.delivery.kind === 'digest') this.settling.wake();
    return true;
  }

  private async attempt(claim: Claim, claimedAt: number, start: () => Promise<ReadonlySet<Claim>>): Promise<Outcome> {
    const prepared = await this.delivery.prepare(claim);
    if ('outcome' in prepared) return prepared.outcome;
    const started = await start();
    if (!started.has(claim)) return UNTOUCHED; // people paused it, or it is not ours any more, and then it stays as it is
    failPoint('start.commit');
    // By this process's own clock: whoever stood still for long must not send what may be somebody else's by now.
    if (performance.now() - claimedAt > LATEST_START_MS) return notYet('It was not begun in time.', 0, Date.now());
    const outcome = await this.delivery.post(prepared.ready);
    failPoint('answer.read');
    return outcome;
  }

  private afterTrouble({ delivery, deliveryId, organizationId, leftover, isProbe }: Claim, error: unknown): Outcome {
    if (leftover) throw error; // it may have been sent: only policy may put it back in line, at the next claim
    if (error instanceof PeerUnavailable) return notYet('The credentials cannot be fetched at the moment.', TROUBLE_WAIT_MS, Date.now());
    if (isDatabaseAwayOrSlow(error)) return notYet('The database was away.', TROUBLE_WAIT_MS, Date.now());
    this.logger.error({ err: error, commandId: deliveryId, organizationId }, 'an attempt failed by a defect');
    const failure = defect(error);
    const attempt = { attempts: delivery.attempts, ambiguous: delivery.ambiguous, failStreak: delivery.fail_streak, policy: 'hold', wasPlainText: false, isProbe } as const;
    return failed(failure, judge(failure, attempt, Math.random()), undefined, Date.now());
  }

  /** One line for each settled message. */
  private tell({ delivery, deliveryId, organizationId, attempt }: Claim, { state, error, channel, ts, story }: Outcome): void {
    const facts = { commandId: deliveryId, organizationId, connectionId: delivery.connection_id, destination: delivery.destination_id, attempt, state };
    if (state === 'waiting') this.logger.debug({ story: story?.text, ...facts }, 'delivery waits');
    else this.logger.info({ code: error?.code, channel, ts, ms: Date.now() - delivery.said_at.getTime(), ...facts }, 'delivery settled');
  }
}
