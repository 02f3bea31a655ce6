/**
 * Edits an issue by hand. What a person set stays when the next report says otherwise: a severity, owners, an exclusion.
 * An issue that was resolved by hand comes back when a newer scan finds it.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { EditIssue } from '@tocsin/contracts';
import type { FieldChange, Issue, IssueChange } from '@tocsin/domain';
import { actorOf, Audit, badRequest, notFound, Outbox, ProblemException, type Caller } from '@tocsin/platform';

import { issueChanged } from '../intake/intake.js';
import { storable } from '../intake/storable.js';
import { contentOf, issueOf, type IssueRow } from './issue-row.js';
import { IssueRepository } from './issue.repository.js';

const FIELDS = ['status', 'severity', 'owners'] as const;

@Injectable()
export class EditIssueByHand {
  constructor(
    private readonly issues: IssueRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /**
   * @param ifMatch the revision that the caller has seen; undefined = whichever it is now
   * @throws ProblemException 404, 400 for an If-Match that is no revision, 412 when the issue has another one
   */
  async edit(caller: Caller, id: string, edit: EditIssue, ifMatch: string | undefined, requestId: string): Promise<Issue> {
    const expected = revisionOf(ifMatch);
    return this.outbox.transaction(async (tx) => {
      const row = await this.issues.lock(tx, caller, id);
      if (!row) throw notFound('issue', id);
      if (expected !== undefined && expected !== row.revision) throw changedMeanwhile(row.revision);
      const before = issueOf(row);
      const { reason, ...wanted } = edit;
      const changes = changesOf(before, wanted);
      const after = { ...before, ...Object.fromEntries(changes.map(({ field, to }) => [field, to])), revision: before.revision + Number(changes.length > 0) };
      if (changes.length > 0) await this.store(tx, caller, row, after, changes);
      await this.audit.record(tx, {
        organizationId: caller.organizationId, actor: actorOf(caller), action: 'issue.edited', target: { kind: 'issue', id: row.id }, requestId,
        before: sides(changes, 'from'), after: { ...sides(changes, 'to'), ...(reason !== undefined && { reason: storable(reason) }) },
      });
      return after;
    });
  }

  private async store(tx: EntityManager, { organizationId }: Caller, row: IssueRow, after: Issue, changes: FieldChange[]): Promise<void> {
    await tx.query('update issues set content = $3, revision = $4, by_hand = $5 where organization_id = $1 and id = $2', [
      organizationId, row.id, JSON.stringify(contentOf(after)), after.revision, fieldsByHand(row.by_hand, after, changes),
    ]);
    await this.outbox.add(tx, issueChanged({ organizationId, change: changeOf(changes), changes, issue: after }));
  }
}

function changesOf(before: Issue, wanted: Partial<Pick<Issue, (typeof FIELDS)[number]>>): FieldChange[] {
  const normal = { ...wanted, ...(wanted.owners !== undefined && { owners: [...new Set(wanted.owners.map((owner) => owner.toLowerCase()))] }) };
  return FIELDS.filter((field) => normal[field] !== undefined && JSON.stringify(normal[field]) !== JSON.stringify(before[field])).map((field) => ({ field, from: before[field], to: normal[field] }));
}

/** An exclusion by hand stands until a person opens the issue again. */
function fieldsByHand(earlier: readonly string[], after: Issue, changes: readonly FieldChange[]): string[] {
  const fields = new Set([...earlier, ...changes.map(({ field }) => field)]);
  if (after.status !== 'excluded') fields.delete('status');
  return [...fields];
}

function changeOf(changes: readonly FieldChange[]): IssueChange {
  const status = changes.find(({ field }) => field === 'status');
  if (status?.to === 'resolved') return 'resolved';
  return status?.from === 'resolved' && status.to === 'open' ? 'reopened' : 'updated';
}

function sides(changes: readonly FieldChange[], side: 'from' | 'to'): Record<string, unknown> {
  return Object.fromEntries(changes.map((change) => [change.field, change[side]]));
}

function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const revision = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch.trim())?.[1];
  if (revision === undefined) throw badRequest('If-Match is not valid.', [{ header: 'If-Match', code: 'not_a_revision', message: 'must be the revision of the issue, for example 3' }]);
  return Number(revision);
}

function changedMeanwhile(revision: number): ProblemException {
  return new ProblemException(412, {
    title: 'Somebody else was quicker', code: 'revision_differs', detail: `The issue has been changed meanwhile; its revision is ${revision}.`,
    errors: [{ header: 'If-Match', code: 'differs', message: 'read the issue again and decide on what it is now' }], revision,
  });
}
