/** Takes one event in, once: the issue, its message, the audit record and the memory of the event are one transaction. */
import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { IssueReported, IssueResolved } from '@tocsin/contracts';
import { Audit, Inbox, type AuditRecord } from '@tocsin/platform';

import { ApplicationRepository } from '../applications/application.repository.js';
import { Intake } from '../intake/intake.js';
import { storable } from '../intake/storable.js';
import { ISSUE_COLUMNS, type IssueRow } from '../issues/issue-row.js';
import { identityOf, statementOf, type IntakeEvent } from './event-statements.js';

export interface Taker {
  organizationId: string;
  actor: AuditRecord['actor'];
  requestId?: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The fingerprint of a reported issue; undefined when it can have none. */
export function fingerprintOfReported(reported: IssueReported): string | undefined {
  return identityOf(reported, sha256);
}

@Injectable()
export class TakeEvent {
  constructor(
    private readonly inbox: Inbox,
    private readonly intake: Intake,
    private readonly applications: ApplicationRepository,
    private readonly audit: Audit,
  ) {}

  /** @returns false when it was taken before */
  async take(tx: EntityManager, taker: Taker, event: IntakeEvent): Promise<boolean> {
    const { source, id } = storable({ source: event.source, id: event.id });
    // one organization's events must not silence another's that happen to have the same names, so its own name ends at the first blank
    if (!(await this.inbox.firstTime(tx, `${taker.organizationId.replaceAll(/[% ]/g, encodeURIComponent)} ${source}`, id))) return false;
    const receivedAt = new Date();
    const at = new Date(Math.min(event.time.getTime(), receivedAt.getTime()));
    if (event.type === 'issue.reported.v1') await this.report(tx, taker, storable(event.data), { at, receivedAt });
    else await this.resolve(tx, taker, storable(event.data), at);
    await this.audit.record(tx, {
      organizationId: taker.organizationId, actor: taker.actor, action: event.type === 'issue.reported.v1' ? 'issue.reported' : 'issue.resolved',
      target: { kind: 'event', id }, after: { source, application: storable(event.data.application) }, ...(taker.requestId !== undefined && { requestId: taker.requestId }),
    });
    return true;
  }

  private async report(tx: EntityManager, { organizationId }: Taker, reported: IssueReported, saying: { at: Date; receivedAt: Date }): Promise<void> {
    const fingerprint = fingerprintOfReported(reported);
    if (fingerprint === undefined) throw new Error('an event without an identity is refused before it is taken');
    const application = await this.applications.take(tx, organizationId, reported.application);
    const lineage = { organizationId, application: reported.application, tool: reported.tool ?? '', scope: reported.scope ?? '' };
    await this.intake.record(tx, { lineage, saying, application, baseline: false, isOutdated: false, statements: [statementOf(reported, fingerprint)] });
  }

  private async resolve(tx: EntityManager, { organizationId }: Taker, { application, scope, fingerprint }: IssueResolved, at: Date): Promise<void> {
    await this.applications.take(tx, organizationId, application);
    const rows = await tx.query<IssueRow[]>(
      `select ${ISSUE_COLUMNS} from issues where organization_id = $1 and application = $2 and scope = $3 and fingerprint = $4 order by id for update`,
      [organizationId, application, scope ?? '', fingerprint],
    );
    await this.intake.resolve(tx, rows, { organizationId, at });
  }
}
