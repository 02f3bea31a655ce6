/** What the message of a delivery is made from: the command as it came, and what its attempts so far mean for the reader. */
import type { Issue, MessageInput } from '@tocsin/domain';

import type { KeptCommand } from '../living/told.js';

export interface ToRender {
  command: KeptCommand;
  ambiguous: number;
  kind: 'message' | 'reply' | 'digest';
}

/** @param ownerIds Slack ids of the issues' owners, for a mention */
export function messageInputOf({ command, ambiguous, kind }: ToRender, consoleUrl: string, ownerIds: readonly string[]): MessageInput {
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
  };
}

/** Every issue that the message tells, alone or in a digest. */
export function toldIssues({ command }: Pick<ToRender, 'command'>): Issue[] {
  return [...command.issues, ...(command.digest?.sections.flatMap((section) => section.issues) ?? [])];
}
