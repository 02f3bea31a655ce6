/**
 * What happened to an issue: one rule for every way in. A change that people act on is told; a moved line, a new wording or
 * a rename is not. Times and who said it are not looked at: whoever asks has put the statements in order.
 */
import type { FieldChange, Issue } from './issue.js';

export type ChangeKind = 'new' | 'reopened' | 'updated' | 'existing' | 'resolved' | 'excluded';

export interface ChangeDecision {
  kind: ChangeKind;
  /** Fields that people act on, with both values; empty for what is new or unchanged. */
  changes: FieldChange[];
}

/** Scores matter when they pass one of these: CVSS's own borders of medium, high and critical; EPSS at 10 and 50 percent. */
export interface ScoreThresholds {
  cvss: readonly number[];
  epss: readonly number[];
}

const SCORE_THRESHOLDS: ScoreThresholds = { cvss: [4, 7, 9], epss: [0.1, 0.5] };

/** @param before undefined when nobody has said anything of the issue yet */
export function decideChange(before: Issue | undefined, after: Issue, thresholds: ScoreThresholds = SCORE_THRESHOLDS): ChangeDecision {
  if (!before) return { kind: after.status === 'excluded' ? 'excluded' : 'new', changes: [] };
  const changes = changesOf(before, after, thresholds);
  if (before.status !== after.status) return { kind: kindOfTurn(before, after), changes };
  return { kind: changes.length > 0 && after.status === 'open' ? 'updated' : 'existing', changes };
}

function kindOfTurn(before: Issue, after: Issue): ChangeKind {
  if (after.status === 'resolved') return 'resolved';
  if (after.status === 'excluded') return 'excluded';
  return before.status === 'resolved' ? 'reopened' : 'updated';
}

function changesOf(before: Issue, after: Issue, { cvss, epss }: ScoreThresholds): FieldChange[] {
  const changes: FieldChange[] = [];
  if (before.status !== after.status) changes.push({ field: 'status', from: before.status, to: after.status });
  if (before.severity !== after.severity) changes.push({ field: 'severity', from: before.severity, to: after.severity });
  for (const field of ['owners', 'cves'] as const) {
    if (!sameMembers(before[field], after[field])) changes.push({ field, from: before[field], to: after[field] });
  }
  if (level(before.cvss, cvss) !== level(after.cvss, cvss)) changes.push({ field: 'cvss', from: before.cvss ?? null, to: after.cvss ?? null });
  if (level(before.epss, epss) !== level(after.epss, epss)) changes.push({ field: 'epss', from: before.epss ?? null, to: after.epss ?? null });
  return changes;
}

/** How many thresholds a score has reached; a missing score has reached none. */
function level(score: number | undefined, thresholds: readonly number[]): number {
  return thresholds.filter((threshold) => score !== undefined && score >= threshold).length;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  const first = new Set(a);
  const second = new Set(b);
  return first.size === second.size && [...first].every((member) => second.has(member));
}
