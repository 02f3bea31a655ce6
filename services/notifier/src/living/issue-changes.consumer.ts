/** `issue.changed.v1` and `issue.refreshed.v1` in: taken in batches, acknowledged after the commit. */
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

import { IssueChanged, IssueRefreshed } from '@tocsin/contracts';

import { Batcher } from '../deliveries/batcher.js';
import { PostingJob } from '../deliveries/posting.job.js';
import { EditJob } from './edit.job.js';
import { FollowChanges } from './follow-changes.js';
import type { Heard } from './issue-news.js';

const MOMENT_MS = 10;
const BATCH = 100;
const FIRST_REVISION = 1;

@Controller()
export class IssueChangesConsumer {
  private readonly batches = new Batcher<Heard>((heard) => this.take(heard), BATCH, MOMENT_MS);

  constructor(
    private readonly changes: FollowChanges,
    private readonly posting: PostingJob,
    private readonly edits: EditJob,
  ) {}

  @EventPattern<string>('issue.changed.v1')
  async changed(@Payload() { organizationId, issue, change, changes, scanId }: IssueChanged): Promise<void> {
    // Nothing older can have been told.
    if (change === 'new' && issue.revision <= FIRST_REVISION) return;
    await this.batches.add({ organizationId, issue, change, changes, ...(scanId !== undefined && { scanId }) });
  }

  @EventPattern<string>('issue.refreshed.v1')
  async refreshed(@Payload() { organizationId, issue }: IssueRefreshed): Promise<void> {
    await this.batches.add({ organizationId, issue, changes: [] });
  }

  private async take(heard: readonly Heard[]): Promise<void> {
    if (!(await this.changes.take(heard))) return;
    this.edits.wake();
    this.posting.wake();
  }
}
