/** A row of the picker: what a place is, whether the app can post there, and if not what to do. */
import type { DestinationView } from '@tocsin/contracts';
import { mayPostTo } from '@tocsin/domain';

import type { KnownConnection } from '../connections/connection.repository.js';
import type { ChannelRow, PersonRow } from './directory.repository.js';

/** @param connection whose scopes and membership decide whether the app can post there */
export function channelView(row: ChannelRow, connection: KnownConnection): DestinationView {
  const canPost = !row.is_archived && mayPostTo({ isMember: row.is_member, isPrivate: row.is_private }, connection.scopes);
  const hint = channelHint(row, canPost, connection.bot.name);
  return {
    id: row.channel_id,
    kind: 'channel',
    name: row.name,
    isPrivate: row.is_private,
    isShared: row.is_shared,
    isArchived: row.is_archived,
    isMember: row.is_member,
    canPost,
    ...(hint !== undefined && { hint }),
  };
}

function channelHint(row: ChannelRow, canPost: boolean, botName: string): string | undefined {
  if (row.is_archived) return 'This channel is archived. Un-archive it in Slack to post to it.';
  if (!canPost) return `Invite the app first: type /invite @${botName} in the channel.`;
  if (row.is_shared) return 'Shared with another company: what is posted here leaves yours.';
  return undefined;
}

/** Anybody whom the directory offers can be written to. */
export function personView(row: PersonRow): DestinationView {
  return {
    id: row.user_id,
    kind: 'user',
    name: row.display_name || row.name,
    ...(row.email !== null && { email: row.email }),
    isPrivate: true,
    isShared: false,
    isArchived: false,
    isMember: true,
    canPost: true,
  };
}
