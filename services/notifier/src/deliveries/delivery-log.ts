/** What is told of deliveries, in the transaction of what happened: lines of their timelines, and `delivery.settled.v1`. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { Delivery } from '@tocsin/contracts';
import { Outbox } from '@tocsin/platform';

import type { DeliveryKey } from './delivery-key.js';
import { UNHELD_COLUMNS, deliveryView, type DeliveryRow } from './delivery-view.js';

export interface TimelineLine {
  organizationId: string;
  deliveryId: string;
  /** None for what is not worth a line. */
  story?: { kind: string; text: string; slack?: object };
}

/** Told at once: their commands are all in memory meanwhile. */
const SLICE = 100;

@Injectable()
export class DeliveryLog {
  constructor(private readonly outbox: Outbox) {}

  async write(tx: EntityManager, lines: readonly TimelineLine[]): Promise<void> {
    const told = lines.filter(({ story }) => story !== undefined);
    if (told.length === 0) return;
    await tx.query(
      `insert into timeline (organization_id, delivery_id, kind, text, slack)
       select t."organizationId", t."deliveryId", t.kind, t.text, t.slack
       from jsonb_to_recordset($1::jsonb) t ("organizationId" text, "deliveryId" text, kind text, text text, slack jsonb)`,
      [JSON.stringify(told.map(({ organizationId, deliveryId, story }) => ({ organizationId, deliveryId, ...story })))],
    );
  }

  /** Publishes `delivery.settled.v1` for deliveries that reached an end in this transaction. */
  async tellSettled(tx: EntityManager, settled: readonly DeliveryKey[]): Promise<void> {
    for (let at = 0; at < settled.length; at += SLICE) {
      const rows = await tx.query<DeliveryRow[]>(
        `select ${UNHELD_COLUMNS('d')} from ledger d
         join jsonb_to_recordset($1::jsonb) s (organization_id text, delivery_id text) using (organization_id, delivery_id)`,
        [JSON.stringify(settled.slice(at, at + SLICE))],
      );
      await this.tell(tx, rows.map((row) => deliveryView(row)));
    }
  }

  /** As {@link tellSettled}, of deliveries as they are now. */
  async tell(tx: EntityManager, settled: readonly Delivery[]): Promise<void> {
    await this.outbox.add(tx, ...settled.map((delivery) => ({ type: 'delivery.settled.v1' as const, organizationId: delivery.organizationId, subject: delivery.id, data: delivery })));
  }
}
