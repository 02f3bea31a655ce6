/**
 * The feed of changes as it lies in the database: the append-only timeline says which deliveries changed, their rows what
 * they are now. Deliveries themselves have no index on when they changed: it would end cheap updates of them.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DELIVERY_COLUMNS, type DeliveryRow } from '../deliveries/delivery-view.js';
import { wasReplayed } from './delivery-filter.js';
import type { IdRange } from './feed-position.js';

/** A line of a timeline: a delivery changed. */
export interface ChangedDelivery {
  id: number;
  organizationId: string;
  deliveryId: string;
}

/** The row of a delivery, with the name that its destination was given by, and whether it was sent again. */
export type ChangedRow = DeliveryRow & { given_name: string | null; replayed: boolean };

interface LineRow {
  id: string;
  organization_id: string;
  delivery_id: string;
}

/** Transactions that began before this long may commit after the feed was first looked at. */
const LATE_SECONDS = 5;

@Injectable()
export class FeedRepository {
  constructor(private readonly database: DataSource) {}

  /** Where a feed begins: `before` is the newest line that is old enough for none to appear before it, `ids` what came after. */
  async beginning(): Promise<{ before: number; ids: number[] }> {
    const [old] = await this.database.query<{ id: string }[]>(
      `select id from timeline where at < clock_timestamp() - make_interval(secs => $1) order by id desc limit 1`,
      [LATE_SECONDS],
    );
    const before = Number(old?.id ?? 0);
    const rows = await this.database.query<{ id: string }[]>('select id from timeline where id > $1 order by id', [before]);
    return { before, ids: rows.map(({ id }) => Number(id)) };
  }

  async after(id: number, limit: number): Promise<ChangedDelivery[]> {
    return (await this.database.query<LineRow[]>('select id, organization_id, delivery_id from timeline where id > $1 order by id limit $2', [id, limit])).map(toChange);
  }

  async among(ranges: readonly IdRange[]): Promise<ChangedDelivery[]> {
    if (ranges.length === 0) return [];
    const rows = await this.database.query<LineRow[]>(
      `select t.id, t.organization_id, t.delivery_id from unnest($1::bigint[], $2::bigint[]) gap (first, last)
       cross join lateral (select id, organization_id, delivery_id from timeline where id between gap.first and gap.last) t order by t.id`,
      [ranges.map(({ first }) => first), ranges.map(({ last }) => last)],
    );
    return rows.map(toChange);
  }

  /** What changed of one organization since a line that a reader knows; undefined when that was too much, or there is no such line. */
  async since(organizationId: string, id: number, until: number, limit: number): Promise<ChangedDelivery[] | undefined> {
    if (id > until) return undefined;
    const rows = await this.database.query<LineRow[]>('select id, organization_id, delivery_id from timeline where id > $1 and id <= $2 order by id limit $3', [id, until, limit + 1]);
    return rows.length > limit ? undefined : rows.map(toChange).filter((change) => change.organizationId === organizationId);
  }

  async rows(changes: readonly ChangedDelivery[]): Promise<ChangedRow[]> {
    if (changes.length === 0) return [];
    return this.database.query<ChangedRow[]>(
      `select ${DELIVERY_COLUMNS('d')}, d.destination_name as given_name, ${wasReplayed('d')} as replayed
       from (select distinct * from unnest($1::text[], $2::text[]) c (organization_id, delivery_id)) changed
       join ledger d on d.organization_id = changed.organization_id and d.delivery_id = changed.delivery_id`,
      [changes.map(({ organizationId }) => organizationId), changes.map(({ deliveryId }) => deliveryId)],
    );
  }
}

function toChange({ id, organization_id, delivery_id }: LineRow): ChangedDelivery {
  return { id: Number(id), organizationId: organization_id, deliveryId: delivery_id };
}
