/** What a message is made from, and what comes out. */
import type { DeliverySource, MessageOptions } from '../delivery.js';
import type { FieldChange, Issue, IssueChange } from '../issue.js';
import type { Attachment, Block } from './block-kit.js';

export interface DigestInput {
  kind: string;
  title: string;
  /** Name → count, for example of severities. */
  totals: Readonly<Record<string, number>>;
  sections: readonly { name: string; total: number; issues: readonly Issue[] }[];
  link?: string;
}

export interface MessageInput {
  issues: readonly Issue[];
  /** What a person adds, as typed. */
  comment?: string;
  /** Who sent it, as people are called: an e-mail address, or a workflow's name. */
  sender?: string;
  source: DeliverySource;
  digest?: DigestInput;
  /** PUBLIC_URL: where the console is. */
  consoleUrl: string;
  options?: MessageOptions;
  change?: IssueChange;
  changes?: readonly FieldChange[];
  /** An earlier attempt may have arrived: the message says so. */
  repeated?: boolean;
  /** It goes into the thread of a message that shows the issue: it tells what changed, without the card. */
  isReply?: boolean;
  /** It stands for an earlier message: `replaced` cannot be changed any more, `unconfirmed` may or may not be there, `partly` is a digest of which some was told there by itself. */
  follows?: { reason: 'replaced' | 'unconfirmed' | 'partly'; link?: string };
  /** When it was accepted, for a message that could not be sent for a while. RFC 3339 */
  lateSince?: string;
  /** When it was as it shows its issues, for one that is sent again much later: what became of them since is not known. RFC 3339 */
  asOf?: string;
  /** Slack ids of the owners, where they are known, for a mention of the owner. */
  ownerIds?: readonly string[];
}

export interface MessageWarning {
  code: string;
  message: string;
}

export interface RenderedMessage {
  /** Complete by itself: what notifications and screen readers tell. */
  text: string;
  blocks: Block[];
  attachments: Attachment[];
  warnings: MessageWarning[];
}
