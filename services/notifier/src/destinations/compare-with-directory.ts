/**
 * After a connection's copy was read anew: what messages go to is compared with it. What the copy lacks is asked from Slack
 * once more before anybody is alarmed; what cannot be asked is left to the next time.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DestinationNews } from '@tocsin/domain';
import { Outbox } from '@tocsin/platform';
import type { SlackAnswer, SlackDoor } from '@tocsin/slack';

import type { KnownConnection } from '../connections/connection.repository.js';
import { SlackDoors } from '../connections/slack-doors.js';
import { DirectoryRepository, type ChannelRow, type PersonRow } from '../directory/directory.repository.js';
import { HearOfDestinations, type ToldOfDestination } from './hear-of-destinations.js';
import { newsOfChannel, newsOfPerson } from './news-of-directory.js';

/** One at a time, and far below what Slack allows a minute: the leak guard asks the same method. */
const ASKED_AT_ONCE = 20;
const BATCH = 200;
const NOT_THERE: readonly string[] = ['channel_not_found', 'user_not_found', 'user_not_visible'];

/** When Slack said so: an event that came while a list was on its way is newer than the list. */
const READ_AT = (row: string, list: string): string => `greatest(${row}.seen_at, (select synced_from from directory_lists l where l.connection_id = $1 and l.list = '${list}')) as read_at`;

/** A destination that may be otherwise than it is known; without the columns of the copy when the copy lacks it. */
type Compared<Row> = { destination_id: string; read_at: Date } & (Row | { [Column in keyof Row]: null });

@Injectable()
export class CompareWithDirectory {
  constructor(
    private readonly database: DataSource,
    private readonly directory: DirectoryRepository,
    private readonly doors: SlackDoors,
    private readonly destinations: HearOfDestinations,
    private readonly outbox: Outbox,
  ) {}

  /** @throws PeerUnavailable when connector is away */
  async compare(connection: KnownConnection): Promise<void> {
    const [channels, people] = [await this.channels(connection), await this.people(connection)];
    const told = [
      ...channels.flatMap((row) => (row.channel_id === null ? [] : [this.told(connection, row.destination_id, newsOfChannel(channelOf(row), connection.scopes, row.read_at.getTime()))])),
      ...people.flatMap((row) => (row.user_id === null ? [] : [this.told(connection, row.destination_id, newsOfPerson(personOf(row), row.read_at.getTime()))])),
    ];
    for (let at = 0; at < told.length; at += BATCH) await this.hear(told.slice(at, at + BATCH));
    await this.askForMissing(connection, channels.filter((row) => row.channel_id === null), people.filter((row) => row.user_id === null));
  }

  /** Those of which the copy says something else; whether the app may post there is `mayPostTo`, for all of them at once. */
  private channels({ organizationId, connectionId, scopes }: KnownConnection): Promise<Compared<ChannelRow>[]> {
    return this.database.query<Compared<ChannelRow>[]>(
      `select d.destination_id, c.*, ${READ_AT('c', 'channels')} from destinations d left join channels c on c.connection_id = d.connection_id and c.channel_id = d.destination_id
       where d.connection_id = $1 and d.organization_id = $2 and d.moved_to is null and d.kind = 'channel'
         and (c.channel_id is null or '#' || c.name is distinct from d.name or c.is_shared is distinct from d.is_shared
           or (not c.is_archived and (c.is_member or not c.is_private and $3)) = (d.trouble is not null))
       order by d.trouble is not null, d.destination_id`,
      [connectionId, organizationId, scopes.includes('chat:write.public')],
    );
  }

  private people({ organizationId, connectionId }: KnownConnection): Promise<Compared<PersonRow>[]> {
    return this.database.query<Compared<PersonRow>[]>(
      `select d.destination_id, p.*, ${READ_AT('p', 'people')} from destinations d left join people p on p.connection_id = d.connection_id and p.user_id = d.destination_id
       where d.connection_id = $1 and d.organization_id = $2 and d.moved_to is null and d.destination_id ~ '^[UW]'
         and (p.user_id is null or '@' || coalesce(nullif(p.display_name, ''), p.name) is distinct from d.name or d.trouble is not null)
       order by d.trouble is not null, d.destination_id`,
      [connectionId, organizationId],
    );
  }

  private async askForMissing(connection: KnownConnection, channels: readonly { destination_id: string }[], people: readonly { destination_id: string }[]): Promise<void> {
    if (channels.length + people.length === 0) return;
    const door = await this.doors.open(connection.connectionId);
    if (!door) return;
    for (const { destination_id: id } of channels.slice(0, ASKED_AT_ONCE)) if (!(await this.take(connection, id, await this.channel(door, connection, id)))) return;
    for (const { destination_id: id } of people.slice(0, ASKED_AT_ONCE)) if (!(await this.take(connection, id, await this.person(door, connection, id)))) return;
  }

  /** @returns false when Slack did not say, and is better left alone for now */
  private async take(connection: KnownConnection, id: string, news: DestinationNews | undefined): Promise<boolean> {
    if (news) await this.hear([this.told(connection, id, news)]);
    return news !== undefined;
  }

  private async channel(door: SlackDoor, { connectionId, scopes }: KnownConnection, id: string): Promise<DestinationNews | undefined> {
    const answer = await door.channelInfo(id);
    if (!answer.ok) return goneOr(answer);
    await this.directory.saveChannels(connectionId, [answer.value]);
    return newsOfChannel(answer.value, scopes, Date.now());
  }

  private async person(door: SlackDoor, { connectionId }: KnownConnection, id: string): Promise<DestinationNews | undefined> {
    const answer = await door.userInfo(id);
    if (!answer.ok) return goneOr(answer);
    await this.directory.savePeople(connectionId, [answer.value]);
    return newsOfPerson(answer.value, Date.now());
  }

  private hear(told: readonly ToldOfDestination[]): Promise<void> {
    return this.outbox.transaction((tx) => this.destinations.hear(tx, told));
  }

  private told({ organizationId, connectionId }: KnownConnection, destinationId: string, news: DestinationNews): ToldOfDestination {
    return { organizationId, connectionId, destinationId, news };
  }
}

function goneOr({ failure }: Extract<SlackAnswer<unknown>, { ok: false }>): DestinationNews | undefined {
  return NOT_THERE.includes(failure.code) ? { kind: 'gone', at: Date.now() } : undefined;
}

function channelOf(row: ChannelRow): Parameters<typeof newsOfChannel>[0] {
  return { name: row.name, isPrivate: row.is_private, isShared: row.is_shared, isArchived: row.is_archived, isMember: row.is_member };
}

function personOf(row: PersonRow): Parameters<typeof newsOfPerson>[0] {
  return { name: row.name, displayName: row.display_name, isDeactivated: false };
}
