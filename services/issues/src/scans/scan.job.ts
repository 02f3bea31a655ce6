/** Works through scans one after the other, woken by each that comes in. */
import { Inject, Injectable } from '@nestjs/common';

import { isDatabaseAway, Job, LOGGER, type Logger } from '@tocsin/platform';

import { LeaseLost, ScanWorkRepository, type ClaimedScan } from './scan-work.repository.js';
import { WorkThroughScan } from './work-through-scan.js';

const IDLE_MS = 1000;
const MAX_ATTEMPTS = 5;
const PAUSE_MS = 2000;

@Injectable()
export class ScanJob extends Job {
  private readonly stopping = new AbortController();

  constructor(
    private readonly work: ScanWorkRepository,
    private readonly scan: WorkThroughScan,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('scans', IDLE_MS, logger);
  }

  /** A scan in work is handed back after its present batch; whoever starts next goes on with it. */
  override async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await super.onModuleDestroy();
  }

  /** Works through one scan. @returns true when there was one */
  async pass(): Promise<boolean> {
    const claimed = await this.work.claim();
    if (!claimed) return false;
    try {
      await this.scan.run(claimed, this.stopping.signal);
    } catch (error) {
      await this.failed(claimed, error);
    }
    return true;
  }

  private async failed(claimed: ClaimedScan, error: unknown): Promise<void> {
    if (error instanceof LeaseLost) return;
    if (this.stopping.signal.aborted) {
      await this.work.handBack(claimed);
      return;
    }
    if (!isDatabaseAway(error) && claimed.attempts >= MAX_ATTEMPTS) {
      this.logger.error({ err: error, scanId: claimed.id, organizationId: claimed.organization_id }, 'a scan cannot be worked through and was given up');
      await this.work.refuse(claimed, { title: 'Something went wrong', detail: 'This is a defect of Tocsin; the scan id leads to it in the log. Issues that were recorded before it stay.' });
      return;
    }
    this.logger.warn({ err: error, scanId: claimed.id, attempts: claimed.attempts }, 'a scan was interrupted and will go on');
    await this.work.release(claimed, PAUSE_MS);
  }
}
