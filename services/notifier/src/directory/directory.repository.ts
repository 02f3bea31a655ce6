/** Our copy of a workspace's channels and people, and what addresses were found to mean. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { SlackChannel, SlackPerson } from '@tocsin/slack';

export interface ChannelRow {
  channel_id: string;
  name: string;
  is_private: boolean;
  is_shared: boolean;
  is_archived: boolean;
  is_member: boolean;
}

export interface PersonRow {
  user_id: string;
  name: string;
  display_name: string;
  real_name: string;
  email: string | null;
}

@Injectable()
export class DirectoryRepository {
  constructor(private readonly database: DataSource) {}

  /** Asks for a fresh copy; a sync that is under way begins again, and what its present page finds out about its place counts no more. */
  async requestSync(tx: EntityManager | DataSource, connectionId: string): Promise<void> {
    await tx.query(
      `insert into directory_syncs (connection_id, state, step, cursor, page, started_at, run_at) values ($1, 'syncing', 'member-channels', null, 0, date_trunc('milliseconds', clock_timestamp()), now())
       on conflict (connection_id) do update set state = 'syncing', step = 'member-channels', cursor = null, page = 0, started_at = excluded.started_at, run_at = now(), leased_until = '-infinity', reason = null`,
      [connectionId],
    );
  }

  /** Asks for a fresh copy when the present one is whole and older than an hour. @returns whether it did */
  async refreshIfOld(connectionId: string): Promise<boolean> {
    const [old] = await this.database.query<unknown[]>(
      `select 1 from directory_syncs where connection_id = $1 and state = 'idle' and least(channels_synced_at, people_synced_at) < clock_timestamp() - interval '1 hour'`,
      [connectionId],
    );
    if (old !== undefined) await this.requestSync(this.database, connectionId);
    return old !== undefined;
  }

  async saveChannels(connectionId: string, channels: readonly SlackChannel[]): Promise<void> {
    await this.database.query(
      `insert into channels (connection_id, channel_id, name, is_private, is_shared, is_archived, is_member)
       select $1, c.id, c.name, c."isPrivate", c."isShared", c."isArchived", c."isMember"
       from jsonb_to_recordset($2::jsonb) c (id text, name text, "isPrivate" boolean, "isShared" boolean, "isArchived" boolean, "isMember" boolean)
       on conflict (connection_id, channel_id) do update set name = excluded.name, is_private = excluded.is_private, is_shared = excluded.is_shared,
         is_archived = excluded.is_archived, is_member = excluded.is_member, seen_at = now()`,
      [connectionId, JSON.stringify(channels)],
    );
  }

  /** People who can be written to; bots and deactivated people are dropped, also when they were there before. */
  async savePeople(connectionId: string, people: readonly SlackPerson[]): Promise<void> {
    const [offered, dropped] = [people.filter(isOffered), people.filter((person) => !isOffered(person))];
    await this.database.query(
      `insert into people (connection_id, user_id, name, display_name, real_name, email)
       select $1, p.id, p.name, p."displayName", p."realName", p.email
       from jsonb_to_recordset($2::jsonb) p (id text, name text, "displayName" text, "realName" text, email text)
       on conflict (connection_id, user_id) do update set name = excluded.name, display_name = excluded.display_name, real_name = excluded.real_name, email = excluded.email, seen_at = now()`,
      [connectionId, JSON.stringify(offered)],
    );
    await this.database.query('delete from people where connection_id = $1 and user_id = any($2)', [connectionId, dropped.map((person) => person.id)]);
  }

  /** Removes what the sync that began at `startedAt` did not see. */
  async dropUnseen(table: 'channels' | 'people', connectionId: string, startedAt: Date): Promise<void> {
    await this.database.query(`delete from ${table} where connection_id = $1 and seen_at < $2`, [connectionId, startedAt]);
  }

  async channel(connectionId: string, channelId: string): Promise<ChannelRow | undefined> {
    const [row] = await this.database.query<ChannelRow[]>('select * from channels where connection_id = $1 and channel_id = $2', [connectionId, channelId]);
    return row;
  }

  /** The channel of this name; one in use before an archived one that had the name earlier. */
  async channelByName(connectionId: string, name: string): Promise<ChannelRow | undefined> {
    const [row] = await this.database.query<ChannelRow[]>('select * from channels where connection_id = $1 and lower(name) = $2 order by is_archived limit 1', [connectionId, name]);
    return row;
  }

  async person(connectionId: string, userId: string): Promise<PersonRow | undefined> {
    const [row] = await this.database.query<PersonRow[]>('select * from people where connection_id = $1 and user_id = $2', [connectionId, userId]);
    return row;
  }

  /** Slack ids of the people with these e-mail addresses, as far as the copy knows them. */
  async peopleByEmail(connectionId: string, emails: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ user_id: string }[]>('select user_id from people where connection_id = $1 and lower(email) = any($2) order by user_id', [connectionId, emails.map((email) => email.toLowerCase())]);
    return rows.map((row) => row.user_id);
  }

  /** What an address was found to mean within the last ten minutes; `null` = it was not found. */
  async remembered(connectionId: string, address: string): Promise<string | null | undefined> {
    const [row] = await this.database.query<{ slack_id: string | null }[]>(
      `select slack_id from addresses where connection_id = $1 and address = $2 and checked_at > now() - interval '10 minutes'`,
      [connectionId, address],
    );
    return row?.slack_id;
  }

  async remember(connectionId: string, address: string, slackId: string | null): Promise<void> {
    await this.database.query(
      `insert into addresses (connection_id, address, slack_id) values ($1, $2, $3)
       on conflict (connection_id, address) do update set slack_id = excluded.slack_id, checked_at = now()`,
      [connectionId, address, slackId],
    );
  }

  /** The person behind a direct-message channel that we have posted to. */
  async personOfDirectMessage(connectionId: string, channelId: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ user_id: string }[]>('select user_id from direct_messages where connection_id = $1 and channel_id = $2', [connectionId, channelId]);
    return row?.user_id;
  }

  async rememberDirectMessage(connectionId: string, userId: string, channelId: string): Promise<void> {
    await this.database.query('insert into direct_messages (connection_id, user_id, channel_id) values ($1, $2, $3) on conflict (connection_id, user_id) do update set channel_id = excluded.channel_id', [connectionId, userId, channelId]);
  }
}

function isOffered(person: SlackPerson): boolean {
  return !person.isDeactivated && !person.isBot;
}
