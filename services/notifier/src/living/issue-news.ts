/** What was heard of issues, put in the order of their revisions: relays may hand events over in another one, and twice. */
import { decideChange, mergeChanges, mergeKinds, type FieldChange, type Issue, type IssueChange } from '@tocsin/domain';

/** An issue changed. */
export interface Heard {
  organizationId: string;
  issue: Issue;
  /** Undefined when nothing changed that people act on. */
  change?: IssueChange;
  changes: readonly FieldChange[];
  scanId?: string;
}

export interface IssueNews {
  organizationId: string;
  issueId: string;
  /** From older to newer revisions, each once. */
  steps: readonly Heard[];
  newest: Issue;
}

/** All that happened after a revision, told as one. */
export interface Story {
  issue: Issue;
  /** Undefined when there is nothing to tell: the issue only looks different. */
  change: Exclude<IssueChange, 'new'> | undefined;
  changes: FieldChange[];
  /** The revisions that it tells. */
  covers: number[];
  scanId: string | undefined;
}

/** As one step from how it was to how it is. Nothing that people act on is no change. */
export function heardBetween(organizationId: string, before: Issue, after: Issue): Heard {
  const { kind, changes } = decideChange(before, after);
  return { organizationId, issue: after, changes, ...(kind !== 'existing' && { change: kind === 'excluded' ? 'updated' : kind }) };
}

export function newsOf(heard: readonly Heard[]): IssueNews[] {
  const byIssue = new Map<string, Map<number, Heard>>();
  for (const step of heard) {
    const key = JSON.stringify([step.organizationId, step.issue.id]);
    const revisions = byIssue.get(key) ?? new Map<number, Heard>();
    byIssue.set(key, revisions.set(step.issue.revision, step));
  }
  return [...byIssue.values()].flatMap((revisions) => {
    const steps = [...revisions.values()].sort((a, b) => a.issue.revision - b.issue.revision);
    const last = steps.at(-1);
    return last ? [{ organizationId: last.organizationId, issueId: last.issue.id, steps, newest: last.issue }] : [];
  });
}

/** @returns undefined when none of the steps is newer than `revision` */
export function storyAfter({ steps }: Pick<IssueNews, 'steps'>, revision: number): Story | undefined {
  const newer = steps.filter(({ issue }) => issue.revision > revision);
  const last = newer.at(-1);
  if (!last) return undefined;
  const story: Story = { issue: last.issue, change: undefined, changes: [], covers: [], scanId: undefined };
  for (const { change, changes, issue, scanId } of newer) {
    if (change === undefined || change === 'new') continue;
    story.change = story.change === undefined ? change : mergeChange(story.change, change);
    story.changes = mergeChanges(story.changes, changes);
    story.covers.push(issue.revision);
    story.scanId = scanId ?? story.scanId;
  }
  if (story.change === 'updated' && story.changes.length === 0) story.change = undefined; // there and back
  return story;
}

/** What two changes of an issue come to. */
export function mergeChange(earlier: Exclude<IssueChange, 'new'>, later: Exclude<IssueChange, 'new'>): Exclude<IssueChange, 'new'> {
  const kind = mergeKinds(earlier, later);
  return kind === 'new' ? later : kind;
}
