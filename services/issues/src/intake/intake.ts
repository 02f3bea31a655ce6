/**
 * Records what sources say of issues: the one way in for reports and events. Each batch is one transaction of the
 * caller, in which issues, messages and counts change together.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import type { Application } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { Outbox, type OutgoingEvent } from '@tocsin/platform';

import { ownersOfPath } from '../applications/owner-rules.js';
import { ISSUE_COLUMNS, issueOf, type IssueRow } from '../issues/issue-row.js';
import { outcomeOfGone, outcomeOfKnown, outcomeOfNew, type KnownIssue, type Outcome, type OutcomeKind } from './outcome.js';
import { changeIssues, insertIssues, seeIssuesAgain } from './issue-writes.js';
import { snapshotOf } from './snapshot.js';
import { storable } from './storable.js';
import type { Lineage, Saying, Statement } from './statement.js';

export interface Batch {
  lineage: Lineage;
  saying: Saying;
  application: Application;
  /** Marks the events: they are the first sight of everything. */
  baseline: boolean;
  /** A newer scan has said all that there is, so what it did not say is not new. */
  isOutdated: boolean;
  statements: readonly Statement[];
}

/** How many of each kind there were. */
export type Tally = Partial<Record<OutcomeKind, number>>;

interface Judged {
  row: IssueRow | undefined;
  outcome: Outcome;
}

@Injectable()
export class Intake {
  constructor(private readonly outbox: Outbox) {}

  /** Says what the statements would do, and changes nothing. */
  async compare(tx: EntityManager, batch: Batch): Promise<Tally> {
    return tallyOf(await this.judge(tx, batch));
  }

  /** @returns the tally and the number of events that tell of it */
  async record(tx: EntityManager, batch: Batch): Promise<{ tally: Tally; changes: number }> {
    const judged = await this.judge(tx, batch);
    const { saying, lineage } = batch;
    const applied = judged.filter(({ row, outcome }) => outcome.kind !== 'stale' && (row === undefined || row.said_at.getTime() <= saying.at.getTime()));
    await insertIssues(tx, lineage, saying, applied.flatMap(({ row, outcome }) => (row === undefined ? [outcome.issue] : [])));
    await changeIssues(tx, lineage.organizationId, applied.flatMap(({ row, outcome }) => (row !== undefined && outcome.differs ? [outcome.issue] : [])));
    await seeIssuesAgain(tx, lineage.organizationId, saying, applied.flatMap(({ row }) => (row === undefined ? [] : [row.id])));
    const events = eventsOf(judged, batch);
    await this.outbox.add(tx, ...events, ...refreshed(applied, lineage.organizationId));
    return { tally: tallyOf(judged), changes: events.length };
  }

  /** Resolves issues that their source no longer has. @returns the number of events that tell of it */
  async resolve(tx: EntityManager, rows: readonly IssueRow[], { organizationId, at, scanId }: { organizationId: string; at: Date; scanId?: string }): Promise<number> {
    const judged = rows.map((row) => ({ row, outcome: outcomeOfGone(knownOf(row), at) })).filter(({ outcome }) => outcome.differs);
    await changeIssues(tx, organizationId, judged.map(({ outcome }) => outcome.issue), at);
    const events = judged.flatMap(({ outcome }) => eventOf(outcome, organizationId, { scanId, baseline: false }));
    await this.outbox.add(tx, ...events);
    return events.length;
  }

  private async judge(tx: EntityManager, { lineage, saying, application, isOutdated, ...batch }: Batch): Promise<Judged[]> {
    const statements = storable(batch.statements);
    const rows = await tx.query<IssueRow[]>(
      `select ${ISSUE_COLUMNS} from issues where organization_id = $1 and application = $2 and tool = $3 and scope = $4 and fingerprint = any($5) for update`,
      [lineage.organizationId, lineage.application, lineage.tool, lineage.scope, statements.map(({ fingerprint }) => fingerprint)],
    );
    const byFingerprint = new Map(rows.map((row) => [row.fingerprint, row]));
    const ownersOf = (path: string | undefined): readonly string[] => (path === undefined ? undefined : ownersOfPath(application.ownerRules, path)) ?? application.owners;
    return statements.map((statement) => {
      const row = byFingerprint.get(statement.fingerprint);
      if (row) return { row, outcome: outcomeOfKnown(knownOf(row), statement, saying, ownersOf) };
      const outcome = outcomeOfNew(uuid(), lineage, statement, saying, ownersOf);
      return { row: undefined, outcome: isOutdated ? { ...outcome, kind: 'stale', tells: undefined } : outcome };
    });
  }
}

function knownOf(row: IssueRow): KnownIssue {
  return { issue: issueOf(row), saidAt: row.said_at, byHand: row.by_hand };
}

function eventsOf(judged: readonly Judged[], { lineage, saying, baseline }: Batch): OutgoingEvent[] {
  return judged.flatMap(({ outcome }) => eventOf(outcome, lineage.organizationId, { scanId: saying.scanId, baseline }));
}

function eventOf({ tells, issue, changes }: Outcome, organizationId: string, { scanId, baseline }: { scanId: string | undefined; baseline: boolean }): OutgoingEvent[] {
  if (tells === undefined) return [];
  return [issueChanged({ organizationId, change: tells, changes, issue, ...(scanId !== undefined && { scanId }), ...(baseline && { baseline }) })];
}

/** The event that tells of a change, with the issue as a snapshot. */
export function issueChanged({ issue, ...rest }: { organizationId: string; change: string; changes: object[]; issue: Issue; scanId?: string; baseline?: boolean }): OutgoingEvent {
  return { type: 'issue.changed.v1', organizationId: rest.organizationId, subject: issue.id, data: { ...rest, issue: snapshotOf(issue) } };
}

/** Known issues that look different, of which nothing else is told: whoever shows them keeps up. */
function refreshed(applied: readonly Judged[], organizationId: string): OutgoingEvent[] {
  return applied
    .filter(({ row, outcome }) => row !== undefined && outcome.differs && outcome.tells === undefined)
    .map(({ outcome: { issue } }) => ({ type: 'issue.refreshed.v1', organizationId, subject: issue.id, data: { organizationId, issue: snapshotOf(issue) } }));
}

function tallyOf(judged: readonly Judged[]): Tally {
  const tally: Tally = {};
  for (const { outcome } of judged) tally[outcome.kind] = (tally[outcome.kind] ?? 0) + 1;
  return tally;
}
