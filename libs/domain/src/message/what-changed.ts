/** What happened to an issue since it was told last, in a line for each field; and how several such stories become one. */
import type { FieldChange, IssueChange } from '../issue.js';
import { section, text, type RichTextSection } from './block-kit.js';
import { cleanLine, cut } from './text.js';

const CHANGES_MAX = 5;
const VALUE_MAX = 120;

export const CHANGE_WORDS: Record<IssueChange, string> = { new: 'New issue', updated: 'Updated', resolved: 'Resolved', reopened: 'Back after it was resolved' };

/** Nothing for a new issue: the card says it all. */
export function whatChanged(change: IssueChange | undefined, changes: readonly FieldChange[]): RichTextSection[] {
  if (change === undefined || change === 'new') return [];
  return [section(text(CHANGE_WORDS[change], { bold: true })), ...(change === 'updated' ? changeLines(change, changes) : [])];
}

/** A line for each field. That the status changed is said by the word for the change already. */
export function changeLines(change: IssueChange, changes: readonly FieldChange[]): RichTextSection[] {
  return told(change, changes).map(({ field, from, to }) => section(text(`${cut(cleanLine(field), VALUE_MAX)}: `, { bold: true }), text(`${shown(from)} → ${shown(to)}`)));
}

/** The same in one line, `severity high → critical, owners none → noa@acme.test`; empty when there is nothing to add to the word for the change. */
export function changesText(change: IssueChange, changes: readonly FieldChange[]): string {
  return told(change, changes).map(({ field, from, to }) => `${cut(cleanLine(field), VALUE_MAX)} ${shown(from)} → ${shown(to)}`).join(', ');
}

/** Two stories told as one: each field from what it was at first to what it is at last; what came back to what it was is not told. */
export function mergeChanges(earlier: readonly FieldChange[], later: readonly FieldChange[]): FieldChange[] {
  const merged = new Map<string, FieldChange>();
  for (const change of [...earlier, ...later]) {
    const before = merged.get(change.field);
    merged.set(change.field, { field: change.field, from: before ? before.from : change.from, to: change.to });
  }
  return [...merged.values()].filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

/** The word for two stories told as one: the later turn of its status, else that something was updated. */
export function mergeKinds(earlier: IssueChange, later: IssueChange): IssueChange {
  return later === 'updated' ? earlier : later;
}

function told(change: IssueChange, changes: readonly FieldChange[]): FieldChange[] {
  return changes.filter(({ field }) => change === 'updated' || field !== 'status').slice(0, CHANGES_MAX);
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  return cut(cleanLine(Array.isArray(value) ? value.map(inWords).join(', ') : inWords(value)), VALUE_MAX) || 'none';
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
