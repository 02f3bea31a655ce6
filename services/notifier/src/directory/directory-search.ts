/** The picker's search: over our copy, by name, display name, real name, e-mail address, id or pasted Slack link. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DestinationView } from '@tocsin/contracts';

import type { KnownConnection } from '../connections/connection.repository.js';
import type { ChannelRow, PersonRow } from './directory.repository.js';

/** The workspace's own links, and those of Slack in a browser: `/client/<workspace>/<channel>`. */
const SLACK_LINK = /^https:\/\/[a-z0-9.-]+\/(?:archives|team|app_redirect|client\/[TE][A-Z0-9]+)\/([CGDUW][A-Z0-9]{6,20})/i;

/** What was typed, without the marks that people put before a name; a pasted link becomes its id. */
export function searchTerm(typed: string): string {
  const link = SLACK_LINK.exec(typed.trim());
  return link?.[1] ?? typed.trim().replace(/^[#@]/, '');
}

@Injectable()
export class DirectorySearch {
  constructor(private readonly database: DataSource) {}

  async search(connection: KnownConnection, term: string, kinds: readonly ('channel' | 'user')[], limit: number): Promise<DestinationView[]> {
    const channels = kinds.includes('channel') ? await this.channels(connection.connectionId, term, limit) : [];
    const people = kinds.includes('user') ? await this.people(connection.connectionId, term, limit) : [];
    const views = [...channels.map((row) => channelView(row, connection)), ...people.map(personView)];
    const rank = (view: DestinationView): number => (view.isArchived ? 10 : 0) + closeness(view, term.toLowerCase());
    return views.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)).slice(0, limit);
  }

  private channels(connectionId: string, term: string, limit: number): Promise<ChannelRow[]> {
    return this.database.query<ChannelRow[]>(
      `select * from channels where connection_id = $1 and (lower(name) like $2 or channel_id = $3)
       order by is_archived, lower(name) <> $4, lower(name) not like $5, name limit $6`,
      [connectionId, `%${likePattern(term)}%`, term.toUpperCase(), term.toLowerCase(), `${likePattern(term)}%`, limit],
    );
  }

  private people(connectionId: string, term: string, limit: number): Promise<PersonRow[]> {
    return this.database.query<PersonRow[]>(
      `select * from people where connection_id = $1 and (lower(name || ' ' || display_name || ' ' || real_name || ' ' || coalesce(email, '')) like $2 or user_id = $3)
       order by lower(name) not like $4, name limit $5`,
      [connectionId, `%${likePattern(term)}%`, term.toUpperCase(), `${likePattern(term)}%`, limit],
    );
  }
}

function likePattern(term: string): string {
  return term.toLowerCase().replace(/[\\%_]/g, '\\$&');
}

function closeness(view: DestinationView, term: string): number {
  const name = view.name.toLowerCase();
  if (name === term || view.email?.toLowerCase() === term) return 0;
  return name.startsWith(term) ? 1 : 2;
}

export function channelView(row: ChannelRow, connection: KnownConnection): DestinationView {
  const canPost = !row.is_archived && (row.is_member || (!row.is_private && connection.scopes.includes('chat:write.public')));
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
