/** Deliveries in numbers: how many are in each state, and why those that were not posted were not. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DeliveryCounts, DeliveryCriteria, DeliveryReason, DeliveryReasons, DeliveryTraits } from '@tocsin/contracts';
import { asToldOfPerson, DELIVERY_STATES, type DeliveryState, type DestinationKind } from '@tocsin/domain';

import { VIEWED_NAMING } from '../deliveries/delivery-view.js';
import { filterSql, NOT_POSTED_SQL } from './delivery-filter.js';

/** More different reasons than a person can act on. */
const REASONS = 100;
/** Of a reason, as many destinations are named. */
const DESTINATIONS = 3;

/** `to` is what kind of destination the latest was for. */
type ReasonRow = Omit<DeliveryReason, 'lastAt'> & { to: DestinationKind | null; last_at: Date };

@Injectable()
export class DeliveryCountsQueries {
  constructor(private readonly database: DataSource) {}

  async counts(organizationId: string, traits: DeliveryTraits): Promise<DeliveryCounts> {
    const { condition, parameters } = filterSql(organizationId, traits);
    const [counted] = await this.database.query<{ at: Date; by_state: Partial<Record<DeliveryState, number>> }[]>(
      `select statement_timestamp() as at,
         coalesce((select jsonb_object_agg(state, n) from (select d.state, count(*) as n from ledger d where ${condition} group by d.state) counts), '{}') as by_state`,
      [...parameters],
    );
    if (!counted) throw new Error('PostgreSQL did not count');
    return { byState: Object.fromEntries(DELIVERY_STATES.map((state) => [state, counted.by_state[state] ?? 0])) as Record<DeliveryState, number>, at: counted.at.toISOString() };
  }

  /** The reason with the latest delivery first. Sentences of one code may differ in what they name: the latest stands for all. */
  async reasons(organizationId: string, criteria: DeliveryCriteria): Promise<DeliveryReasons> {
    const { condition, parameters } = filterSql(organizationId, criteria);
    const rows = await this.database.query<ReasonRow[]>(
      `with sentences as (
         select d.organization_id, d.state, coalesce(d.error->>'code', 'unknown') as code, coalesce(d.error->>'message', '') as message, coalesce(d.error->>'remedy', '') as remedy,
           d.connection_id, d.destination_id, d.destination_kind, case when d.destination_id is null then d.destination_name end as destination_name, count(*) as count, max(d.settled_at) as last_at
         from ledger d where ${condition} and d.state in ${NOT_POSTED_SQL} group by 1, 2, 3, 4, 5, 6, 7, 8, 9
       ), groups as (
         select state, code, (array_agg(message order by last_at desc))[1] as message, (count(distinct message) - 1)::int as "otherMessages", (array_agg(remedy order by last_at desc))[1] as remedy,
           (array_agg(destination_kind order by last_at desc))[1] as "to", sum(count)::int as count, max(last_at) as last_at
         from sentences group by state, code order by max(last_at) desc, state, code limit ${REASONS}
       ), places as (
         select organization_id, state, code, connection_id, destination_id, destination_kind, destination_name, sum(count)::int as count,
           row_number() over (partition by state, code order by sum(count) desc, max(last_at) desc) as place, count(*) over (partition by state, code) as all_places
         from sentences group by 1, 2, 3, 4, 5, 6, 7
       ), frequent as (
         select one.state, one.code, one.connection_id, one.destination_id, one.destination_kind, one.count, one.place, one.all_places, ${VIEWED_NAMING('one')} from places one where one.place <= ${DESTINATIONS}
       )
       select g.*, (select (max(f.all_places) - count(*))::int from frequent f where f.state = g.state and f.code = g.code) as "otherDestinations",
         (select json_agg(json_build_object('connectionId', f.connection_id, 'count', f.count,
            'destination', json_strip_nulls(json_build_object('id', f.destination_id, 'kind', f.destination_kind, 'name', f.destination_name))) order by f.place)
          from frequent f where f.state = g.state and f.code = g.code) as destinations
       from groups g order by g.last_at desc, g.state, g.code`,
      [...parameters],
    );
    return { items: rows.map(({ last_at, to, ...reason }) => ({ ...reason, ...(to === 'user' && asToldOfPerson(reason)), lastAt: last_at.toISOString() })) };
  }
}
