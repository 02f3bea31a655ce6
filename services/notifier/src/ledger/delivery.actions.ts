/** What people do to a delivery: cancel it while it waits, send it again. Each with its entry in the audit log, in one transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import type { AcceptedReplay, Delivery, ReplayDelivery } from '@tocsin/contracts';
import type { DeliveryState, Destination } from '@tocsin/domain';
import { Audit, notFound, Outbox, ProblemException } from '@tocsin/platform';

import type { Author } from '../author.js';
import { ArrivalRepository } from '../deliveries/arrival.repository.js';
import { DeliveryQueries } from './delivery.queries.js';
import { deliveryView, type DeliveryRow } from '../deliveries/delivery-view.js';
import { WaitingRepository, type Ending } from '../deliveries/waiting.repository.js';

const CANCELLED: Ending = { state: 'suppressed', error: { code: 'cancelled', message: 'It was cancelled before it was sent.', remedy: 'Replay it if it is still of use.' } };
const UNDER_WAY: readonly DeliveryState[] = ['accepted', 'waiting', 'posting'];

@Injectable()
export class DeliveryActions {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly waiting: WaitingRepository,
    private readonly arrivals: ArrivalRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /** @throws ProblemException 404, or 409 when it does not wait any more */
  async cancel(author: Author, deliveryId: string): Promise<Delivery> {
    return this.outbox.transaction(async (tx) => {
      const ended = await this.waiting.end(tx, CANCELLED, { condition: 'd.organization_id = $1 and d.delivery_id = $2', parameters: [author.organizationId, deliveryId] });
      const row = await this.queries.row(author.organizationId, deliveryId, tx);
      if (!row) throw notFound('delivery', deliveryId);
      if (ended.length === 0) throw conflict(`The delivery is ${row.state}: only one that waits can be cancelled.`, row.state === 'posting' ? 'It is with Slack at this moment; look again in a few seconds.' : undefined);
      await this.audit.record(tx, { ...author, action: 'delivery.cancelled', target: { kind: 'delivery', id: deliveryId } });
      return deliveryView(row);
    });
  }

  /** Sends the command again as a new delivery. @throws ProblemException 404, or 409 when it is under way or posted already */
  async replay(tx: EntityManager, author: Author, deliveryId: string, { destination, reason, force }: ReplayDelivery): Promise<AcceptedReplay> {
    const row = await this.queries.row(author.organizationId, deliveryId, tx);
    if (!row) throw notFound('delivery', deliveryId);
    if (UNDER_WAY.includes(row.state)) throw conflict(`The delivery is ${row.state}: it is still under way.`, 'Wait for its end, or cancel it first.');
    if (row.state === 'posted' && force !== true) throw conflict('The delivery was posted.', 'Say "force": true to post it once more.');
    const accepted = { deliveryId: uuid(), replayOf: deliveryId };
    await this.arrivals.ingestWithin(tx, [{ command: commandAgain(row, accepted.deliveryId, destination), saidAt: new Date(), replayOf: deliveryId }]);
    await this.audit.record(tx, {
      ...author,
      action: 'delivery.replayed',
      target: { kind: 'delivery', id: deliveryId },
      after: { ...accepted, ...(destination && { destination }), ...(reason !== undefined && { reason }) },
    });
    return accepted;
  }
}

/** The same message; its time to live begins anew. */
function commandAgain({ command }: DeliveryRow, commandId: string, destination: Destination | undefined): DeliveryRow['command'] {
  const again = Object.assign({}, command, { commandId }, destination && { destination });
  delete again.expiresAt;
  return again;
}

function conflict(detail: string, hint?: string): ProblemException {
  return new ProblemException(409, { title: 'Not in this state', code: 'wrong_state', detail, ...(hint !== undefined && { hint }) });
}
