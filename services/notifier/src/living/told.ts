/** What a destination was told of an issue, as deciding about the next message needs to know it; and what a posted message adds to that. */
import type { SendToSlack } from '@tocsin/contracts';
import type { FieldChange, Issue, IssueStatus, MessageInput } from '@tocsin/domain';

import { issuesOf } from '../deliveries/issues-of.js';

export interface Told {
  /** The first message about the issue, or the digest that told it. */
  deliveryId: string;
  /** Where it is; null while it is not there. */
  channel: string | null;
  ts: string | null;
  /** It shows other issues as well. */
  inDigest: boolean;
  /** It is kept up to date. */
  living: boolean;
  /** It could not be brought up to date: it shows the issue as it was. */
  outdated: boolean;
  /** Slack may have it or not. */
  unconfirmed: boolean;
  /** The issue was resolved or excluded before anything of it was sent. */
  collapsed: boolean;
  comment: string | null;
  /** Up to here the thread has told what changed. */
  repliedRevision: number;
}

/** A command as it is kept, with what notifier itself adds to it. */
export interface KeptCommand extends SendToSlack {
  /** It stands for an earlier message. */
  follows?: NonNullable<MessageInput['follows']>;
  /** It is sent again: as it was then. RFC 3339 */
  asOf?: string;
  /** An answer that notifier makes itself: which revisions it tells, and what the thread knew before. */
  reply?: { since: number; covers: number[] };
  /** An answer that sums up what changed of a digest's issues: by which scan, and what of those that it names. */
  summary?: { scan: string; changes?: Record<string, readonly FieldChange[]> };
  /** The newest revision of which it tells what changed, where it shows a newer one. */
  tells?: number;
  /** What it was to tell before it was brought up to date as a member of a digest, or with an issue that was excluded: by itself it may be out of date. */
  was?: { status: IssueStatus; change?: SendToSlack['change'] };
}

/** An issue at the revision that a message shows. */
export interface Shown {
  id: string;
  revision: number;
}

/** What a message said, where that is more than its command as it came. */
interface Said {
  said?: KeptCommand;
}

/** What an attempt leaves behind for the messages after it. */
export type Trace =
  | ({ kind: 'told'; issues: Shown[]; inDigest: boolean; living: boolean; wasPlainText: boolean; comment?: string } & Said)
  | ({ kind: 'replied'; issue?: Shown; channel: string; ts: string } & Said)
  | { kind: 'collapsed'; issue: Shown };

/** An issue that had changed by the time it was recorded that it is told: as it was told, and as it is. */
export interface Overtaken {
  organizationId: string;
  laneId: string;
  deliveryId: string;
  told: Issue;
  newest: Issue;
}

/** What a message makes known of its issues when it arrives; nothing when it tells none. */
export function traceOf(command: KeptCommand): Extract<Trace, { kind: 'told' }> | undefined {
  const issues = shownIn(command);
  if (issues.length === 0 || command.summary !== undefined) return undefined;
  const { comment, options, digest } = command;
  return { kind: 'told', issues, inDigest: digest !== undefined || issues.length > 1, living: options?.living !== false, wasPlainText: false, ...(comment !== undefined && { comment }) };
}

const REMEMBERED_MAX = 100;

function shownIn(command: KeptCommand): Shown[] {
  return [...new Map(issuesOf(command).map(({ id, revision }) => [id, { id, revision }])).values()].slice(0, REMEMBERED_MAX);
}
