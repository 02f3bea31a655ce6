/**
 * Our copy of a workspace's channels and people, and what addresses were found to mean. Whoever learns something of one of
 * them saves it here: lists, look-ups, Slack's events.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { SlackChannel, SlackPerson } from '@tocsin/slack';

import { DirectoryListRepository } from './directory-list.repository.js';
import { sought, storable } from './sought.js';

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

export interface SaveOptions {
  tx?: EntityManager | DataSource;
  /**
   * For what a list says: when Slack was asked, by the database's clock. What was saved after that moment is newer and stays,
   * and rows that are as the list says are not written. Left out: it is news of now, and every row counts as seen now.
   */
  askedAt?: string;
}

@Injectable()
export class DirectoryRepository {
  constructor(
    private readonly database: DataSource,
    private readonly lists: DirectoryListRepository,
  ) {}

  /** Asks for a fresh copy, read from the beginning; a sync that is under way begins again. For a new or another credential. */
  async requestSync(tx: EntityManager | DataSource, connectionId: string): Promise<void> {
    await this.lists.beginAll(tx, connectionId);
  }

  /** Asks for news: the channels that the app is in are read at once, and the rest unless it is being read already. */
  async refresh(tx: EntityManager | DataSource, connectionId: string): Promise<void> {
    await this.lists.refresh(tx, connectionId);
  }

  /** Writes channels as they are now; flags and names that a list told earlier are replaced. Safe beside any other writer. */
  async saveChannels(connectionId: string, channels: readonly SlackChannel[], { tx = this.database, askedAt }: SaveOptions = {}): Promise<void> {
    const rows = unique(channels).map((one) => ({ ...one, name: storable(one.name), sought: sought(one.name) }));
    await tx.query(
      `insert into channels (connection_id, channel_id, name, sought, is_private, is_shared, is_archived, is_member, seen_at)
       select $1, c.id, c.name, c.sought, c."isPrivate", c."isShared", c."isArchived", c."isMember", coalesce($3::timestamptz, clock_timestamp())
       from jsonb_to_recordset($2::jsonb) c (id text, name text, sought text, "isPrivate" boolean, "isShared" boolean, "isArchived" boolean, "isMember" boolean) order by c.id
       on conflict (connection_id, channel_id) do update set name = excluded.name, sought = excluded.sought, is_private = excluded.is_private, is_shared = excluded.is_shared,
         is_archived = excluded.is_archived, is_member = excluded.is_member, seen_at = excluded.seen_at
       where $3::timestamptz is null or greatest(channels.seen_at, channels.told_at) <= $3::timestamptz and
         (channels.name, channels.sought, channels.is_private, channels.is_shared, channels.is_archived, channels.is_member)
         is distinct from (excluded.name, excluded.sought, excluded.is_private, excluded.is_shared, excluded.is_archived, excluded.is_member)`,
      [connectionId, JSON.stringify(rows), askedAt ?? null],
    );
  }

  /** As {@link saveChannels}, of people who can be written to; bots and deactivated people are dropped, also when they were there before. */
  async savePeople(connectionId: string, people: readonly SlackPerson[], { tx = this.database, askedAt }: SaveOptions = {}): Promise<void> {
    const all = unique(people);
    const dropped = all.filter((person) => !isOffered(person)).map(({ id }) => id);
    // One statement, so that counting what came and what went comes after all row locks, as everywhere.
    await tx.query(
      `with gone as (delete from people where connection_id = $1 and user_id = any($4) and ($3::timestamptz is null or seen_at <= $3::timestamptz))
       insert into people (connection_id, user_id, name, display_name, real_name, email, sought, sought_name, sought_display, sought_real, seen_at)
       select $1, p.id, p.name, p."displayName", p."realName", p.email, p.sought, p."soughtName", p."soughtDisplay", p."soughtReal", coalesce($3::timestamptz, clock_timestamp())
       from jsonb_to_recordset($2::jsonb) p (id text, name text, "displayName" text, "realName" text, email text, sought text, "soughtName" text, "soughtDisplay" text, "soughtReal" text) order by p.id
       on conflict (connection_id, user_id) do update set name = excluded.name, display_name = excluded.display_name, real_name = excluded.real_name, email = excluded.email,
         sought = excluded.sought, sought_name = excluded.sought_name, sought_display = excluded.sought_display, sought_real = excluded.sought_real, seen_at = excluded.seen_at
       where $3::timestamptz is null or people.seen_at <= $3::timestamptz and
         (people.name, people.display_name, people.real_name, people.email, people.sought) is distinct from (excluded.name, excluded.display_name, excluded.real_name, excluded.email, excluded.sought)`,
      [connectionId, JSON.stringify(all.filter(isOffered).map(personRow)), askedAt ?? null, dropped],
    );
  }

  async channel(connectionId: string, channelId: string): Promise<ChannelRow | undefined> {
    const [row] = await this.database.query<ChannelRow[]>('select * from channels where connection_id = $1 and channel_id = $2', [connectionId, channelId]);
    return row;
  }

  /** The channel as Slack told it within the last `seconds`: by itself, or in a list that was read to its end. */
  async channelKnownWithin(connectionId: string, channelId: string, seconds: number): Promise<ChannelRow | undefined> {
    const [row] = await this.database.query<ChannelRow[]>(
      `select c.* from channels c left join directory_lists l on l.connection_id = c.connection_id and l.list = 'channels'
       where c.connection_id = $1 and c.channel_id = $2 and greatest(c.seen_at, l.synced_from) > clock_timestamp() - make_interval(secs => $3)`,
      [connectionId, channelId, seconds],
    );
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
    if (emails.length === 0) return [];
    const rows = await this.database.query<{ user_id: string }[]>('select user_id from people where connection_id = $1 and lower(email) = any($2) order by user_id', [connectionId, emails.map((email) => email.toLowerCase())]);
    return rows.map((row) => row.user_id);
  }

  /** What an address or an id was found to mean within the last ten minutes; `null` = it was not found. */
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

/** Whether somebody could be a destination. */
export function isOffered(person: SlackPerson): boolean {
  return !person.isDeactivated && !person.isBot;
}

/** The last of each id: one statement cannot write a row twice. */
function unique<T extends { id: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.map((one) => [one.id, one])).values()];
}

function personRow({ id, name, displayName, realName, email }: SlackPerson): object {
  const [soughtName, soughtDisplay, soughtReal] = [sought(name), sought(displayName), sought(realName)];
  const names = new Set([soughtName, soughtDisplay, soughtReal, sought(email ?? '')]);
  return {
    id, name: storable(name), displayName: storable(displayName), realName: storable(realName), email: email === undefined ? null : storable(email),
    sought: [...names].filter((one) => one !== '').join(' '), soughtName, soughtDisplay, soughtReal,
  };
}
