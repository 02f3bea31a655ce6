/** What people do to a delivery: cancel it while it waits, send it again. Each with its entry in the audit log, in one transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import type { AcceptedReplay, Delivery, DeliverySummary, ReplayDelivery } from '@tocsin/contracts';
import { Audit, nameOf, Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { ArrivalRepository } from '../deliveries/arrival.repository.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { deliveryView, type DeliveryRow } from '../deliveries/delivery-view.js';
import { WaitingRepository, type Ending } from '../deliveries/waiting.repository.js';
import { DeliveryQueries } from './delivery.queries.js';
import { isUnderWay, lockRepetitions, repeated, REPEATABLE_COLUMNS, repeatedStory, tellMembers, type Repeatable, type RepeatableRow } from './repeat.js';
import { conflict, sentAlready } from './wrong-state.js';

export function cancelled({ actor }: Author): Ending {
  return { state: 'suppressed', error: { code: 'cancelled', message: 'It was cancelled before it was sent.', remedy: 'Replay it if it is still of use.' }, told: `Cancelled by ${nameOf(actor)}` };
}

@Injectable()
export class DeliveryActions {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly waiting: WaitingRepository,
    private readonly arrivals: ArrivalRepository,
    private readonly log: DeliveryLog,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /** All organizations together, for operators. */
  async countAll(author: Author): Promise<DeliverySummary> {
    await this.outbox.transaction((tx) => this.audit.record(tx, { ...author, action: 'deliveries.counted', target: { kind: 'deliveries', id: 'all' } }));
    return this.queries.summary(undefined);
  }

  /** @throws ProblemException 404, or 409 when it does not wait, yet or any more */
  async cancel(author: Author, deliveryId: string): Promise<Delivery> {
    return this.outbox.transaction(async (tx) => {
      const ended = await this.waiting.end(tx, cancelled(author), { condition: 'd.organization_id = $1 and d.delivery_id = $2', parameters: [author.organizationId, deliveryId] });
      const row = await this.queries.row(author.organizationId, deliveryId, tx);
      if (!row) throw await this.queries.absenceOf(author.organizationId, deliveryId);
      if (ended.length === 0) throw notCancelled(row);
      await this.audit.record(tx, { ...author, action: 'delivery.cancelled', target: { kind: 'delivery', id: deliveryId } });
      return deliveryView(row);
    });
  }

  /** Sends the command again as a new delivery. @throws ProblemException 404, or 409 when it has not arrived, is under way or was posted already */
  async replay(tx: EntityManager, author: Author, deliveryId: string, { destination, reason, force }: ReplayDelivery): Promise<AcceptedReplay> {
    await lockRepetitions(tx, author.organizationId, [deliveryId]);
    const row = await this.repeatable(tx, author.organizationId, deliveryId);
    if (!row) throw await this.queries.absenceOf(author.organizationId, deliveryId);
    if (isUnderWay(row)) throw conflict(`The delivery is ${row.state}: it is still under way.`, 'Wait for its end, or cancel it first.');
    if (row.state === 'posted' && force !== true) throw sentAlready('The delivery was posted.', 'Say "force": true to post it once more.');
    if (row.is_emptied) throw conflict('Nothing was left of the digest: its messages went on without it.', 'Replay those of them that are still of use, each by itself.');
    if (row.stands_again !== null && force !== true) throw sentAlready(`The message was replayed as ${row.stands_again}, which was posted or will be.`, 'Look at that one first; say "force": true to post it once more.', row.stands_again);
    if (row.members_again?.all === true && force !== true) throw sentAlready('All that the digest told was replayed since, each by itself.', 'Look at those first; say "force": true to tell all of it once more.');
    const accepted = { deliveryId: uuid(), replayOf: deliveryId, ...(row.members_again && { toldAgain: row.members_again.count }) };
    await this.arrivals.ingestWithin(tx, [repeated(row, accepted.deliveryId, destination, new Date())]);
    const told = { organizationId: author.organizationId, deliveryId, story: repeatedStory(accepted.deliveryId, nameOf(author.actor), reason) };
    await this.log.write(tx, [told]);
    await tellMembers(tx, author.organizationId, [told]);
    await this.audit.record(tx, {
      ...author,
      action: 'delivery.replayed',
      target: { kind: 'delivery', id: deliveryId },
      after: { ...accepted, ...(destination && { destination }), ...(reason !== undefined && { reason }) },
    });
    return accepted;
  }

  private async repeatable(tx: EntityManager, organizationId: string, deliveryId: string): Promise<RepeatableRow | undefined> {
    const row = await this.queries.row(organizationId, deliveryId, tx);
    if (!row) return undefined;
    const [rest] = await tx.query<Repeatable[]>(`select ${REPEATABLE_COLUMNS} from ledger d where d.organization_id = $1 and d.delivery_id = $2`, [organizationId, deliveryId]);
    return rest && { ...row, ...rest };
  }
}

function notCancelled({ state, digest_id }: DeliveryRow): Error {
  if (state === 'waiting' && digest_id !== null) return conflict(`The delivery is told by the digest ${digest_id}, which does not wait any more.`, 'It is with Slack at this moment, or has ended just now; look again in a few seconds.');
  return conflict(`The delivery is ${state}: only one that waits can be cancelled.`, state === 'posting' ? 'It is with Slack at this moment; look again in a few seconds.' : undefined);
}
