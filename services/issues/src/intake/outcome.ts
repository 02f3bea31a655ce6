/**
 * What a statement makes of an issue. A statement older than what was said of the issue changes nothing, and what a
 * person set by hand stays: a severity, owners, an exclusion.
 */
import { decideChange, type FieldChange, type Issue, type IssueChange } from '@tocsin/domain';

import type { Lineage, Saying, Statement } from './statement.js';

export interface KnownIssue {
  issue: Issue;
  saidAt: Date;
  byHand: readonly string[];
}

/** How a scan counts it; `stale` is counted as existing where the issue is known, and dropped where it is not. */
export type OutcomeKind = 'new' | 'updated' | 'existing' | 'resolved' | 'excluded' | 'reopened' | 'stale';

export interface Outcome {
  kind: OutcomeKind;
  /** The issue as it is afterwards. */
  issue: Issue;
  /** False when nothing but the time of the last sight has changed. */
  differs: boolean;
  /** What `issue.changed.v1` tells; undefined when nobody is told. */
  tells: IssueChange | undefined;
  changes: FieldChange[];
}

/** An issue that nobody has said anything of yet. */
export function outcomeOfNew(id: string, lineage: Lineage, statement: Statement, { receivedAt }: Saying, ownersOf: (path: string | undefined) => readonly string[]): Outcome {
  const { firstSeen, ...said } = statement;
  const issue: Issue = {
    ...contentFrom(said, ownersOf),
    id,
    revision: 1,
    application: lineage.application,
    ...(lineage.tool !== '' && { tool: lineage.tool }),
    ...(lineage.scope !== '' && { scope: lineage.scope }),
    firstSeen: firstSeen ?? receivedAt.toISOString(),
    lastSeen: receivedAt.toISOString(),
  };
  return verdict(undefined, issue);
}

/** An issue that is known already. */
export function outcomeOfKnown({ issue: before, saidAt, byHand }: KnownIssue, statement: Statement, { at, receivedAt }: Saying, ownersOf: (path: string | undefined) => readonly string[]): Outcome {
  if (at.getTime() < saidAt.getTime()) return { kind: 'existing', issue: before, differs: false, tells: undefined, changes: [] };
  const said = withoutFirstSeen(statement);
  const after: Issue = {
    ...identityOf(before),
    ...contentFrom(said, ownersOf),
    ...(byHand.includes('severity') && { severity: before.severity }),
    ...(byHand.includes('owners') && { owners: before.owners }),
    ...(byHand.includes('status') && before.status === 'excluded' && { status: 'excluded' as const }),
    lastSeen: receivedAt.toISOString(),
  };
  return verdict(before, after);
}

/** The source no longer has the issue. */
export function outcomeOfGone({ issue: before, saidAt }: KnownIssue, at: Date): Outcome {
  if (at.getTime() < saidAt.getTime() || before.status !== 'open') return { kind: 'existing', issue: before, differs: false, tells: undefined, changes: [] };
  return verdict(before, { ...before, status: 'resolved' });
}

function verdict(before: Issue | undefined, after: Issue): Outcome {
  const { kind, changes } = decideChange(before, after);
  const differs = before === undefined || changes.length > 0 || !sameContent(before, after);
  const issue = before !== undefined && differs ? { ...after, revision: before.revision + 1 } : after;
  return { kind, issue, differs, changes, tells: toldAs(kind, before) };
}

/** A dismissal in the source is told where the issue was known, as a change of its status. */
function toldAs(kind: OutcomeKind, before: Issue | undefined): IssueChange | undefined {
  if (kind === 'excluded') return before === undefined ? undefined : 'updated';
  return kind === 'existing' || kind === 'stale' ? undefined : kind;
}

/** When an issue was first seen is known already. */
function withoutFirstSeen(statement: Statement): Omit<Statement, 'firstSeen'> {
  const said = { ...statement };
  delete said.firstSeen;
  return said;
}

function identityOf({ id, revision, application, tool, scope, firstSeen }: Issue): Pick<Issue, 'id' | 'revision' | 'application' | 'tool' | 'scope' | 'firstSeen'> {
  return { id, revision, application, firstSeen, ...(tool !== undefined && { tool }), ...(scope !== undefined && { scope }) };
}

function contentFrom(said: Omit<Statement, 'firstSeen'>, ownersOf: (path: string | undefined) => readonly string[]): Omit<Statement, 'firstSeen'> {
  const owners = said.owners.length > 0 ? said.owners : ownersOf(said.location?.path);
  return { ...said, owners: [...new Set(owners.map((owner) => owner.toLowerCase()))] };
}

function sameContent(before: Issue, after: Issue): boolean {
  return JSON.stringify(ordered({ ...before, lastSeen: '' })) === JSON.stringify(ordered({ ...after, lastSeen: '' }));
}

/** The same value with its keys in one order, at every depth: a row's JSON comes back in PostgreSQL's order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, ordered(item)]));
}
