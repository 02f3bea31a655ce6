/** What happened to an issue since it was told last, in a line for each field. */
import type { FieldChange, IssueChange } from '../issue.js';
import { section, text, type RichTextSection } from './block-kit.js';
import { cleanLine, cut } from './text.js';

const CHANGES_MAX = 5;
const VALUE_MAX = 120;

const WORDS: Record<IssueChange, string> = { new: 'New issue', updated: 'Updated', resolved: 'Resolved', reopened: 'Back after it was resolved' };

/** Nothing for a new issue: the card says it all. */
export function whatChanged(change: IssueChange | undefined, changes: readonly FieldChange[]): RichTextSection[] {
  if (change === undefined || change === 'new') return [];
  const lines = change === 'updated' ? changes.slice(0, CHANGES_MAX).map(lineOf) : [];
  return [section(text(WORDS[change], { bold: true })), ...lines];
}

function lineOf({ field, from, to }: FieldChange): RichTextSection {
  return section(text(`${cut(cleanLine(field), VALUE_MAX)}: `, { bold: true }), text(`${shown(from)} → ${shown(to)}`));
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  const words = Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
  return cut(cleanLine(words), VALUE_MAX) || 'none';
}
