/** Cancels every delivery that waits and that a filter names, in batches: none of them keeps a destination locked for long. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { BulkFilter } from '@tocsin/contracts';
import { Audit, Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { WaitingRepository, type Which } from '../deliveries/waiting.repository.js';
import { cancelled } from './delivery.actions.js';
import { criteriaOf, filterSql } from './delivery-filter.js';

const BATCH = 500;

@Injectable()
export class BulkCancellation {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly waiting: WaitingRepository,
    private readonly audit: Audit,
  ) {}

  /** What arrives meanwhile is left alone. @returns how many ended. @throws ProblemException 400 when the filter is empty */
  async cancel(author: Author, filter: BulkFilter): Promise<number> {
    const { condition, parameters } = filterSql(author.organizationId, criteriaOf(filter));
    const [now] = await this.database.query<{ at: string }[]>('select clock_timestamp()::text as at');
    const which: Which = { condition: `${condition} and d.created_at <= $${parameters.length + 1}::timestamptz`, parameters: [...parameters, now?.at] };
    let count = 0;
    for (;;) {
      const batch = await this.outbox.transaction((tx) => this.cancelBatch(tx, author, filter, which));
      if (batch === undefined) return count;
      count += batch;
    }
  }

  /** @returns how many of the batch still waited; undefined when nothing is left to look at */
  private async cancelBatch(tx: EntityManager, author: Author, filter: BulkFilter, { condition, parameters }: Which): Promise<number | undefined> {
    const found = await tx.query<{ delivery_id: string }[]>(`select d.delivery_id from ledger d where d.state = 'waiting' and d.digest_id is null and ${condition} limit ${BATCH}`, [...parameters]);
    if (found.length === 0) return undefined;
    const ended = await this.waiting.end(tx, cancelled(author), { condition: 'd.organization_id = $1 and d.delivery_id = any($2)', parameters: [author.organizationId, found.map(({ delivery_id }) => delivery_id)] });
    if (ended.length > 0) {
      const deliveryIds = ended.map(({ delivery_id }) => delivery_id);
      await this.audit.record(tx, { ...author, action: 'deliveries.cancelled', target: { kind: 'organization', id: author.organizationId }, after: { filter, deliveryIds } });
    }
    return ended.length;
  }
}
