/** What Slack's events tell of a channel. Public and private ones have events of their own that say the same. */
import type { ChannelNews } from '@tocsin/contracts';

export interface ChannelEvent {
  channel: { id: string; name?: string };
  news: ChannelNews;
  /** With `id_changed`. */
  newId?: string;
  /** Who came or went: news only when it is our bot. */
  who?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const NEWS: Readonly<Record<string, ChannelNews>> = {
  channel_created: 'created',
  channel_rename: 'renamed', group_rename: 'renamed',
  channel_archive: 'archived', group_archive: 'archived',
  channel_unarchive: 'unarchived', group_unarchive: 'unarchived',
  channel_deleted: 'deleted', group_deleted: 'deleted',
  channel_shared: 'shared', channel_unshared: 'unshared',
  channel_id_changed: 'id_changed',
  member_joined_channel: 'joined', member_left_channel: 'left',
};

const NAME_LENGTH = 200;

/** @returns undefined for an event of another kind, `odd` for one that lacks what its kind always has. @see https://docs.slack.dev/reference/events */
export function readChannelEvent(type: string, event: Fields): ChannelEvent | 'odd' | undefined {
  const news = Object.hasOwn(NEWS, type) ? NEWS[type] : undefined;
  if (news === undefined) return undefined;
  const channel = channelOf(news === 'id_changed' ? event.old_channel_id : event.channel);
  if (!channel) return 'odd';
  if (news === 'id_changed') return isId(event.new_channel_id) ? { channel, news, newId: event.new_channel_id } : 'odd';
  if (news === 'joined' || news === 'left') return isId(event.user) ? { channel, news, who: event.user } : 'odd';
  // One company less is not none: others may read the channel still.
  if (news === 'unshared' && event.is_ext_shared === true) return { channel, news: 'shared' };
  return { channel, news };
}

/** Created and renamed channels come with their name, the others as their id. */
function channelOf(raw: unknown): ChannelEvent['channel'] | undefined {
  if (isId(raw)) return { id: raw };
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { id, name } = raw as Fields;
  return isId(id) ? { id, ...(typeof name === 'string' && name !== '' && { name: name.slice(0, NAME_LENGTH) }) } : undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z0-9]{2,32}$/.test(value);
}
