/** How a destination is named and marked in the picker. */
import { cleanLine } from '@tocsin/domain';

import type { FoundDestination } from '../api/destinations.js';

export function keyOf({ connectionId, id }: Pick<FoundDestination, 'connectionId' | 'id'>): string {
  return `${connectionId}/${id}`;
}

/** `#sec-alerts` or `@noa`, on one line; whoever named it cannot turn the text around it. A name of nothing that can be seen gives way to the id. */
export function labelOf({ kind, name, id }: Pick<FoundDestination, 'kind' | 'name' | 'id'>): string {
  return `${kind === 'channel' ? '#' : '@'}${cleanLine(name).replace(/^[#@]/, '') || id}`;
}

export type Mark = 'public' | 'private' | 'shared' | 'archived' | 'not-a-member';

const WORDS: Record<Mark, string> = {
  public: 'public',
  private: 'private',
  shared: 'shared',
  archived: 'archived',
  'not-a-member': 'app is not a member',
};

export function markWords(mark: Mark): string {
  return WORDS[mark];
}

type Marked = Pick<FoundDestination, 'kind' | 'isPrivate' | 'isShared' | 'isArchived' | 'isMember'>;

export function marksOf({ kind, isPrivate, isShared, isArchived, isMember }: Marked): Mark[] {
  if (kind === 'user') return [];
  return [
    isPrivate ? 'private' : 'public',
    ...(isShared ? (['shared'] as const) : []),
    ...(isArchived ? (['archived'] as const) : []),
    ...(isMember || isArchived ? [] : (['not-a-member'] as const)),
  ];
}

/** What can be done with a destination that was found: take it, invite the app first, or nothing. */
export type Use = 'post' | 'invite' | 'never';

export function useOf({ canPost, isArchived }: Pick<FoundDestination, 'canPost' | 'isArchived'>): Use {
  if (isArchived) return 'never';
  return canPost ? 'post' : 'invite';
}

/** What is typed in Slack to bring the app into a channel. */
export function inviteOf(botName: string): string {
  return `/invite @${cleanLine(botName)}`;
}
