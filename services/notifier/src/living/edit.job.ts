/**
 * Brings messages up to date, a few at a time and within their own allowance, so that new messages never wait for it. Woken
 * by changes, and by the clock when the allowance has room again. What Slack says teaches the breakers, as of new messages.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { isDatabaseAway, Job, LOGGER, PeerUnavailable, type Logger } from '@tocsin/platform';

import { BreakerRepository } from '../breaker/breaker.repository.js';
import { EditMessage, type Unanswered } from './edit-message.js';
import { EditRepository, type Edit } from './edit.repository.js';

const POLL_MS = 1000;
const CONCURRENCY = 4;
const STOP_MS = 12_000;

@Injectable()
export class EditJob extends Job {
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    private readonly edits: EditRepository,
    private readonly message: EditMessage,
    private readonly breakers: BreakerRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('edits', POLL_MS, logger);
  }

  /** Claims nothing more and lets what is in flight end. */
  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    await Promise.race([Promise.all(this.inFlight), sleep(STOP_MS, undefined, { ref: false })]);
  }

  async pass(): Promise<boolean> {
    const free = CONCURRENCY - this.inFlight.size;
    if (free <= 0) return false;
    const claimedAt = performance.now();
    const claimed = await this.edits.claim(free);
    for (const edit of claimed) this.begin(edit, claimedAt);
    if (claimed.length === 0) this.wakeIn(await this.edits.untilNext());
    return claimed.length > 0;
  }

  private begin(edit: Edit, claimedAt: number): void {
    const work = this.edit(edit, claimedAt).finally(() => {
      this.inFlight.delete(work);
      this.wake();
    });
    this.inFlight.add(work);
  }

  /** What fails here is tried again when its lease has ended. */
  private async edit(edit: Edit, claimedAt: number): Promise<void> {
    try {
      await this.learn(edit, await this.message.edit(edit, claimedAt));
    } catch (error) {
      const isPassing = error instanceof PeerUnavailable || isDatabaseAway(error);
      this.logger[isPassing ? 'warn' : 'error']({ err: error, organizationId: edit.organization_id, issueId: edit.issue_id, commandId: edit.delivery_id }, 'a message could not be brought up to date and will be tried again');
    }
  }

  private async learn({ connection_id: connection, lease_id, is_probe: isProbe }: Edit, unanswered: Unanswered): Promise<void> {
    if (unanswered !== undefined) await this.breakers.learn([{ connection, failed: unanswered, isProbe, isEdit: true }], isProbe);
    else if (isProbe) await this.breakers.giveBackEdit(lease_id);
  }
}
