/**
 * What Slack's events change in our copy of a workspace at once. An event that is older than the copy is in it already. When a
 * channel was read stays as it is, since an event does not say who can read it; that it is shared is believed in any case.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { destinationKey } from '@tocsin/domain';

import { sought, storable } from '../directory/sought.js';

/** The copy is older than the event; Slack tells the time of most events in whole seconds. */
const COPY_IS_OLDER = `greatest(seen_at, (select synced_from from directory_lists l where l.connection_id = $1 and l.list = 'channels')) < $3::timestamptz + interval '1 second'`;

/** A channel of one connection, and when Slack says that it happened. */
export interface CopiedChannel {
  connectionId: string;
  channelId: string;
  at: Date;
}

@Injectable()
export class CopiedByEventRepository {
  /** A public channel that was made in the workspace itself. */
  async created(tx: EntityManager, { connectionId, channelId }: CopiedChannel, name: string): Promise<void> {
    await tx.query(
      `insert into channels (connection_id, channel_id, name, sought, is_private, is_shared, is_archived, is_member) values ($1, $2, $3, $4, false, false, false, false) on conflict do nothing`,
      [connectionId, channelId, storable(name), sought(name)],
    );
  }

  async renamed(tx: EntityManager, channel: CopiedChannel, name: string): Promise<void> {
    await this.change(tx, channel, 'name = $4, sought = $5', storable(name), sought(name));
  }

  async archived(tx: EntityManager, channel: CopiedChannel, isArchived: boolean): Promise<void> {
    await this.change(tx, channel, 'is_archived = $4', isArchived);
  }

  async joined(tx: EntityManager, channel: CopiedChannel): Promise<void> {
    await this.change(tx, channel, 'is_member = $4', true);
  }

  /** The app sees a private channel no more that it is not in. @returns whether the channel is private; undefined when the copy does not have it */
  async left(tx: EntityManager, channel: CopiedChannel): Promise<boolean | undefined> {
    const [row] = await tx.query<{ is_private: boolean }[]>('select is_private from channels where connection_id = $1 and channel_id = $2', [channel.connectionId, channel.channelId]);
    await this.change(tx, channel, 'is_member = $4', false);
    if (row?.is_private === true) await this.deleted(tx, channel);
    return row?.is_private;
  }

  async deleted(tx: EntityManager, { connectionId, channelId, at }: CopiedChannel): Promise<void> {
    await tx.query(`delete from channels where connection_id = $1 and channel_id = $2 and ${COPY_IS_OLDER}`, [connectionId, channelId, at]);
  }

  async shared(tx: EntityManager, { connectionId, channelId }: CopiedChannel): Promise<void> {
    await tx.query('update channels set is_shared = true, told_at = clock_timestamp() where connection_id = $1 and channel_id = $2', [connectionId, channelId]);
  }

  /** A channel gets a new id when it becomes shared with another company. */
  async changedId(tx: EntityManager, { connectionId, channelId }: CopiedChannel, newId: string): Promise<void> {
    await tx.query(
      `with old as (delete from channels where connection_id = $1 and channel_id = $2 returning *)
       insert into channels (connection_id, channel_id, name, sought, is_private, is_shared, is_archived, is_member)
       select connection_id, $3, name, sought, is_private, true, is_archived, is_member from old
       on conflict (connection_id, channel_id) do update set is_shared = true, told_at = clock_timestamp()`,
      [connectionId, channelId, newId],
    );
  }

  /** What addresses of a person were found to mean may be wrong now, also that an address was nobody's. */
  async forgetAddresses(tx: EntityManager, connectionId: string, userId: string, email: string | undefined): Promise<void> {
    await tx.query('delete from addresses where connection_id = $1 and (slack_id = $2 or address = $3)', [connectionId, userId, email === undefined ? null : destinationKey({ email })]);
  }

  private async change(tx: EntityManager, { connectionId, channelId, at }: CopiedChannel, change: string, ...values: (string | boolean)[]): Promise<void> {
    await tx.query(`update channels set ${change}, told_at = clock_timestamp() where connection_id = $1 and channel_id = $2 and ${COPY_IS_OLDER}`, [connectionId, channelId, at, ...values]);
  }
}
