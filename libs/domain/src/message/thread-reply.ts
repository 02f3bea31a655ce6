/** What an answer in the thread of an issue's message says beside comment and mentions: what happened, to which issue, and from what to what. */
import type { FieldChange, Issue, IssueChange } from '../issue.js';
import { section, text, type Block } from './block-kit.js';
import { titleText } from './issue-card.js';
import { issueLink } from './link.js';
import { cleanLine } from './text.js';
import { CHANGE_WORDS, changeLines, changesText } from './what-changed.js';

export interface ReplyInput {
  issue: Issue;
  change: IssueChange;
  changes: readonly FieldChange[];
  consoleUrl: string;
}

/** The title is linked: shown in the channel as well, the answer stands without its parent. */
export function replyBlocks({ issue, change, changes, consoleUrl }: ReplyInput): Block[] {
  const what = section(text(CHANGE_WORDS[change], { bold: true }), text(': '), { type: 'link', url: issueLink(consoleUrl, issue.id), text: titleText(issue) });
  return [{ type: 'rich_text', block_id: 'changed', elements: [what, ...changeLines(change, changes)] }];
}

/** The same in one line. */
export function replyText({ issue, change, changes }: Omit<ReplyInput, 'consoleUrl'>): string {
  const details = changesText(change, changes);
  return `${CHANGE_WORDS[change]}: ${titleText(issue)} (${cleanLine(issue.application)})${details === '' ? '' : ` – ${details}`}`;
}
