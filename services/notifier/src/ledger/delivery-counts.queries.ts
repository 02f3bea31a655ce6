/** Deliveries in numbers: how many are in each state, and why those that were not posted were not. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DeliveryCounts, DeliveryCriteria, DeliveryReason, DeliveryReasons, DeliveryTraits } from '@tocsin/contracts';
import { asToldOfPerson, DELIVERY_STATES, type DeliveryState, type DestinationKind } from '@tocsin/domain';

import { filterSql, NOT_POSTED_SQL } from './delivery-filter.js';

/** More different reasons than a person can act on. */
const REASONS = 100;

/** `to` is what kind of destination the latest was for. */
type ReasonRow = Omit<DeliveryReason, 'lastAt'> & { to: DestinationKind | null; last_at: Date };

@Injectable()
export class DeliveryCountsQueries {
  constructor(private readonly database: DataSource) {}

  async counts(organizationId: string, traits: DeliveryTraits): Promise<DeliveryCounts> {
    const { condition, parameters } = filterSql(organizationId, traits);
    const rows = await this.database.query<{ state: DeliveryState; count: number }[]>(`select d.state, count(*)::int as count from ledger d where ${condition} group by d.state`, [...parameters]);
    const counts = new Map(rows.map(({ state, count }) => [state, count]));
    return { byState: Object.fromEntries(DELIVERY_STATES.map((state) => [state, counts.get(state) ?? 0])) as Record<DeliveryState, number> };
  }

  /** The reason with the latest delivery first. Sentences of one code may differ in what they name: the latest stands for all. */
  async reasons(organizationId: string, criteria: DeliveryCriteria): Promise<DeliveryReasons> {
    const { condition, parameters } = filterSql(organizationId, criteria);
    const rows = await this.database.query<ReasonRow[]>(
      `select state, code, (array_agg(message order by last_at desc))[1] as message, (array_agg(remedy order by last_at desc))[1] as remedy,
         (array_agg(destination_kind order by last_at desc))[1] as "to", sum(count)::int as count, max(last_at) as last_at
       from (
         select d.state, coalesce(d.error->>'code', 'unknown') as code, coalesce(d.error->>'message', '') as message, coalesce(d.error->>'remedy', '') as remedy, d.destination_kind, count(*) as count, max(d.settled_at) as last_at
         from ledger d where ${condition} and d.state in ${NOT_POSTED_SQL} group by 1, 2, 3, 4, 5) sentences
       group by state, code order by max(last_at) desc, state, code limit ${REASONS}`,
      [...parameters],
    );
    return { items: rows.map(({ last_at, to, ...reason }) => ({ ...reason, ...(to === 'user' && asToldOfPerson(reason)), lastAt: last_at.toISOString() })) };
  }
}
