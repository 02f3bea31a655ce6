/** What a look at the workspace says of one of its channels or people. */
import { mayPostTo, type DestinationNews } from '@tocsin/domain';
import type { SlackChannel, SlackPerson } from '@tocsin/slack';

import { storable } from '../directory/sought.js';

/** @param scopes of the connection: whether the app may post to public channels that it is not in */
export function newsOfChannel({ name, isShared, isArchived, isMember, isPrivate }: Omit<SlackChannel, 'id'>, scopes: readonly string[], at: number): DestinationNews {
  return { kind: 'seen', name: `#${storable(name)}`, isShared, isArchived, canPost: mayPostTo({ isMember, isPrivate }, scopes), at };
}

/** @param at when it was said, milliseconds since 1970 */
export function newsOfPerson({ name, displayName, isDeactivated }: Pick<SlackPerson, 'name' | 'displayName' | 'isDeactivated'>, at: number): DestinationNews {
  if (isDeactivated) return { kind: 'deactivated', at };
  return { kind: 'seen', name: `@${storable(displayName || name)}`, isShared: false, isArchived: false, canPost: true, at };
}
