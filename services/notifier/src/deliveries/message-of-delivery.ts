/** What the message of a delivery is made from: the command as it came, and what its attempts so far mean for the reader. */
import { renderMessage, renderPlainText, type Attachment, type Block, type Issue, type MessageInput } from '@tocsin/domain';
import type { SlackMessage } from '@tocsin/slack';

import type { KeptCommand } from '../living/told.js';
import { issuesOf } from './issues-of.js';

export interface ToRender {
  command: KeptCommand;
  ambiguous: number;
  kind: 'message' | 'reply' | 'digest';
  created_at?: Date;
  /** When it was posted. */
  settled_at?: Date | null | undefined;
}

/** A message that is sent later than this after it was accepted says from when it is. */
const LATE_MS = 10 * 60_000;

/**
 * @param ownerIds Slack ids of the issues' owners, for a mention
 * @param now for a message that is not posted yet
 */
export function messageInputOf(delivery: ToRender, consoleUrl: string, ownerIds: readonly string[], now: number): MessageInput {
  const { command, ambiguous, kind } = delivery;
  const { issues, comment, source, digest, options, change, changes, follows } = command;
  return {
    issues,
    source,
    consoleUrl,
    ownerIds,
    ...(comment !== undefined && { comment }),
    ...(kind === 'reply' && { isReply: true }),
    ...(kind !== 'reply' && (source.kind === 'manual' || source.kind === 'test') && { sender: source.user }),
    ...(digest && { digest }),
    ...(options && { options }),
    ...(change && { change }),
    ...(changes && { changes }),
    ...(follows && { follows }),
    ...(ambiguous > 0 && { repeated: true }),
    ...lateSince(delivery, now),
    ...asOf(delivery, now),
  };
}

/** What the last edit of a message shows beside its command. */
export interface Edited extends Pick<ToRender, 'command' | 'ambiguous'> {
  issue: Issue;
  ownerIds: readonly string[];
}

/** What changed at the time of the first message is old news by now. */
export function inputOfEdit({ command, ambiguous, issue, ownerIds }: Edited, consoleUrl: string): MessageInput {
  const shown: KeptCommand = { ...command, issues: [issue] };
  delete shown.change;
  delete shown.changes;
  delete shown.asOf;
  return messageInputOf({ command: shown, ambiguous, kind: 'message' }, consoleUrl, ownerIds, Date.now());
}

/** As Slack is given it. Empty lists take away what was there. */
export interface Content {
  text: string;
  blocks: Block[];
  attachments: Attachment[];
}

export function contentOf(input: MessageInput, asPlainText: boolean): Content {
  if (asPlainText) return { ...renderPlainText(input), blocks: [], attachments: [] };
  const { text, blocks, attachments } = renderMessage(input);
  return { text, blocks, attachments };
}

function asOf({ command, settled_at }: ToRender, now: number): Pick<MessageInput, 'asOf'> {
  return command.asOf === undefined || (settled_at?.getTime() ?? now) - Date.parse(command.asOf) < LATE_MS ? {} : { asOf: command.asOf };
}

function lateSince({ kind, created_at, settled_at }: ToRender, now: number): Pick<MessageInput, 'lateSince'> {
  if (kind !== 'message' || created_at === undefined || (settled_at?.getTime() ?? now) - created_at.getTime() < LATE_MS) return {};
  return { lateSince: created_at.toISOString() };
}

/** E-mail addresses of the owners whom the message mentions. */
export function mentionedOwners(command: KeptCommand): string[] {
  return command.options?.mention?.owner === true ? issuesOf(command).flatMap(({ owners }) => owners) : [];
}

/** By which Slack tells whose message it is. */
export function metadataOf(deliveryId: string): NonNullable<SlackMessage['metadata']> {
  return { event_type: 'tocsin_delivery', event_payload: { delivery_id: deliveryId } };
}
