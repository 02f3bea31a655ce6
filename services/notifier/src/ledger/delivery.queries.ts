/** What people ask about deliveries: one with its timeline, and whether everything that was accepted is accounted for. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Delivery, DeliverySummary, TimelineEntry } from '@tocsin/contracts';
import { DELIVERY_STATES, type DeliveryState } from '@tocsin/domain';
import { InternalClient, notFound, PeerUnavailable, type ProblemException } from '@tocsin/platform';

import { DELIVERY_COLUMNS, deliveryView, type DeliveryRow } from '../deliveries/delivery-view.js';
import { notArrived } from './wrong-state.js';

@Injectable()
export class DeliveryQueries {
  constructor(
    private readonly database: DataSource,
    private readonly peers: InternalClient,
  ) {}

  /** @param within sees what its transaction has changed */
  async row(organizationId: string, deliveryId: string, within: Pick<EntityManager, 'query'> = this.database): Promise<DeliveryRow | undefined> {
    const [row] = await within.query<DeliveryRow[]>(`select ${DELIVERY_COLUMNS('d')} from ledger d where d.organization_id = $1 and d.delivery_id = $2`, [organizationId, deliveryId]);
    return row;
  }

  /** With its timeline. A command that has not arrived yet is known to issues, which accepted it. @throws PeerUnavailable */
  async find(organizationId: string, deliveryId: string): Promise<Delivery | undefined> {
    const row = await this.row(organizationId, deliveryId);
    if (row) return deliveryView(row, await this.timeline(organizationId, deliveryId));
    const accepted = await this.peers.get<Delivery>('issues', `/internal/commands/${encodeURIComponent(organizationId)}/${encodeURIComponent(deliveryId)}`);
    if (!accepted) return undefined;
    // It may have arrived while issues was asked, and must not seem to go back.
    const arrived = await this.row(organizationId, deliveryId);
    if (arrived) return deliveryView(arrived, await this.timeline(organizationId, deliveryId));
    return Object.assign({ timeline: [{ at: accepted.createdAt, kind: 'accepted', text: 'Accepted' }] }, accepted);
  }

  /** Why there is no row of it: nobody knows it, or its command is on its way. @throws PeerUnavailable */
  async absenceOf(organizationId: string, deliveryId: string): Promise<ProblemException> {
    return (await this.find(organizationId, deliveryId)) ? notArrived() : notFound('delivery', deliveryId);
  }

  private async timeline(organizationId: string, deliveryId: string): Promise<TimelineEntry[]> {
    const rows = await this.database.query<{ at: Date; kind: string; text: string; slack: object | null }[]>(
      'select at, kind, text, slack from timeline where organization_id = $1 and delivery_id = $2 order by id',
      [organizationId, deliveryId],
    );
    return rows.map(({ at, kind, text, slack }) => ({ at: at.toISOString(), kind, text, ...(slack && { slack }) }));
  }

  /** The counter and the rows are read in one statement, so they can be compared at any moment. @param organizationId undefined = all organizations together */
  async summary(organizationId: string | undefined): Promise<DeliverySummary> {
    const inTransit = await this.inTransit(organizationId);
    const [own, parameters] = organizationId === undefined ? ['true', []] : ['organization_id = $1', [organizationId]];
    const [counted] = await this.database.query<{ accepted: number; by_state: Partial<Record<DeliveryState, number>> }[]>(
      `select coalesce((select sum(accepted) from accepted_counts where ${own}), 0)::float8 as accepted,
              coalesce((select jsonb_object_agg(state, n) from (
                select state, sum(n) as n from (
                  select state, count(*) as n from deliveries where ${own} group by state
                  union all select state, count as n from retired_counts where ${own}) counts group by state) sums), '{}') as by_state`,
      parameters,
    );
    const byState = Object.fromEntries(DELIVERY_STATES.map((state) => [state, counted?.by_state[state] ?? 0])) as Record<DeliveryState, number>;
    const recorded = counted?.accepted ?? 0;
    const balanced = Object.values(byState).reduce((sum, count) => sum + count, 0) === recorded;
    const waitingOutside = inTransit ?? 0;
    return {
      accepted: recorded + waitingOutside,
      inTransit: waitingOutside,
      byState: { ...byState, accepted: byState.accepted + waitingOutside },
      balanced,
      ...(inTransit === undefined && { incomplete: 'issues cannot be reached: commands that it has accepted and not yet handed over are missing' }),
    };
  }

  /** @returns undefined when issues cannot be asked */
  private async inTransit(organizationId: string | undefined): Promise<number | undefined> {
    const own = organizationId === undefined ? '' : `?organizationId=${encodeURIComponent(organizationId)}`;
    try {
      const answer = await this.peers.get<{ count: number }>('issues', `/internal/commands/in-transit${own}`);
      return answer?.count ?? 0;
    } catch (error) {
      if (error instanceof PeerUnavailable) return undefined;
      throw error;
    }
  }
}
