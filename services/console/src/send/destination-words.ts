/** How a destination is named and marked in the picker. */
import type { FoundDestination } from '../api/destinations.js';

export function keyOf({ connectionId, id }: FoundDestination): string {
  return `${connectionId}/${id}`;
}

/** `#sec-alerts` or `@noa`. */
export function labelOf({ kind, name }: Pick<FoundDestination, 'kind' | 'name'>): string {
  return `${kind === 'channel' ? '#' : '@'}${name.replace(/^[#@]/, '')}`;
}

type Marked = Pick<FoundDestination, 'kind' | 'isPrivate' | 'isShared' | 'isArchived' | 'isMember'>;

export function marksOf({ kind, isPrivate, isShared, isArchived, isMember }: Marked): string[] {
  if (kind === 'user') return [];
  return [
    isPrivate ? 'private' : 'public',
    ...(isShared ? ['shared'] : []),
    ...(isArchived ? ['archived'] : []),
    ...(isMember || isArchived ? [] : ['app is not a member']),
  ];
}

/** Whether an earlier answer still fits what has been typed since, so that nobody picks what they no longer look for. */
export function fits({ name, email, id }: Pick<FoundDestination, 'name' | 'email' | 'id'>, typed: string): boolean {
  const wanted = typed.trim().replace(/^[#@]/, '').toLowerCase();
  return [name, email ?? '', id].some((text) => text.toLowerCase().includes(wanted));
}
